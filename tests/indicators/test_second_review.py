"""Two-level review: where a plan asks for it, a figure counts when two reviewers have approved it, on every path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from indicators.models import Figure, FigureRevision, Indicator, ReportingPeriod, TargetLine
from indicators.selectors.my_work import to_review
from indicators.selectors.review import review_queue
from indicators.selectors.review_levels import needing_two
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, return_figures, save_figures
from ipdash.accounts.models import AuditEntry, User
from plans.models import Plan, Region, Role
from plans.scope import scope_of
from plans.services.plans import change_plan
from tests import builders
from tests.conftest import DEMO_DAY, MODEL_BACKEND

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def plan(demo: None, staff: User) -> Plan:
    bishan = Plan.objects.get(slug="bishan")
    return change_plan(staff, bishan.pk, {"second_review": True}).plan


@pytest.fixture
def second(demo: None) -> User:
    return builders.make_user(Role.REVIEWER, region=Region.objects.get(code="500000"), name="市审核人")


@pytest.fixture
def figure(plan: Plan) -> Figure:
    """A submitted figure that a line of the plan counts."""
    counted = TargetLine.objects.filter(plan=plan).values("indicator")
    return waiting().filter(indicator__in=counted)[0]


def waiting() -> Any:
    return Figure.objects.filter(state="submitted", region__code="500120").order_by("pk")


def codes(outcome: Any) -> list[str]:
    return [result.code for result in outcome.results]


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def test_only_the_second_approval_makes_it_count(figure: Figure, reviewer: User, second: User) -> None:
    first = approve_figures(reviewer, [figure.pk])
    assert codes(first) == ["first_approved"]
    assert first.job is None
    figure.refresh_from_db()
    assert (figure.state, figure.approved_value, figure.first_approved_by) == ("submitted", None, reviewer)
    whole = approve_figures(second, [figure.pk])
    assert codes(whole) == ["done"]
    assert whole.job is not None
    figure.refresh_from_db()
    assert (figure.state, figure.approved_value, figure.approved_by) == ("approved", figure.value, second)
    actions = FigureRevision.objects.filter(figure=figure).order_by("-version").values_list("action", "by__username")
    assert list(actions[:2]) == [("approve", "市审核人"), ("check", "reviewer")]


def test_nobody_is_both(figure: Figure, reviewer: User) -> None:
    approve_figures(reviewer, [figure.pk])
    assert codes(approve_figures(reviewer, [figure.pk])) == ["same_reviewer"]
    assert AuditEntry.objects.latest("number").after == {str(figure.pk): "same_reviewer"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.filter(pk=figure.pk).update(state="approved", approved_by=reviewer, approved_value=1)


def test_a_plan_without_it_is_left_as_it_was(demo: None, reviewer: User) -> None:
    assert codes(approve_figures(reviewer, [waiting()[0].pk])) == ["done"]


def test_in_a_batch_each_figure_stands_at_its_own_level(plan: Plan, reviewer: User, second: User) -> None:
    counted = needing_two(waiting().select_related("region"))
    ids = list(waiting().values_list("pk", flat=True))
    approve_figures(second, [ids[0]])
    outcome = approve_figures(reviewer, ids)
    assert outcome.results[0].code == "done"
    assert {r.code for r in outcome.results[1:] if r.id in counted} == {"first_approved"}
    assert {r.code for r in outcome.results[1:] if r.id not in counted} <= {"done"}


@pytest.mark.parametrize("change", ["entered", "returned"])
def test_what_is_changed_or_sent_back_begins_again(
    figure: Figure, reviewer: User, second: User, staff: User, change: str
) -> None:
    approve_figures(reviewer, [figure.pk])
    if change == "returned":
        return_figures(second, [figure.pk], "请核对")
    entry = Entry(
        figure.indicator.code, "500120", figure.year, figure.quarter, (figure.value or Decimal(0)) + 1, "已核"
    )
    save_figures(staff, [entry], source=Figure.Source.UPLOAD, today=DEMO_DAY)
    figure.refresh_from_db()
    assert (figure.state, figure.first_approved_by) == ("submitted", None)
    assert codes(approve_figures(second, [figure.pk])) == ["first_approved"]


def test_a_correction_takes_two_reviewers_the_corrector_first(figure: Figure, reviewer: User, second: User) -> None:
    approve_figures(reviewer, [figure.pk])
    approve_figures(second, [figure.pk])
    later = ReportingPeriod.objects.get(region__code="500120", year=2025, quarter=3).locks + timedelta(days=1)
    entry = Entry(figure.indicator.code, "500120", figure.year, figure.quarter, Decimal(7))
    save_figures(reviewer, [entry], source=Figure.Source.API, today=later, reason="年鉴更正")
    figure.refresh_from_db()
    assert (figure.is_correction, figure.first_approved_by) == (True, reviewer)
    assert codes(approve_figures(reviewer, [figure.pk])) == ["own_entry"]
    assert codes(approve_figures(second, [figure.pk])) == ["done"]
    figure.refresh_from_db()
    assert (figure.approved_value, figure.first_approved_by, figure.approved_by) == (7, reviewer, second)


def test_where_the_plan_no_longer_asks_for_it_one_is_enough(
    figure: Figure, plan: Plan, reviewer: User, staff: User
) -> None:
    approve_figures(reviewer, [figure.pk])
    change_plan(staff, plan.pk, {"second_review": False})
    assert codes(approve_figures(reviewer, [figure.pk])) == ["done"]
    figure.refresh_from_db()
    assert (figure.first_approved_by, figure.approved_by) == (None, reviewer)


def test_a_plan_above_and_a_ratio_s_parts_ask_for_it_too(demo: None) -> None:
    region = Region.objects.get(code="500120")
    part, whole = builders.make_indicator("part_of_it"), builders.make_indicator("whole_of_it")
    ratio = builders.make_indicator("share_of_it", quantity="ratio", numerator=part, denominator=whole, factor=1)
    city = builders.make_plan(Region.objects.get(code="500000"), second_review=True)
    builders.make_line(city, ratio, {2025: "10"})
    figures = [Figure(pk=n, indicator=part, region=region, year=year, quarter=3) for n, year in ((1, 2025), (2, 2019))]
    elsewhere = Figure(pk=3, indicator=part, region=builders.make_region("610302"), year=2025, quarter=3)
    other = Figure(pk=4, indicator=Indicator.objects.exclude(pk__in=[part.pk, whole.pk])[0], region=region, year=2025)
    assert needing_two([*figures, elsewhere, other]) == {1}


def test_the_queue_says_whose_turn_it_is(figure: Figure, reviewer: User, second: User) -> None:
    page = browser(reviewer).get("/review/").content.decode()
    assert '<span class="tag accent">初审</span>' in page
    browser(reviewer).post("/review/", {"figure": f"{figure.pk}.{figure.version}", "do": "approve"})
    queue = review_queue(scope_of(reviewer))
    assert [item.figure.pk for item in queue if item.is_for_others] == [figure.pk]
    assert queue[-1].figure.pk == figure.pk
    page = browser(reviewer).get("/review/").content.decode()
    assert "您已初审，须由其他审核人复审" in page
    assert f'value="{figure.pk}.' not in page
    assert "复审" in browser(second).get("/review/").content.decode()
    assert sum(item.own for item in to_review(scope_of(reviewer))) == 1


def test_the_unremarkable_in_one_go_are_those_one_may_decide(plan: Plan, reviewer: User, second: User) -> None:
    client = browser(reviewer)
    plain = client.get("/review/").context["plain"]
    said = client.post("/review/", {"figure": [item.pick for item in plain], "do": "approve"}, follow=True)
    assert f"初审通过{len(plain)}项，等待另一位审核人复审" in said.content.decode()
    assert client.get("/review/").context["plain"] == []
    again = browser(second).get("/review/").context["plain"]
    assert {item.figure.pk for item in again} == {item.figure.pk for item in plain}


def test_a_program_is_told_the_level(figure: Figure, api_of: Callable[[str], Any]) -> None:
    answer = api_of("reviewer").post("/api/v1/figures/approve/", {"figures": [figure.pk]}, format="json").json()
    assert [result["code"] for result in answer["results"]] == ["first_approved"]
    assert answer["job"] is None
    told = api_of("staff").get(f"/api/v1/figures/{figure.pk}/").json()
    assert (told["state"], told["first_approved_at"] is not None) == ("submitted", True)


def test_staff_set_it_on_the_plan_s_page_and_by_program(
    demo: None, client_of: Callable[[str], Client], api_of: Callable[[str], Any]
) -> None:
    plan = Plan.objects.get(slug="bishan")
    form = {"state": "active", "yellow_below": "0", "red_below": "-10", "second_review": "on", "version": plan.version}
    assert client_of("staff").post(f"/manage/plans/{plan.pk}/", form).status_code == 302
    assert api_of("staff").get(f"/api/v1/plans/{plan.pk}/").json()["second_review"] is True
    changed = api_of("staff").patch(f"/api/v1/plans/{plan.pk}/", {"second_review": False}, format="json")
    assert changed.json()["second_review"] is False
