"""Years and quarters, with `Asia/Shanghai` days. No clock: "today" is always an argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop

from ipdash.core.words import say as _

NAMES = (gettext_noop("一季度"), gettext_noop("二季度"), gettext_noop("三季度"), gettext_noop("四季度"))
_CODE = re.compile(r"^(\d{4})Q([1-4])$")


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """One quarter of one year; `quarter` is 1…4."""

    year: int
    quarter: int

    def __post_init__(self) -> None:
        if not 1 <= self.quarter <= 4:
            raise ValueError(f"quarter must be 1..4, not {self.quarter}")

    @classmethod
    def from_index(cls, index: int) -> Quarter:
        """The quarter whose `index` this is."""
        return cls(index // 4, index % 4 + 1)

    @classmethod
    def parse(cls, code: str) -> Quarter | None:
        """Reads `2025Q3`; None where the text is not a quarter."""
        match = _CODE.match(code)
        return cls(int(match[1]), int(match[2])) if match else None

    @classmethod
    def containing(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def last_ended(cls, today: date) -> Quarter:
        """The latest quarter whose last day lies before `today`."""
        return cls.containing(today) - 1

    @property
    def index(self) -> int:
        """Quarters since year 0; consecutive quarters have consecutive indexes."""
        return self.year * 4 + self.quarter - 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.quarter * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        return (self + 1).first_day - timedelta(days=1)

    def has_ended(self, today: date) -> bool:
        return self.last_day < today

    def __add__(self, quarters: int) -> Quarter:
        return Quarter.from_index(self.index + quarters)

    def __sub__(self, quarters: int) -> Quarter:
        return Quarter.from_index(self.index - quarters)

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter}"

    @property
    def label(self) -> str:
        """As people say it: 2025年三季度."""
        return _("%(year)s年%(quarter)s") % {"year": self.year, "quarter": _(NAMES[self.quarter - 1])}


def quarters_between(first: Quarter, last: Quarter) -> Iterator[Quarter]:
    """Every quarter from `first` to `last`, both included."""
    for index in range(first.index, last.index + 1):
        yield Quarter.from_index(index)
