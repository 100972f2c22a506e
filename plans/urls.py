"""Pages that need nothing but plans: documents and tasks."""

from __future__ import annotations

from django.urls import URLPattern, path

from plans.manage_urls import manage_urls
from plans.views import document, evidence, notices, supervision, tasks

urlpatterns: list[URLPattern] = [
    path("plans/<int:plan_id>/document/", document.plan_document, name="plan-document"),
    path("plans/<int:plan_id>/source/", document.plan_source, name="plan-source"),
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/<int:task_id>/", tasks.task_detail, name="task"),
    path("tasks/<int:task_id>/status/", tasks.task_status, name="task-status"),
    path("evidence/<slug:kind>/<int:holder_id>/", evidence.evidence, name="evidence"),
    path("evidence/<int:evidence_id>/", evidence.evidence_file, name="evidence-file"),
    path("evidence/<int:evidence_id>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("supervision/", supervision.slip_list, name="slips"),
    path("supervision/send/", supervision.slips_send, name="slips-send"),
    path("supervision/<int:slip_id>/", supervision.slip_detail, name="slip"),
    path("supervision/<int:slip_id>/print/", supervision.slip_print, name="slip-print"),
    path("supervision/<int:slip_id>/<slug:action>/", supervision.slip_move, name="slip-move"),
    path("tasks/<int:task_id>/supervise/", supervision.slip_new, name="slip-new"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/<int:notice_id>/", notices.notice_open, name="notice"),
    *manage_urls,
]
