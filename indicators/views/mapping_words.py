"""What the parts of a mapping are called, and what can be chosen for them."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from indicators.workbooks.mapping.periods import Period
from indicators.workbooks.mapping.units import factor_between
from ipdash.core.periods import Quarter

Choices = list[tuple[str, str]]
NOT_READ = "-"
UNITS = (
    "件", "万件", "项", "个", "万个", "家", "万家", "户", "万户", "人", "万人", "次", "万次", "元", "万元", "亿元", "%", "‰", "分", "件/万人", "件/亿元"
)  # fmt: skip
_QUARTERS, _YEARS = 20, 12


def roles() -> Choices:
    """What a column can be."""
    return [
        ("value", _("数值")), ("region", _("地区")), ("region_code", _("区划代码")), ("indicator", _("指标")),
        ("indicator_code", _("指标编码")), ("period", _("时期")), ("year", _("年份")), ("quarter", _("季度")),
        ("unit", _("计量单位")), ("basis", _("口径")), ("ordinal", _("序号")), ("note", _("备注")), ("ignore", _("不读取")),
    ]  # fmt: skip


def bases() -> Choices:
    """What a figure counts."""
    return [
        ("", _("按文件所写")), ("ytd", _("本年累计")), ("quarter", _("当季")), ("month", _("当月")), ("level", _("期末数"))
    ]  # fmt: skip


def units(current: str) -> Choices:
    """Units for a column, its own among them."""
    known = [("", _("按文件所写")), *((unit, unit) for unit in UNITS)]
    return known if current == "" or current in UNITS else [*known, (current, current)]


def units_like(unit: str) -> list[str]:
    """The units that a figure in this unit may have been written in, the unit itself first."""
    return [unit, *(other for other in UNITS if other != unit and factor_between(other, unit) is not None)]


def periods(today: date, current: str) -> Choices:
    """Quarters and years up to the day, latest first, and what was read of the file."""
    latest = Quarter(today.year, (today.month - 1) // 3 + 1)
    quarters = [latest - back for back in range(_QUARTERS)]
    known = [("", _("按文件所写"))]
    known += [(f"{quarter.year}Q{quarter.quarter}", quarter.label) for quarter in quarters]
    known += [(str(year), _("%(year)s年全年") % {"year": year}) for year in range(today.year, today.year - _YEARS, -1)]
    if current and current not in {code for code, _label in known}:
        known.insert(1, (current, period_words(current)))
    return known


def period_words(code: str) -> str:
    """A period, or a piece of one, as people write it."""
    period = Period.from_code(code)
    year = _("%(year)s年") % {"year": period.year} if period.year is not None else ""
    if period.part in {"", "year"}:
        return year or _("全年")
    if period.part[0] == "Q":
        return year + _("第%(quarter)s季度") % {"quarter": period.part[1]}
    if "/" in period.part:
        first, last = period.part.split("/")
        return year + _("%(first)s—%(last)s月") % {"first": int(first[:2]), "last": int(last[:2])}
    return (
        year
        + _("%(month)s月") % {"month": int(period.part[:2])}
        + (period.part[3:] + _("日") if len(period.part) > 2 else "")
    )


def orientation(code: str) -> str:
    """How a table is laid out."""
    said = {
        "indicators_across": _("各列是不同指标"), "regions_across": _("各列是不同地区"), "periods_across": _("各列是不同时期"),
    }  # fmt: skip
    return said.get(code, _("每行一个数据"))
