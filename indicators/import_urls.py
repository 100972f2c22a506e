"""导入计划."""

from __future__ import annotations

from django.urls import URLPattern, path

from indicators.views import import_changes, import_items, import_matching, imports

import_urls: list[URLPattern] = [
    path("import/", imports.import_list, name="import-list"),
    path("import/<int:import_id>/", imports.import_detail, name="import"),
    path("import/<int:import_id>/findings/", imports.import_findings, name="import-findings"),
    path("import/<int:import_id>/items/<int:item_id>/", import_items.import_item, name="import-item"),
    path("import/<int:import_id>/add/<slug:kind>/", import_items.import_add, name="import-add"),
    path("import/<int:import_id>/units/", import_matching.import_units, name="import-units"),
    path("import/<int:import_id>/indicators/", import_matching.import_lines, name="import-lines"),
    path("import/<int:import_id>/indicators/<int:item_id>/", import_matching.import_line, name="import-line"),
    path("import/<int:import_id>/confirm/", imports.import_confirm, name="import-confirm"),
    path("import/<int:import_id>/changes/<int:plan_id>/", import_changes.import_changes, name="import-changes"),
    path("import/<int:import_id>/discard/", imports.import_discard, name="import-discard"),
]
