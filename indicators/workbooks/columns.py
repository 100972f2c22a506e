"""The columns of the product's own tables. They are how a table is recognised, so they are never translated."""

from __future__ import annotations

INDICATOR = "指标编码"
INDICATOR_NAME = "指标名称"
REGION = "行政区划代码"
REGION_NAME = "行政区划"
UNIT = "计量单位"
BASIS = "填报口径"
YEAR = "年份"
QUARTER = "季度"
PREVIOUS = "上季值"
YEAR_AGO = "去年同期值"
VALUE = "本季值"
NOTE = "备注"

TEMPLATE = (INDICATOR, INDICATOR_NAME, REGION, REGION_NAME, UNIT, BASIS, PREVIOUS, YEAR_AGO, VALUE, NOTE)
CSV = (INDICATOR, INDICATOR_NAME, REGION, REGION_NAME, UNIT, BASIS, YEAR, QUARTER, PREVIOUS, YEAR_AGO, VALUE, NOTE)
ALIASES = {"数值": VALUE}  # as plain tables from other systems head it

META_SHEET = "_ipdash"
META_VERSION, META_YEAR, META_QUARTER, META_UNIT = "template_version", "year", "quarter", "unit_id"
VERSION = "1"
FINDINGS_SHEET = "上传检查结果"
FINDINGS_COLUMN = "检查结果"
