"""Who gets which answer from which address: the one table (promise 1).

An address names its objects by kind. `own` is the demonstration's object, `other` one of a county in which none of
these people has a part, `missing` none at all; `foreign` stands for both of these, which must look the same. Every
writing row is asked with a body that would succeed for whoever may (`permission_bodies`). A method without a row
must answer 405. HEAD is asked wherever GET is and answers with the same status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

ROLES = (
    "anonymous", "staff", "reporter", "reviewer", "leader", "department", "sysadmin", "secadmin", "auditor",
)  # fmt: skip

TABLE = """
# address                              method object   anon staff rept revw lead dept sysa seca audi

# Open to everybody
/healthz                               GET    -        503  503  503  503  503  503  503  503  503
/login/                                GET    -        200  302  302  302  302  302  302  302  302
/login/                                POST   -        200  302  302  302  302  302  302  302  302
/language/                             POST   -        302  302  302  302  302  302  302  302  302
/robots.txt                            GET    -        200  200  200  200  200  200  200  200  200

# Published quarters and screens on walls: off, and without a link's secret, they are not there, whoever asks
/public/                               GET    -        404  404  404  404  404  404  404  404  404
/public/{plan}/                        GET    own      404  404  404  404  404  404  404  404  404
/public/{plan}/                        GET    foreign  404  404  404  404  404  404  404  404  404
/display/                              GET    -        404  404  404  404  404  404  404  404  404

# One's own account
/logout/                               POST   -        302  302  302  302  302  302  302  302  302
/password/                             GET    -        302  200  200  200  200  200  200  200  200
/password/                             POST   -        302  200  200  200  200  200  200  200  200
/account/                              GET    -        302  200  200  200  200  200  200  200  200
/account/                              POST   -        302  302  302  302  302  302  302  302  302
/account/tokens/                       POST   -        302  200  200  200  200  200  200  200  200
/account/tokens/{token}/revoke/        POST   own      302  302  302  302  302  302  302  302  302
/account/tokens/{token}/revoke/        POST   foreign  302  404  404  404  404  404  404  404  404

# Plans
/                                      GET    -        302  302  302  302  302  302  302  302  302
/plans/                                GET    -        302  200  200  200  200  200  200  200  200
/plans/{plan}/                         GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/                         GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/document/                GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/document/                GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/export/                  GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/export/                  GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/source/                  GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/source/                  GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/export/ GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/indicators/{line}/export/ GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/export/ GET    mixed    302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/       GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/indicators/{line}/       GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/       GET    mixed    302  404  404  404  404  404  404  404  404
/plans/{plan}/links/                   GET    own      302  200  403  403  403  403  404  404  404
/plans/{plan}/links/                   GET    foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/links/                   POST   own      302  302  403  403  403  403  404  404  404
/plans/{plan}/links/                   POST   foreign  302  404  404  404  404  404  404  404  404
/links/{task_link}/                         POST   own      302  302  403  403  403  403  404  404  404
/links/{task_link}/                         POST   foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/trend.png GET  own      302  200  200  200  200  200  404  404  404
/plans/{plan}/indicators/{line}/trend.png GET  foreign  302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/trend.png GET  mixed    302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/ranking.png GET own      302  404  404  404  404  404  404  404  404
/plans/{plan}/indicators/{line}/ranking.png GET foreign  302  404  404  404  404  404  404  404  404
/why/{line}/{quarter}/                 GET    own      302  200  200  200  200  200  404  404  404
/why/{line}/{quarter}/                 GET    foreign  302  404  404  404  404  404  404  404  404
/why/figure/{figure}/                  GET    own      302  200  200  200  404  200  404  404  404
/why/figure/{figure}/                  GET    foreign  302  404  404  404  404  404  404  404  404
/rules/                                GET    -        302  200  200  200  200  200  200  200  200
/compare/                              GET    own      302  200  200  200  200  200  404  404  404
/compare/                              GET    foreign  302  404  404  404  404  404  404  404  404
/compare/regions/                      GET    own      302  200  200  200  200  200  404  404  404
/compare/regions/                      GET    foreign  302  404  404  404  404  404  404  404  404
/compare/plans/                        GET    -        302  200  200  200  200  200  200  200  200
/compare/units/                        GET    own      302  200  200  200  200  200  404  404  404
/compare/units/                        GET    foreign  302  404  404  404  404  404  404  404  404
/tasks/                                GET    -        302  200  200  200  200  200  200  200  200
/tasks/{task}/                         GET    own      302  200  200  200  200  200  404  404  404
/tasks/{task}/                         GET    foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/status/                  POST   own      302  302  403  403  403  403  404  404  404
/tasks/{task}/status/                  POST   foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/report/                  GET    own      302  200  200  403  403  200  404  404  404
/tasks/{task}/report/                  GET    foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/report/                  POST   own      302  302  302  403  403  302  404  404  404
/tasks/{task}/report/                  POST   foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/milestones/add/          GET    own      302  200  403  403  403  403  404  404  404
/tasks/{task}/milestones/add/          GET    foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/milestones/add/          POST   own      302  302  403  403  403  403  404  404  404
/tasks/{task}/milestones/add/          POST   foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/move/          GET    own      302  200  403  403  403  403  404  404  404
/milestones/{milestone}/move/          GET    foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/move/          POST   own      302  302  403  403  403  403  404  404  404
/milestones/{milestone}/move/          POST   foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/split/         GET    own      302  200  403  403  403  403  404  404  404
/milestones/{milestone}/split/         GET    foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/split/         POST   own      302  302  403  403  403  403  404  404  404
/milestones/{milestone}/split/         POST   foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/withdraw/      GET    own      302  200  403  403  403  403  404  404  404
/milestones/{milestone}/withdraw/      GET    foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/withdraw/      POST   own      302  302  403  403  403  403  404  404  404
/milestones/{milestone}/withdraw/      POST   foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/reached/       GET    own      302  200  403  403  403  403  404  404  404
/milestones/{milestone}/reached/       GET    foreign  302  404  404  404  404  404  404  404  404
/milestones/{milestone}/reached/       POST   own      302  302  403  403  403  403  404  404  404
/milestones/{milestone}/reached/       POST   foreign  302  404  404  404  404  404  404  404  404
/assignments/{assignment}/transfer/    GET    own      302  200  403  403  403  403  404  404  404
/assignments/{assignment}/transfer/    GET    foreign  302  404  404  404  404  404  404  404  404
/assignments/{assignment}/transfer/    POST   own      302  302  403  403  403  403  404  404  404
/assignments/{assignment}/transfer/    POST   foreign  302  404  404  404  404  404  404  404  404
/task-reports/                         GET    -        302  200  200  200  200  200  200  200  200
/task-reports/{report}/                GET    own      302  200  200  200  404  200  404  404  404
/task-reports/{report}/                GET    foreign  302  404  404  404  404  404  404  404  404
/task-reports/{report}/check/          POST   own      302  302  403  302  404  403  404  404  404
/task-reports/{report}/check/          POST   foreign  302  404  404  404  404  404  404  404  404
/units/                                GET    -        302  200  200  200  200  200  200  200  200
/units/{unit}/                         GET    own      302  200  200  200  200  200  200  200  404
/units/{unit}/                         GET    other    302  404  404  404  404  404  200  200  404
/units/{unit}/                         GET    missing  302  404  404  404  404  404  404  404  404
/plans/{plan}/timeline/                GET    own      302  200  200  200  200  200  404  404  404
/plans/{plan}/timeline/                GET    foreign  302  404  404  404  404  404  404  404  404

# Figures
/my-work/                              GET    -        302  200  200  200  200  200  200  200  200
/review/                               GET    -        302  403  403  200  403  403  403  403  403
/review/                               POST   -        302  403  403  302  403  403  403  403  403
/entry/                                GET    -        302  200  200  200  403  403  403  403  403
/entry/                                POST   -        302  302  302  302  403  403  403  403  403
/entry/cells/                          POST   -        302  200  200  200  403  403  403  403  403
/entry/template/                       GET    own      302  200  200  404  404  404  404  404  404
/entry/template/                       GET    foreign  302  404  404  404  404  404  404  404  404
/evidence/{holder_kind}/{draft}/       GET    own      302  200  200  200  404  200  404  404  404
/evidence/{holder_kind}/{draft}/       GET    foreign  302  404  404  404  404  404  404  404  404
/evidence/{holder_kind}/{draft}/       POST   own      302  302  302  403  404  403  404  404  404
/evidence/{holder_kind}/{draft}/       POST   foreign  302  404  404  404  404  404  404  404  404
/evidence/{evidence}/                  GET    own      302  200  200  200  404  200  404  404  404
/evidence/{evidence}/                  GET    foreign  302  404  404  404  404  404  404  404  404
/evidence/{evidence}/remove/           POST   own      302  302  302  403  404  403  404  404  404
/evidence/{evidence}/remove/           POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/                              GET    -        302  200  200  200  200  200  200  200  200
/uploads/new/                          GET    -        302  200  200  403  403  403  403  403  403
/uploads/new/                          POST   -        302  302  302  403  403  403  403  403  403
/uploads/mappings/                     GET    -        302  200  200  403  403  403  403  403  403
/uploads/mappings/{mapping}/           GET    own      302  404  200  404  404  404  404  404  404
/uploads/mappings/{mapping}/           GET    foreign  302  404  404  404  404  404  404  404  404
/uploads/mappings/{mapping}/           POST   own      302  404  302  404  404  404  404  404  404
/uploads/mappings/{mapping}/           POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/                     GET    own      302  200  200  200  404  404  404  404  404
/uploads/{upload}/                     GET    foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/mapping/             GET    own      302  404  200  404  404  404  404  404  404
/uploads/{upload}/mapping/             GET    foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/mapping/             POST   own      302  404  302  404  404  404  404  404  404
/uploads/{upload}/mapping/             POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/preview/             GET    own      302  404  200  404  404  404  404  404  404
/uploads/{upload}/preview/             GET    foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/preview/             POST   own      302  404  302  404  404  404  404  404  404
/uploads/{upload}/preview/             POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/compare/             POST   own      302  404  302  404  404  404  404  404  404
/uploads/{upload}/compare/             POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/undo/                POST   own      302  409  409  409  404  404  404  404  404
/uploads/{upload}/undo/                POST   foreign  302  404  404  404  404  404  404  404  404
/uploads/{upload}/annotated/           GET    own      302  404  200  404  404  404  404  404  404
/uploads/{upload}/annotated/           GET    foreign  302  404  404  404  404  404  404  404  404

# Importing a plan: bureau staff alone; a draft is its region's
/import/                               GET    -        302  200  403  403  403  403  403  403  403
/import/                               POST   -        302  302  403  403  403  403  403  403  403
/import/{import}/                      GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/                      GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/findings/             POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/findings/             POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/items/{item}/         GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/items/{item}/         GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/items/{item}/         POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/items/{item}/         POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/add/{kind}/           GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/add/{kind}/           GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/add/{kind}/           POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/add/{kind}/           POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/units/                GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/units/                GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/units/                POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/units/                POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/indicators/           GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/indicators/           GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/indicators/           POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/indicators/           POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/indicators/{goal}/    GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/indicators/{goal}/    GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/indicators/{goal}/    POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/indicators/{goal}/    POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/confirm/              GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/confirm/              GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/confirm/              POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/confirm/              POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/changes/{plan}/       GET    own      302  200  403  403  403  403  403  403  403
/import/{import}/changes/{plan}/       GET    foreign  302  404  403  403  403  403  403  403  403
/import/{import}/changes/{plan}/       GET    mixed    302  404  403  403  403  403  403  403  403
/import/{import}/changes/{plan}/       POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/changes/{plan}/       POST   foreign  302  404  403  403  403  403  403  403  403
/import/{import}/discard/              POST   own      302  302  403  403  403  403  403  403  403
/import/{import}/discard/              POST   foreign  302  404  403  403  403  403  403  403  403

# Supervision: a slip sent to the reporter's unit, and one that is only proposed; notices are one's own
/supervision/                          GET    -        302  200  200  200  200  200  200  200  200
/supervision/send/                     POST   own      302  302  404  404  404  404  404  404  404
/supervision/send/                     POST   foreign  302  404  404  404  404  404  404  404  404
/supervision/{slip}/                   GET    own      302  200  200  404  200  404  404  404  404
/supervision/{slip}/                   GET    foreign  302  404  404  404  404  404  404  404  404
/supervision/{slip}/print/             GET    own      302  200  200  404  200  404  404  404  404
/supervision/{slip}/print/             GET    foreign  302  404  404  404  404  404  404  404  404
/supervision/{slip}/{move}/            POST   own      302  403  302  404  403  404  404  404  404
/supervision/{slip}/{move}/            POST   foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/supervise/               GET    own      302  200  403  403  403  403  404  404  404
/tasks/{task}/supervise/               GET    foreign  302  404  404  404  404  404  404  404  404
/tasks/{task}/supervise/               POST   own      302  302  403  403  403  403  404  404  404
/tasks/{task}/supervise/               POST   foreign  302  404  404  404  404  404  404  404  404
/manage/supervision/                   GET    -        302  200  403  403  403  403  403  403  403
/manage/supervision/                   POST   -        302  302  403  403  403  403  403  403  403
/notices/                              GET    -        302  200  200  200  200  200  200  200  200
/notices/read/                         POST   -        302  302  302  302  302  302  302  302  302
/notices/{notice}/                     POST   own      302  302  302  302  302  302  302  302  302
/notices/{notice}/                     POST   foreign  302  404  404  404  404  404  404  404  404
/notices/calendar/                     GET    -        302  200  200  200  200  200  200  200  200
/notices/calendar/                     POST   -        302  200  200  200  200  200  200  200  200
/calendar/{feed}.ics                   GET    own      200  200  200  200  200  200  200  200  200
/calendar/{feed}.ics                   GET    missing  404  404  404  404  404  404  404  404  404

# Background runs
/jobs/                                 GET    -        302  200  200  200  200  200  200  200  200
/jobs/{job}/                           GET    own      302  200  200  200  404  404  200  404  404
/jobs/{job}/                           GET    other    302  404  404  404  404  404  200  404  404
/jobs/{job}/                           GET    missing  302  404  404  404  404  404  404  404  404
/jobs/{job}/progress/                  GET    own      302  200  200  200  404  404  200  404  404
/jobs/{job}/progress/                  GET    other    302  404  404  404  404  404  200  404  404
/jobs/{job}/progress/                  GET    missing  302  404  404  404  404  404  404  404  404
/jobs/{job}/retry/                     POST   own      302  302  302  302  404  404  302  404  404
/jobs/{job}/retry/                     POST   other    302  404  404  404  404  404  302  404  404
/jobs/{job}/retry/                     POST   missing  302  404  404  404  404  404  404  404  404

# Management: the home of it, and bureau staff's pages
/manage/                               GET    -        302  200  403  403  403  403  200  200  200
/manage/periods/                       GET    -        302  200  403  403  403  403  403  403  403
/manage/duties/                        GET    -        302  200  403  403  403  403  403  403  403
/manage/indicators/                    GET    -        302  200  403  403  403  403  403  403  403
/manage/plans/                         GET    -        302  200  403  403  403  403  403  403  403
/manage/periods/new/                   GET    -        302  200  403  403  403  403  403  403  403
/manage/periods/new/                   POST   -        302  302  403  403  403  403  403  403  403
/manage/duties/new/                    GET    -        302  200  403  403  403  403  403  403  403
/manage/duties/new/                    POST   -        302  302  403  403  403  403  403  403  403
/manage/indicators/new/                GET    -        302  200  403  403  403  403  403  403  403
/manage/indicators/new/                POST   -        302  302  403  403  403  403  403  403  403
/manage/periods/{period}/              GET    own      302  200  403  403  403  403  403  403  403
/manage/periods/{period}/              GET    foreign  302  404  403  403  403  403  403  403  403
/manage/periods/{period}/change/       GET    own      302  200  403  403  403  403  403  403  403
/manage/periods/{period}/change/       GET    foreign  302  404  403  403  403  403  403  403  403
/manage/periods/{period}/change/       POST   own      302  302  403  403  403  403  403  403  403
/manage/periods/{period}/change/       POST   foreign  302  404  403  403  403  403  403  403  403
/manage/periods/{period}/urge/         POST   own      302  302  403  403  403  403  403  403  403
/manage/periods/{period}/urge/         POST   foreign  302  404  403  403  403  403  403  403  403
/manage/duties/{duty}/                 GET    own      302  200  403  403  403  403  403  403  403
/manage/duties/{duty}/                 GET    foreign  302  404  403  403  403  403  403  403  403
/manage/duties/{duty}/end/             POST   own      302  302  403  403  403  403  403  403  403
/manage/duties/{duty}/end/             POST   foreign  302  404  403  403  403  403  403  403  403
/manage/duties/{duty}/hand-over/       POST   own      302  302  403  403  403  403  403  403  403
/manage/duties/{duty}/hand-over/       POST   foreign  302  404  403  403  403  403  403  403  403
/manage/indicators/{indicator}/        GET    own      302  200  403  403  403  403  403  403  403
/manage/indicators/{indicator}/        GET    other    302  200  403  403  403  403  403  403  403
/manage/indicators/{indicator}/        GET    missing  302  404  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ GET    own      302  200  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ GET    other    302  403  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ GET    missing  302  404  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ POST   own      302  302  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ POST   other    302  403  403  403  403  403  403  403  403
/manage/indicators/{indicator}/change/ POST   missing  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/                  GET    own      302  200  403  403  403  403  403  403  403
/manage/plans/{plan}/                  GET    foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/                  POST   own      302  302  403  403  403  403  403  403  403
/manage/plans/{plan}/                  POST   foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/public/           GET    own      302  200  403  403  403  403  403  403  403
/manage/plans/{plan}/public/           GET    foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/public/switch/    POST   own      302  302  403  403  403  403  403  403  403
/manage/plans/{plan}/public/switch/    POST   foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/public/publish/   POST   own      302  302  403  403  403  403  403  403  403
/manage/plans/{plan}/public/publish/   POST   foreign  302  404  403  403  403  403  403  403  403
/manage/publications/{publication}/withdraw/ POST   own      302  302  403  403  403  403  403  403  403
/manage/publications/{publication}/withdraw/ POST   foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/displays/         GET    own      302  200  403  403  403  403  403  403  403
/manage/plans/{plan}/displays/         GET    foreign  302  404  403  403  403  403  403  403  403
/manage/plans/{plan}/displays/         POST   own      302  200  403  403  403  403  403  403  403
/manage/plans/{plan}/displays/         POST   foreign  302  404  403  403  403  403  403  403  403
/manage/displays/{display}/revoke/     POST   own      302  302  403  403  403  403  403  403  403
/manage/displays/{display}/revoke/     POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/                  GET    own      302  200  403  403  403  403  403  403  403
/manage/lines/{line}/                  GET    foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/basis/            POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/basis/            POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/end/              POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/end/              POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/reopen/           POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/reopen/           POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/lead/             POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/lead/             POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/decompose/        GET    own      302  200  403  403  403  403  403  403  403
/manage/lines/{line}/decompose/        GET    foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/decompose/        POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/decompose/        POST   foreign  302  404  403  403  403  403  403  403  403
/manage/decompositions/{decomposition}/undo/ POST   own      302  302  403  403  403  403  403  403  403
/manage/decompositions/{decomposition}/undo/ POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/   GET    own      302  200  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/   GET    foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/correct/ POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/correct/ POST   foreign  302  404  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/adjust/ POST   own      302  302  403  403  403  403  403  403  403
/manage/lines/{line}/targets/{year}/adjust/ POST   foreign  302  404  403  403  403  403  403  403  403

# Management: units and regions, by staff and the system administrator
/manage/units/                         GET    -        302  200  403  403  403  403  200  403  403
/manage/units/new/                     GET    -        302  200  403  403  403  403  200  403  403
/manage/units/new/                     POST   -        302  302  403  403  403  403  302  403  403
/manage/units/{unit}/                  GET    own      302  200  403  403  403  403  200  403  403
/manage/units/{unit}/                  GET    other    302  404  403  403  403  403  200  403  403
/manage/units/{unit}/                  GET    missing  302  404  403  403  403  403  404  403  403
/manage/units/{unit}/                  POST   own      302  302  403  403  403  403  302  403  403
/manage/units/{unit}/                  POST   other    302  404  403  403  403  403  302  403  403
/manage/units/{unit}/                  POST   missing  302  404  403  403  403  403  404  403  403
/manage/units/{unit}/merge/            GET    own      302  200  403  403  403  403  200  403  403
/manage/units/{unit}/merge/            GET    other    302  404  403  403  403  403  200  403  403
/manage/units/{unit}/merge/            GET    missing  302  404  403  403  403  403  404  403  403
/manage/units/{unit}/merge/            POST   own      302  302  403  403  403  403  302  403  403
/manage/units/{unit}/merge/            POST   other    302  404  403  403  403  403  400  403  403
/manage/units/{unit}/merge/            POST   missing  302  404  403  403  403  403  404  403  403
/manage/regions/                       GET    -        302  200  403  403  403  403  200  403  403
/manage/regions/{region}/              GET    own      302  200  403  403  403  403  200  403  403
/manage/regions/{region}/              GET    other    302  200  403  403  403  403  200  403  403
/manage/regions/{region}/              GET    missing  302  404  403  403  403  403  404  403  403
/manage/regions/{region}/change/{tree}/ GET   own      302  200  403  403  403  403  200  403  403
/manage/regions/{region}/change/{tree}/ GET   other    302  403  403  403  403  403  200  403  403
/manage/regions/{region}/change/{tree}/ GET   missing  302  404  403  403  403  403  404  403  403
/manage/regions/{region}/change/{tree}/ POST  own      302  302  403  403  403  403  302  403  403
/manage/regions/{region}/change/{tree}/ POST  other    302  403  403  403  403  403  302  403  403
/manage/regions/{region}/change/{tree}/ POST  missing  302  404  403  403  403  403  404  403  403
/manage/regions/changes/{moved}/take-back/ POST own    302  302  403  403  403  403  302  403  403
/manage/regions/changes/{moved}/take-back/ POST other  302  403  403  403  403  403  302  403  403
/manage/regions/changes/{moved}/take-back/ POST missing 302 404  403  403  403  403  404  403  403

# Management: each administrator's own duty
/manage/accounts/                      GET    -        302  403  403  403  403  403  200  403  403
/manage/accounts/new/                  GET    -        302  403  403  403  403  403  200  403  403
/manage/accounts/new/                  POST   -        302  403  403  403  403  403  200  403  403
/manage/accounts/{user}/               GET    own      302  403  403  403  403  403  200  403  403
/manage/accounts/{user}/               GET    other    302  403  403  403  403  403  200  403  403
/manage/accounts/{user}/               GET    missing  302  403  403  403  403  403  404  403  403
/manage/accounts/{user}/               POST   own      302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/               POST   other    302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/               POST   missing  302  403  403  403  403  403  404  403  403
/manage/accounts/{user}/active/        POST   own      302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/active/        POST   other    302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/active/        POST   missing  302  403  403  403  403  403  404  403  403
/manage/accounts/{user}/unlock/        POST   own      302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/unlock/        POST   other    302  403  403  403  403  403  302  403  403
/manage/accounts/{user}/unlock/        POST   missing  302  403  403  403  403  403  404  403  403
/manage/accounts/{user}/password/      POST   own      302  403  403  403  403  403  200  403  403
/manage/accounts/{user}/password/      POST   other    302  403  403  403  403  403  200  403  403
/manage/accounts/{user}/password/      POST   missing  302  403  403  403  403  403  404  403  403
/manage/system/                        GET    -        302  403  403  403  403  403  200  403  403
/manage/roles/                         GET    -        302  403  403  403  403  403  403  200  403
/manage/roles/new/                     GET    -        302  403  403  403  403  403  403  200  403
/manage/roles/new/                     POST   -        302  403  403  403  403  403  403  302  403
/manage/roles/{membership}/revoke/     POST   own      302  403  403  403  403  403  403  302  403
/manage/roles/{membership}/revoke/     POST   other    302  403  403  403  403  403  403  302  403
/manage/roles/{membership}/revoke/     POST   missing  302  403  403  403  403  403  403  404  403
/manage/security/                      GET    -        302  403  403  403  403  403  403  200  403
/manage/audit/                         GET    -        302  403  403  403  403  403  403  403  200
/manage/audit/check/                   POST   -        302  403  403  403  403  403  403  403  302
/manage/audit/export/                  POST   -        302  403  403  403  403  403  403  403  200

# The API's own pages, and whatever is none of its addresses
/api/schema/                           GET    -        200  200  200  200  200  200  200  200  200
/api/docs/                             GET    -        200  200  200  200  200  200  200  200  200
/api/*                                 GET    -        401  404  404  404  404  404  404  404  404
/api/*                                 POST   -        401  404  404  404  404  404  404  404  404
/api/*                                 PUT    -        401  404  404  404  404  404  404  404  404
/api/*                                 PATCH  -        401  404  404  404  404  404  404  404  404
/api/*                                 DELETE -        401  404  404  404  404  404  404  404  404

# The catalogue of regions and indicators is the same for everybody
/api/v1/regions/                       GET    -        401  200  200  200  200  200  200  200  200
/api/v1/regions/{region}/              GET    own      401  200  200  200  200  200  200  200  200
/api/v1/regions/{region}/              GET    other    401  200  200  200  200  200  200  200  200
/api/v1/regions/{region}/              GET    missing  401  404  404  404  404  404  404  404  404
/api/v1/indicators/                    GET    -        401  200  200  200  200  200  200  200  200
/api/v1/indicators/                    POST   -        401  201  403  403  403  403  403  403  403
/api/v1/indicators/{indicator}/        GET    own      401  200  200  200  200  200  200  200  200
/api/v1/indicators/{indicator}/        GET    other    401  200  200  200  200  200  200  200  200
/api/v1/indicators/{indicator}/        GET    missing  401  404  404  404  404  404  404  404  404
/api/v1/indicators/{indicator}/        PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/indicators/{indicator}/        PATCH  other    401  403  403  403  403  403  403  403  403
/api/v1/indicators/{indicator}/        PATCH  missing  401  404  403  403  403  403  403  403  403

/api/v1/units/                         GET    -        401  200  200  200  200  200  200  200  200
/api/v1/units/                         POST   -        401  201  403  403  403  403  201  403  403
/api/v1/units/{unit}/                  GET    own      401  200  200  200  200  200  200  200  404
/api/v1/units/{unit}/                  GET    other    401  404  404  404  404  404  200  200  404
/api/v1/units/{unit}/                  GET    missing  401  404  404  404  404  404  404  404  404
/api/v1/units/{unit}/                  PATCH  own      401  200  403  403  403  403  200  403  403
/api/v1/units/{unit}/                  PATCH  other    401  404  403  403  403  403  200  403  403
/api/v1/units/{unit}/                  PATCH  missing  401  404  403  403  403  403  404  403  403

/api/v1/plans/                         GET    -        401  200  200  200  200  200  200  200  200
/api/v1/plans/                         POST   -        401  201  403  403  403  403  403  403  403
/api/v1/plans/{plan}/                  GET    own      401  200  200  200  200  200  404  404  404
/api/v1/plans/{plan}/                  GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/plans/{plan}/                  PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/plans/{plan}/                  PATCH  foreign  401  404  403  403  403  403  403  403  403
/api/v1/tasks/                         GET    -        401  200  200  200  200  200  200  200  200
/api/v1/tasks/                         POST   -        401  201  403  403  403  403  403  403  403
/api/v1/tasks/{task}/                  GET    own      401  200  200  200  200  200  404  404  404
/api/v1/tasks/{task}/                  GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/tasks/{task}/                  PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/tasks/{task}/                  PATCH  foreign  401  404  403  403  403  403  403  403  403
/api/v1/task-reports/                  GET    -        401  200  200  200  200  200  200  200  200
/api/v1/task-reports/                  POST   own      401  201  201  403  403  201  403  403  403
/api/v1/task-reports/{report}/         GET    own      401  200  200  200  404  200  404  404  404
/api/v1/task-reports/{report}/         GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/task-reports/{report}/         PATCH  own      401  200  200  403  403  200  403  403  403
/api/v1/task-reports/{report}/         PATCH  foreign  401  404  404  403  403  404  403  403  403
/api/v1/task-reports/{report}/submit/  POST   own      401  200  200  403  403  200  403  403  403
/api/v1/task-reports/{report}/submit/  POST   foreign  401  404  404  403  403  404  403  403  403
/api/v1/task-reports/{report}/accept/  POST   own      401  200  403  200  403  403  403  403  403
/api/v1/task-reports/{report}/accept/  POST   foreign  401  404  404  404  403  404  403  403  403
/api/v1/task-reports/{report}/return/  POST   own      401  200  403  200  403  403  403  403  403
/api/v1/task-reports/{report}/return/  POST   foreign  401  404  404  404  403  404  403  403  403
/api/v1/task-links/                    GET    -        401  200  200  200  200  200  200  200  200
/api/v1/task-links/                    POST   -        401  201  403  403  403  403  403  403  403
/api/v1/task-links/{task_link}/             GET    own      401  200  200  200  200  200  404  404  404
/api/v1/task-links/{task_link}/             GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/task-links/{task_link}/             PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/task-links/{task_link}/             PATCH  foreign  401  404  403  403  403  403  403  403  403
/api/v1/target-lines/                  GET    -        401  200  200  200  200  200  200  200  200
/api/v1/target-lines/                  POST   -        401  201  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/           GET    own      401  200  200  200  200  200  404  404  404
/api/v1/target-lines/{line}/           GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/target-lines/{line}/           PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/           PATCH  foreign  401  404  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/end/       POST   own      401  200  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/end/       POST   foreign  401  404  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/reopen/    POST   own      401  409  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/reopen/    POST   foreign  401  404  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/adjust/    POST   own      401  201  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/adjust/    POST   foreign  401  404  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/decompose/ POST   own      401  200  403  403  403  403  403  403  403
/api/v1/target-lines/{line}/decompose/ POST   foreign  401  404  403  403  403  403  403  403  403
/api/v1/decompositions/                GET    -        401  200  200  200  200  200  200  200  200
/api/v1/decompositions/{decomposition}/ GET    own      401  200  404  200  404  404  404  404  404
/api/v1/decompositions/{decomposition}/ GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/decompositions/{decomposition}/undo/ POST   own      401  200  403  403  403  403  403  403  403
/api/v1/decompositions/{decomposition}/undo/ POST   foreign  401  404  403  403  403  403  403  403  403
/api/v1/reporting-duties/              GET    -        401  200  200  200  200  200  200  200  200
/api/v1/reporting-duties/              POST   -        401  201  403  403  403  403  403  403  403
/api/v1/reporting-duties/{duty}/       GET    own      401  200  200  200  200  200  404  404  404
/api/v1/reporting-duties/{duty}/       GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/reporting-duties/{duty}/       PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/reporting-duties/{duty}/       PATCH  foreign  401  404  403  403  403  403  403  403  403
/api/v1/periods/                       GET    -        401  200  200  200  200  200  200  200  200
/api/v1/periods/                       POST   -        401  201  403  403  403  403  403  403  403
/api/v1/periods/{period}/              GET    own      401  200  200  200  200  200  404  404  404
/api/v1/periods/{period}/              GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/periods/{period}/              PATCH  own      401  200  403  403  403  403  403  403  403
/api/v1/periods/{period}/              PATCH  foreign  401  404  403  403  403  403  403  403  403

/api/v1/figures/                       GET    -        401  200  200  200  200  200  200  200  200
/api/v1/figures/                       POST   -        401  201  201  403  403  403  403  403  403
/api/v1/figures/bulk/                  POST   -        401  200  200  200  403  403  403  403  403
/api/v1/figures/submit/                POST   own      401  200  200  403  403  403  403  403  403
/api/v1/figures/approve/               POST   own      401  403  403  200  403  403  403  403  403
/api/v1/figures/return/                POST   own      401  403  403  200  403  403  403  403  403
/api/v1/figures/{figure}/              GET    own      401  200  200  200  404  200  404  404  404
/api/v1/figures/{figure}/              GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/figures/{figure}/              PATCH  own      401  200  200  403  403  403  403  403  403
/api/v1/figures/{figure}/              PATCH  foreign  401  404  404  404  403  403  403  403  403
/api/v1/evidence/                      GET    -        401  200  200  200  200  200  200  200  200
/api/v1/evidence/                      POST   own      401  201  201  403  404  403  404  404  404
/api/v1/evidence/                      POST   foreign  401  404  404  404  404  404  404  404  404
/api/v1/evidence/{evidence}/           GET    own      401  200  200  200  404  200  404  404  404
/api/v1/evidence/{evidence}/           GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/evidence/{evidence}/           DELETE own      401  204  204  403  404  403  404  404  404
/api/v1/evidence/{evidence}/           DELETE foreign  401  404  404  404  404  404  404  404  404
/api/v1/evidence/{evidence}/file/      GET    own      401  200  200  200  404  200  404  404  404
/api/v1/evidence/{evidence}/file/      GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/attainment/                    GET    -        401  200  200  200  200  200  200  200  200
/api/v1/attainment/{attainment}/       GET    own      401  200  200  200  200  200  404  404  404
/api/v1/attainment/{attainment}/       GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/overview/                      GET    own      401  200  200  200  200  200  404  404  404
/api/v1/overview/                      GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/comparison/ranking/            GET    own      401  200  200  200  200  200  404  404  404
/api/v1/comparison/ranking/            GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/comparison/matrix/             GET    own      401  200  200  200  200  200  404  404  404
/api/v1/comparison/matrix/             GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/comparison/units/              GET    own      401  200  200  200  200  200  404  404  404
/api/v1/comparison/units/              GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/comparison/plans/              GET    own      401  200  200  200  200  200  404  404  404
/api/v1/comparison/plans/              GET    foreign  401  404  404  404  404  404  404  404  404

/api/v1/uploads/                       GET    -        401  200  200  200  200  200  200  200  200
/api/v1/uploads/                       POST   -        401  201  201  403  403  403  403  403  403
/api/v1/uploads/{upload}/              GET    own      401  200  200  200  404  404  404  404  404
/api/v1/uploads/{upload}/              GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/uploads/{upload}/mapping/      GET    own      401  404  200  404  404  404  404  404  404
/api/v1/uploads/{upload}/mapping/      GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/uploads/{upload}/mapping/      PUT    own      401  404  200  403  403  403  403  403  403
/api/v1/uploads/{upload}/mapping/      PUT    foreign  401  404  404  403  403  403  403  403  403
/api/v1/uploads/{upload}/preview/      GET    own      401  200  200  200  404  404  404  404  404
/api/v1/uploads/{upload}/preview/      GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/uploads/{upload}/commit/       POST   own      401  404  202  403  403  403  403  403  403
/api/v1/uploads/{upload}/commit/       POST   foreign  401  404  404  403  403  403  403  403  403
/api/v1/uploads/{upload}/undo/         POST   own      401  409  409  409  403  403  403  403  403
/api/v1/uploads/{upload}/undo/         POST   foreign  401  404  404  404  403  403  403  403  403
/api/v1/uploads/{upload}/annotated/    GET    own      401  404  200  404  404  404  404  404  404
/api/v1/uploads/{upload}/annotated/    GET    foreign  401  404  404  404  404  404  404  404  404

/api/v1/supervisions/                  GET    -        401  200  200  200  200  200  200  200  200
/api/v1/supervisions/                  POST   -        401  201  403  403  403  403  403  403  403
/api/v1/supervisions/{slip}/           GET    own      401  200  200  404  200  404  404  404  404
/api/v1/supervisions/{slip}/           GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/supervisions/{slip}/move/      POST   own      401  403  200  404  403  404  404  404  404
/api/v1/supervisions/{slip}/move/      POST   foreign  401  404  404  404  404  404  404  404  404
/api/v1/notices/                       GET    -        401  200  200  200  200  200  200  200  200
/api/v1/notices/{notice}/              GET    own      401  200  200  200  200  200  200  200  200
/api/v1/notices/{notice}/              GET    foreign  401  404  404  404  404  404  404  404  404
/api/v1/notices/{notice}/read/         POST   own      401  200  200  200  200  200  200  200  200
/api/v1/notices/{notice}/read/         POST   foreign  401  404  404  404  404  404  404  404  404

/api/v1/jobs/                          GET    -        401  200  200  200  200  200  200  200  200
/api/v1/jobs/{job}/                    GET    own      401  200  200  200  404  404  200  404  404
/api/v1/jobs/{job}/                    GET    other    401  404  404  404  404  404  200  404  404
/api/v1/jobs/{job}/                    GET    missing  401  404  404  404  404  404  404  404  404
/api/v1/audit/                         GET    -        401  403  403  403  403  403  403  403  200
/api/v1/audit/{entry}/                 GET    own      401  403  403  403  403  403  403  403  200
/api/v1/audit/{entry}/                 GET    other    401  403  403  403  403  403  403  403  200
/api/v1/audit/{entry}/                 GET    missing  401  403  403  403  403  403  403  403  404
"""


@dataclass(frozen=True)
class Row:
    """One line of the table for one of its objects."""

    address: str
    method: str
    object: str
    statuses: dict[str, int] = field(compare=False)

    @property
    def is_writing(self) -> bool:
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    def __str__(self) -> str:
        return f"{self.method} {self.address} {self.object}"


def rows() -> list[Row]:
    """The table with `foreign` taken apart."""
    return list(_read())


def _read() -> Iterator[Row]:
    for line in TABLE.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        address, method, thing, *statuses = line.split()
        answers = dict(zip(ROLES, map(int, statuses), strict=True))
        for kind in ("other", "missing") if thing == "foreign" else (thing,):
            yield Row(address, method, kind, answers)
