"""Periods as printed: 2024年1-9月, 三季度, 截至2024年9月底, 2012-10, Q3 2024, 上半年.

A text often tells a part only (三季度 in a column, the year in the title), so a `Period` may lack its year or its part
of the year; `filled_from` completes it from what stands further out.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from indicators.workbooks.mapping.words import REMEMBERED, folded

_DASH = r"(?:[-—–―~～至到]|--)"
_YEAR = r"(?:(?P<year>(?:19|20)\d\d)(?:年度?|(?=[-/.Q第前上下全一二三四]|$)))"
_CHINESE = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@dataclass(frozen=True)
class Period:
    """A period or a piece of one. `part`: "" not said · `year` · `Q3` · `01/09` months · `10` month · `11-01` day."""

    year: int | None = None
    part: str = ""

    @property
    def whole(self) -> bool:
        """Whether it names one period without help."""
        return self.year is not None and bool(self.part)

    @property
    def code(self) -> str:
        """`2024Q3`, `2018`, `2012-10`, `2012-01/2012-10`, `2020-11-01`; without its year `Q3`, `-10`; "" for nothing."""
        if not self.part:
            return "" if self.year is None else f"{self.year}?"
        year = "" if self.year is None else str(self.year)
        if self.part == "year":
            return year or "year"
        if self.part[0] == "Q":
            return year + self.part
        return "/".join(f"{year}-{piece}" for piece in self.part.split("/"))

    @classmethod
    def from_code(cls, code: str) -> Period:
        """What `code` gave."""
        found = re.fullmatch(r"(\d{4})?(?:(Q[1-4])|-(\d\d(?:-\d\d)?)(?:/(?:\d{4})?-(\d\d))?|(\?)|(year))?", code)
        if found is None:
            raise ValueError(code)
        year = int(found[1]) if found[1] else None
        if found[5] or not code:
            return cls(year)
        part = found[2] or (f"{found[3]}/{found[4]}" if found[4] else found[3]) or "year"
        return cls(year, part)

    @property
    def last_month(self) -> int | None:
        """The month it ends with, `None` where that is not said."""
        if self.part == "year":
            return 12
        if self.part.startswith("Q"):
            return int(self.part[1]) * 3
        return int(self.part.split("/")[-1][:2]) if self.part else None

    @property
    def quarter(self) -> int | None:
        """The quarter (1–4) at whose last day it ends, else `None`."""
        month = self.last_month
        if self.year is None or month is None or month % 3:
            return None
        if len(self.part) == 5 and "-" in self.part and int(self.part[3:]) != calendar.monthrange(self.year, month)[1]:
            return None
        return month // 3

    def filled_from(self, outer: Period) -> Period:
        """With the year, or the part of the year, that it lacks: 2018年 beside 一季度 is 2018Q1."""
        year = self.year if self.year is not None else outer.year
        part = self.part or outer.part
        if self.part == "year" and outer.year is None and outer.part:
            part = outer.part
        return Period(year, part)

    def year_ago(self) -> Period:
        """The same part of the year before."""
        return replace(self, year=None if self.year is None else self.year - 1)

    def last_year(self) -> Period:
        """The whole year before."""
        return Period(None if self.year is None else self.year - 1, "year")

    def quarter_ago(self) -> Period:
        """The quarter before the one it ends with; without a known quarter itself, without year."""
        if self.quarter is None or self.year is None:
            return Period()
        return Period(self.year - (self.quarter == 1), f"Q{(self.quarter - 2) % 4 + 1}")


NO_PERIOD = Period()


@dataclass(frozen=True)
class Found:
    """A period within a text: the text left over, and what its words say of the basis (`ytd`, `level`, "")."""

    period: Period
    rest: str
    basis: str = ""


def _number(text: str) -> int:
    return _CHINESE.get(text) or int(text)


def _months(found: re.Match[str]) -> str:
    first, last = _number(found["first"]), _number(found["last"])
    if not (1 <= first <= last <= 12):
        return ""
    if first > 1 and last - first == 2 and last % 3 == 0:
        return f"Q{last // 3}"
    return f"{first:02}/{last:02}"


_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_END = r"(?:月份?)?(?:底|末|止)?"
_PATTERNS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?P<asof>截[至止]到?)?(?P<year>(?:19|20)\d\d)年(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])日(?:零时)?",
        r"(?P<asof>截[至止]到?)?(?<!\d)(?P<year>(?:19|20)\d\d)([-/.])(?P<month>1[0-2]|0?[1-9])\3(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)",
        rf"{_YEAR}?[-/.]?(?P<first>{_M})月?(?:份)?{_DASH}(?P<last>{_M})月份?(?P<ytd>累计)?",
        rf"{_YEAR}?(?P<nine>前三季度|[1一]{_DASH}[3三]季度)(?P<ytd>累计)?",
        rf"{_YEAR}?(?P<half>[上下])半年度?(?P<ytd>累计)?",
        rf"{_YEAR}?(?P<asof>截[至止]到?)?第?(?P<quarter>[1-4一二三四])季度?(?P<end>末|底)?(?P<ytd>累计)?",
        rf"{_YEAR}-?Q(?P<quarter>[1-4])",
        r"Q(?P<quarter>[1-4])[-,/]?(?P<year>(?:19|20)\d\d)?(?!\d)",
        rf"{_YEAR}(?P<whole>全年|1{_DASH}12月)",
        rf"(?P<asof>截[至止]到?)?(?P<year>(?:19|20)\d\d)年(?P<month>{_M})月份?(?P<end>底|末|止)?(?P<ytd>累计)?",
        r"(?P<year>(?:19|20)\d\d)[-/.](?P<month>1[0-2]|0?[1-9])(?![\d-])",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?!\d)",
        r"(?P<asof>截[至止]到?)?(?<![\d每])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份|(?P<end>底|末|止))?(?P<ytd>累计)?(?!度)",
        r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?(?:-(?P<upto>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)?,?(?P<year>(?:19|20)\d\d)",
        r"(?P<asof>截[至止]到?)?(?P<year>(?:19|20)\d\d)(?:年度|年(?P<end>末|底|终)?)(?!以来)",
        r"^(?P<year>(?:19|20)\d\d)(?:[(（].*[)）])?$",
        r"(?P<whole>全年|年末|年底)",
    )
)
_SPAN = re.compile(rf"(?:19|20)\d\d年?{_DASH}(?:(?:19|20)\d\d|\d\d(?=年))年?度?")


def _spelt_years(text: str) -> str:
    """二〇二四年 → 2024年."""
    return re.sub(r"[二一][〇○零九][〇○零一二三四五六七八九]{2}(?=年)", lambda found: found[0].translate(_DIGITS), text)


def without_span(text: str) -> str:
    """A text without a span of years (2016-2020年), which is the time that a table covers and no period of a figure."""
    return _SPAN.sub("", _spelt_years(folded(text)))


@lru_cache(REMEMBERED)
def find_period(text: str) -> Found | None:
    """The first period in a text; `None` where there is none. A span of years (2016-2020年) is none: it is cut out only."""
    if re.fullmatch(r"(?:19|20)\d\d-\d\d/(?:19|20)\d\d-\d\d", text.strip()):
        return Found(Period.from_code(text.strip()), "", "ytd" if text.strip()[5:7] == "01" else "")
    text = without_span(text)
    for pattern in _PATTERNS:
        found = pattern.search(text)
        if found is None:
            continue
        period = _period_of(found)
        if period is not None:
            rest = text[: found.start()] + text[found.end() :]
            return Found(period, rest, _basis_of(found.groupdict(), period))
    return None


def _period_of(found: re.Match[str]) -> Period | None:
    groups = {name: value for name, value in found.groupdict().items() if value}
    year = int(groups["year"]) if "year" in groups else None
    if "first" in groups:
        part = _months(found)
        return Period(year, part) if part else None
    if "day" in groups:
        month, day = int(groups["month"]), int(groups["day"])
        return Period(year, f"{month:02}-{day:02}")
    if "name" in groups:
        month = _MONTHS.index(groups["name"][:3].lower()) + 1
        last = _MONTHS.index(groups["upto"][:3].lower()) + 1 if "upto" in groups else month
        return Period(year, f"{month:02}" if last == month else f"{month:02}/{last:02}")
    if "nine" in groups:
        return Period(year, "01/09")
    if "half" in groups:
        return Period(year, "01/06" if groups["half"] == "上" else "07/12")
    if "quarter" in groups:
        return Period(year, f"Q{_number(groups['quarter'])}")
    if "month" in groups:
        return Period(year, f"{_number(groups['month']):02}")
    return Period(year, "year" if "whole" in groups or "end" in groups or year is not None else "")


def _basis_of(groups: dict[str, str | None], period: Period) -> str:
    if groups.get("ytd") or (period.part.startswith("01/") and period.part != "01/01"):
        return "ytd"
    return "level" if groups.get("asof") or groups.get("end") else ""


_BASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "ytd",
        re.compile(
            r"本?年?(?:初以来|初至今|初至本[月季]末?)?累计(?:数|值|完成)?|年初至今|year-?to-?date|cumulative", re.I
        ),
    ),
    ("quarter", re.compile(r"(?:当|本|单)季度?(?:数|值|新增|完成)?")),
    ("month", re.compile(r"(?:当|本|单)月(?:数|值|新增|完成)?")),
    ("level", re.compile(r"(?:本?期|年|季|月)末(?:数|值)?|时点数?|存量|截至(?:目前|期末)")),
)
_SHIFTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("year_ago", re.compile(r"(?:上年|去年|上年度)?同期(?:数|值)?")),
    ("year_end_ago", re.compile(r"(?:上年度?|去年)(?:年?末|年?底)(?:数|值)?")),
    ("last_year", re.compile(r"(?:上年度?|去年)(?:全年)?(?:数|值)?")),
    ("quarter_ago", re.compile(r"上(?:一)?季度?(?:末|数|值)?")),
)


@lru_cache(REMEMBERED)
def find_basis(text: str) -> tuple[str, str]:
    """(basis, the rest) of a text: `ytd` 累计 · `quarter` 当季 · `month` 当月 · `level` 期末 · "" not said."""
    text = folded(text)
    for basis, pattern in _BASES:
        found = pattern.search(text)
        if found:
            return basis, text[: found.start()] + text[found.end() :]
    return "", text


@lru_cache(REMEMBERED)
def find_shift(text: str) -> tuple[str, str]:
    """(`year_ago` 上年同期 · `year_end_ago` 上年末 · `last_year` 上年 · `quarter_ago` 上季 · "", the rest) of a text."""
    text = folded(text)
    for shift, pattern in _SHIFTS:
        found = pattern.search(text)
        if found:
            return shift, text[: found.start()] + text[found.end() :]
    return "", text
