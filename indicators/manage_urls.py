"""The addresses below `/manage/` that need indicators: bureau staff's, and the page that leads to all of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from indicators.views import (
    decompose,
    manage_catalogue,
    manage_displays,
    manage_duties,
    manage_home,
    manage_lines,
    manage_periods,
    manage_plans,
    manage_public,
    manage_regions,
)

manage_urls: list[URLPattern] = [
    path("manage/", manage_home.manage, name="manage"),
    path("manage/periods/", manage_periods.period_list, name="manage-periods"),
    path("manage/periods/new/", manage_periods.period_new, name="manage-period-new"),
    path("manage/periods/<int:period_id>/", manage_periods.period_detail, name="manage-period"),
    path("manage/periods/<int:period_id>/change/", manage_periods.period_change, name="manage-period-change"),
    path("manage/periods/<int:period_id>/urge/", manage_periods.period_urge, name="manage-period-urge"),
    path("manage/duties/", manage_duties.duty_list, name="manage-duties"),
    path("manage/duties/new/", manage_duties.duty_new, name="manage-duty-new"),
    path("manage/duties/<int:duty_id>/", manage_duties.duty_detail, name="manage-duty"),
    path("manage/duties/<int:duty_id>/end/", manage_duties.duty_end, name="manage-duty-end"),
    path("manage/duties/<int:duty_id>/hand-over/", manage_duties.duty_hand_over, name="manage-duty-hand-over"),
    path("manage/indicators/", manage_catalogue.catalogue, name="manage-indicators"),
    path("manage/indicators/new/", manage_catalogue.indicator_new, name="manage-indicator-new"),
    path("manage/indicators/<slug:code>/", manage_catalogue.indicator_detail, name="manage-indicator"),
    path("manage/indicators/<slug:code>/change/", manage_catalogue.indicator_change, name="manage-indicator-change"),
    path("manage/regions/<slug:code>/", manage_regions.region_detail, name="manage-region"),
    path("manage/regions/<slug:code>/change/<slug:kind>/", manage_regions.region_change, name="manage-region-change"),
    path(
        "manage/regions/changes/<int:change_id>/take-back/",
        manage_regions.change_take_back,
        name="manage-region-take-back",
    ),
    path("manage/plans/", manage_plans.plan_list, name="manage-plans"),
    path("manage/plans/<int:plan_id>/", manage_plans.plan_settings, name="manage-plan"),
    path("manage/plans/<int:plan_id>/public/", manage_public.public_page, name="manage-public"),
    path("manage/plans/<int:plan_id>/public/switch/", manage_public.switch, name="manage-public-switch"),
    path("manage/plans/<int:plan_id>/public/publish/", manage_public.publish, name="manage-publish"),
    path("manage/publications/<int:publication_id>/withdraw/", manage_public.withdraw, name="manage-withdraw"),
    path("manage/plans/<int:plan_id>/displays/", manage_displays.displays, name="manage-displays"),
    path("manage/displays/<int:link_id>/revoke/", manage_displays.revoke, name="manage-display-revoke"),
    path("manage/lines/<int:line_id>/", manage_lines.line_detail, name="manage-line"),
    path("manage/lines/<int:line_id>/basis/", manage_lines.line_basis, name="manage-line-basis"),
    path("manage/lines/<int:line_id>/lead/", manage_lines.line_lead, name="manage-line-lead"),
    path("manage/lines/<int:line_id>/end/", manage_lines.line_end, name="manage-line-end"),
    path("manage/lines/<int:line_id>/reopen/", manage_lines.line_reopen, name="manage-line-reopen"),
    path("manage/lines/<int:line_id>/decompose/", decompose.line_decompose, name="manage-line-decompose"),
    path(
        "manage/decompositions/<int:decomposition_id>/undo/",
        decompose.decomposition_undo,
        name="manage-decomposition-undo",
    ),
    path("manage/lines/<int:line_id>/targets/<int:year>/", manage_lines.target_detail, name="manage-target"),
    path(
        "manage/lines/<int:line_id>/targets/<int:year>/correct/",
        manage_lines.target_correct,
        name="manage-target-correct",
    ),
    path(
        "manage/lines/<int:line_id>/targets/<int:year>/adjust/", manage_lines.target_adjust, name="manage-target-adjust"
    ),
]
