"""Pages that need nothing but plans: documents and tasks."""

from __future__ import annotations

from django.urls import URLPattern, path

from plans.manage_urls import manage_urls
from plans.views import document, duties, evidence, milestones, notices, supervision, task_reports, tasks

urlpatterns: list[URLPattern] = [
    path("plans/<int:plan_id>/document/", document.plan_document, name="plan-document"),
    path("plans/<int:plan_id>/source/", document.plan_source, name="plan-source"),
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/<int:task_id>/", tasks.task_detail, name="task"),
    path("tasks/<int:task_id>/status/", tasks.task_status, name="task-status"),
    path("tasks/<int:task_id>/report/", task_reports.report_edit, name="task-report-edit"),
    path("tasks/<int:task_id>/milestones/add/", milestones.milestone_add, name="milestone-add"),
    path("milestones/<int:milestone_id>/move/", milestones.milestone_move, name="milestone-move"),
    path("milestones/<int:milestone_id>/split/", milestones.milestone_split, name="milestone-split"),
    path("milestones/<int:milestone_id>/withdraw/", milestones.milestone_withdraw, name="milestone-withdraw"),
    path("milestones/<int:milestone_id>/reached/", milestones.milestone_reached, name="milestone-reached"),
    path("assignments/<int:assignment_id>/transfer/", milestones.assignment_transfer, name="assignment-transfer"),
    path("task-reports/", task_reports.report_list, name="task-report-list"),
    path("task-reports/<int:report_id>/", task_reports.report_detail, name="task-report"),
    path("task-reports/<int:report_id>/check/", task_reports.report_check, name="task-report-check"),
    path("units/", duties.unit_list, name="unit-list"),
    path("units/<int:unit_id>/", duties.unit_page, name="unit"),
    path("plans/<int:plan_id>/timeline/", duties.timeline_page, name="plan-timeline"),
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
