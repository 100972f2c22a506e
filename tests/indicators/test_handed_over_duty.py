"""A duty that passed to another unit: each sees the working records of the quarters it answers for, and what came before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Figure, Indicator, ReportingDuty
from indicators.selectors.my_work import sent_back
from ipdash.accounts.models import User
from plans.models import Region
from plans.scope import scope_of
from tests import builders


@dataclass
class HandOver:
    """`former` answered for the indicator until a day, `present` from the next on; a returned figure in each quarter."""

    region: Region
    indicator: Indicator
    former: User
    present: User

    def quarters(self, user: User) -> list[int]:
        seen = Figure.objects.visible_to(scope_of(user)).filter(indicator=self.indicator, year=2025)
        return sorted(seen.values_list("quarter", flat=True))


def hand_over(last_day: date, first_day: date) -> HandOver:
    region = builders.make_region("500120")
    indicator = builders.make_indicator()
    old, new = builders.make_unit(region), builders.make_unit(region)
    ReportingDuty.objects.create(
        indicator=indicator, region=region, unit=old, valid_from=date(2000, 1, 1), valid_to=last_day
    )
    ReportingDuty.objects.create(indicator=indicator, region=region, unit=new, valid_from=first_day)
    for quarter in (1, 2, 3, 4):
        Figure.objects.create(
            indicator=indicator, region=region, year=2025, quarter=quarter, value=Decimal(quarter), state="returned",
            source="form", reason="请核对",
        )  # fmt: skip
    return HandOver(
        region, indicator, builders.make_user("reporter", unit=old), builders.make_user("reporter", unit=new)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last_day", "first_day", "quarters"),
    [
        (date(2025, 6, 29), date(2025, 6, 30), [1]),
        (date(2025, 6, 30), date(2025, 7, 1), [1, 2]),
        (date(2025, 7, 1), date(2025, 7, 2), [1, 2]),
        (date(2024, 12, 31), date(2025, 1, 1), []),
        (date(2025, 12, 30), date(2025, 12, 31), [1, 2, 3]),
        (date(2025, 12, 31), date(2026, 1, 1), [1, 2, 3, 4]),
        (date(2026, 1, 1), date(2026, 1, 2), [1, 2, 3, 4]),
    ],
)
def test_who_has_handed_a_duty_over_sees_nothing_of_the_quarters_after(
    last_day: date, first_day: date, quarters: list[int]
) -> None:
    handed = hand_over(last_day, first_day)
    assert handed.quarters(handed.former) == quarters
    assert handed.quarters(handed.present) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_what_is_sent_back_now_is_shown_to_who_answers_for_it_now() -> None:
    handed = hand_over(date(2025, 6, 30), date(2025, 7, 1))
    assert [item.figure.quarter for item in sent_back(scope_of(handed.former))] == [2, 1]
    assert [item.figure.quarter for item in sent_back(scope_of(handed.present))] == [4, 3, 2, 1]
