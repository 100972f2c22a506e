"""Pages that join plans with figures: home, overview, indicator, work, entry, review, uploads."""

from __future__ import annotations

from django.urls import URLPattern, path

from indicators.import_urls import import_urls
from indicators.manage_urls import manage_urls
from indicators.views import (
    calendar,
    compare,
    display,
    entry,
    entry_cells,
    line,
    line_file,
    my_work,
    overview,
    overview_file,
    public,
    review,
    rules,
    saved_mappings,
    task_links,
    templates,
    uploads,
    why,
)

urlpatterns: list[URLPattern] = [
    path("", overview.home, name="home"),
    path("plans/", overview.plan_list, name="plan-list"),
    path("plans/<int:plan_id>/", overview.plan_overview, name="overview"),
    path("plans/<int:plan_id>/export/", overview_file.overview_file, name="overview-file"),
    path("plans/<int:plan_id>/indicators/<int:line_id>/", line.indicator, name="indicator"),
    path("plans/<int:plan_id>/indicators/<int:line_id>/export/", line_file.line_file, name="indicator-file"),
    path("public/", public.public_list, name="public"),
    path("public/<int:plan_id>/", public.public_plan, name="public-plan"),
    path("robots.txt", public.robots, name="robots"),
    path("display/", display.display, name="display"),
    path("plans/<int:plan_id>/links/", task_links.plan_links, name="plan-links"),
    path("links/<int:link_id>/", task_links.link_decide, name="link-decide"),
    path("why/<int:line_id>/<str:quarter>/", why.result, name="why"),
    path("why/figure/<int:figure_id>/", why.figure, name="why-figure"),
    path("notices/calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/<str:secret>.ics", calendar.calendar_feed, name="calendar-feed"),
    path("compare/", compare.ranking_page, name="compare"),
    path("compare/regions/", compare.matrix_page, name="compare-regions"),
    path("compare/plans/", compare.across_page, name="compare-plans"),
    path("compare/units/", compare.units_page, name="compare-units"),
    path("rules/", rules.written_rules, name="rules"),
    path("my-work/", my_work.work, name="my-work"),
    path("review/", review.review, name="review"),
    path("entry/", entry.entry, name="entry"),
    path("entry/cells/", entry_cells.entry_cells, name="entry-cells"),
    path("entry/template/", templates.entry_template, name="entry-template"),
    path("uploads/", uploads.upload_list, name="upload-list"),
    path("uploads/new/", uploads.upload_new, name="upload-new"),
    path("uploads/mappings/", saved_mappings.mapping_list, name="saved-mappings"),
    path("uploads/mappings/<int:mapping_id>/", saved_mappings.mapping_edit, name="saved-mapping"),
    path("uploads/<int:upload_id>/", uploads.upload_detail, name="upload"),
    path("uploads/<int:upload_id>/mapping/", uploads.upload_mapping, name="upload-mapping"),
    path("uploads/<int:upload_id>/preview/", uploads.upload_preview, name="upload-preview"),
    path("uploads/<int:upload_id>/compare/", uploads.upload_compare, name="upload-compare"),
    path("uploads/<int:upload_id>/undo/", uploads.upload_undo, name="upload-undo"),
    path("uploads/<int:upload_id>/annotated/", uploads.upload_annotated, name="upload-annotated"),
    *import_urls,
    *manage_urls,
]
