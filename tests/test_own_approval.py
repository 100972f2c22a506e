"""Promise 3: nobody approves a value they entered, by whatever way it came in and by whatever way it is approved."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from indicators.models import Figure
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, return_figures, save_figures
from ipdash.accounts.models import AuditEntry, User
from plans.models import Membership, Region, Role
from tests.conftest import DEMO_DAY

INDICATOR = "trademarks_registered"


@pytest.fixture
def both(reporter: User) -> User:
    """The reporter, who reviews the county's figures as well."""
    Membership.objects.create(user=reporter, role=Role.REVIEWER, region=Region.objects.get(code="500120"))
    return reporter


def report(actor: User, value: str, note: str | None = None, source: Any = Figure.Source.FORM) -> Figure:
    entry = Entry(INDICATOR, "500120", 2025, 3, Decimal(value), note)
    outcome = save_figures(actor, [entry], source=source, today=DEMO_DAY)
    assert outcome.refused == []
    return the_figure()


def the_figure() -> Figure:
    return Figure.objects.get(indicator__code=INDICATOR, region__code="500120", year=2025, quarter=3)


def codes(outcome: Any) -> list[str]:
    return [result.code for result in outcome.results]


def by_page(client: Client, figure: Figure) -> Any:
    return client.post("/review/", {"figure": f"{figure.pk}.{figure.version}", "do": "approve"})


def by_api(client: Client, figure: Figure) -> Any:
    return client.post("/api/v1/figures/approve/", {"figures": [figure.pk]}, content_type="application/json")


@pytest.mark.parametrize("approve", [by_page, by_api])
@pytest.mark.parametrize("source", [Figure.Source.FORM, Figure.Source.UPLOAD, Figure.Source.API])
def test_who_entered_it_does_not_approve_it(
    both: User, client_of: Callable[[str], Client], approve: Callable[..., Any], source: str
) -> None:
    figure = report(both, "1500", source=source)
    before = AuditEntry.objects.count()
    approve(client_of("reporter"), figure)
    assert the_figure().state == Figure.State.SUBMITTED
    (entry,) = AuditEntry.objects.all()[: AuditEntry.objects.count() - before]
    assert (entry.actor, entry.result, entry.action) == (both, "refused", "figure.approve")
    assert entry.after == {str(figure.pk): "own_entry"}


def test_among_many_only_the_own_one_stays(both: User, reviewer: User) -> None:
    own = report(both, "1500")
    other = Figure.objects.get(indicator__code="ip_volunteers", year=2025, quarter=3)
    Figure.objects.filter(pk=other.pk).update(entered_by=reviewer)
    before = AuditEntry.objects.count()
    assert codes(approve_figures(both, [own.pk, other.pk])) == ["own_entry", "done"]
    results = list(AuditEntry.objects.values_list("result", "after")[: AuditEntry.objects.count() - before])
    assert sorted(result for result, _after in results) == ["done", "refused"]


def test_a_note_by_somebody_else_does_not_make_it_another_s_value(both: User, staff: User) -> None:
    report(both, "1500")
    figure = report(staff, "1500", note="口径与上季一致")
    assert figure.note == "口径与上季一致"
    assert codes(approve_figures(both, [figure.pk])) == ["own_entry"]


def test_handing_it_in_again_does_not_make_it_another_s_value(both: User, staff: User, reviewer: User) -> None:
    figure = report(both, "1500")
    return_figures(reviewer, [figure.pk], "请核对")
    figure = report(staff, "1500")
    assert figure.state == Figure.State.SUBMITTED
    assert codes(approve_figures(both, [figure.pk])) == ["own_entry"]


def test_a_value_that_somebody_else_changed_is_theirs(both: User, staff: User) -> None:
    report(both, "1500")
    figure = report(staff, "1600")
    assert codes(approve_figures(both, [figure.pk])) == ["done"]


def test_a_correction_after_the_lock_needs_a_second_reviewer(reviewer: User) -> None:
    entry = Entry(INDICATOR, "500120", 2024, 1, Decimal(1500))
    save_figures(reviewer, [entry], source=Figure.Source.FORM, today=DEMO_DAY, reason="原填报有误")
    figure = Figure.objects.get(indicator__code=INDICATOR, region__code="500120", year=2024, quarter=1)
    assert codes(approve_figures(reviewer, [figure.pk])) == ["own_entry"]
    second = User.objects.create(username="second", display_name="另一审核人")
    Membership.objects.create(user=second, role=Role.REVIEWER, region=figure.region)
    assert codes(approve_figures(second, [figure.pk])) == ["done"]
