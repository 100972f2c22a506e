"""Reporting and review of figures: what is taken, who approves, what counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Attainment, Figure, FigureRevision, Indicator, TargetLine
from indicators.services.entry_rules import Entry
from indicators.services.figures import Outcome, approve_figures, return_figures, save_figures, submit_figures
from indicators.services.recompute import recompute_plan
from indicators.services.verification import verify
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Invalid
from ipdash.jobs.models import JobRun
from plans.models import Region
from plans.scope import scope_of
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 12)


@dataclass
class World:
    """One county with a reporter and two reviewers, one open quarter, one indicator that a plan asks for."""

    region: Region
    indicator: Indicator
    line: TargetLine
    reporter: User
    reviewer: User

    def entry(self, value: str | None, **fields: object) -> Entry:
        given = {"indicator": self.indicator.code, "region": self.region.code, "year": 2025, "quarter": 3}
        return Entry(**{**given, "value": None if value is None else Decimal(value), **fields})  # type: ignore[arg-type]  # a test's shorthand

    def report(self, value: str | None, actor: User | None = None, **fields: object) -> Outcome:
        return save_figures(
            actor or self.reporter, [self.entry(value, **fields)], source=Figure.Source.FORM, today=TODAY
        )

    def figure(self) -> Figure:
        return Figure.objects.get(indicator=self.indicator, region=self.region, year=2025, quarter=3)


@pytest.fixture
def world() -> World:
    region = builders.make_region("610302")
    unit = builders.make_unit(region)
    indicator = builders.make_indicator("patents")
    line = builders.make_line(builders.make_plan(region), indicator, {2025: "25"}, baseline=(2020, "12.01"))
    builders.make_duty(indicator, region, unit)
    builders.open_period(region)
    return World(
        region,
        indicator,
        line,
        builders.make_user("reporter", unit=unit),
        builders.make_user("reviewer", region=region),
    )


def test_a_reported_figure_waits_for_review_and_counts_for_nothing_yet(world: World) -> None:
    outcome = world.report("18.5")
    assert [result.code for result in outcome.results] == ["new"]
    figure = world.figure()
    assert (figure.state, figure.value, figure.approved_value) == ("submitted", Decimal("18.5"), None)
    assert outcome.job is None
    assert not JobRun.objects.exists()


def test_approval_makes_the_value_count_and_asks_for_one_recomputation(world: World) -> None:
    world.report("18.5")
    outcome = approve_figures(world.reviewer, [world.figure().pk])
    figure = world.figure()
    assert (figure.state, figure.approved_value, figure.approved_by) == ("approved", Decimal("18.5"), world.reviewer)
    assert outcome.job is not None
    assert outcome.job.args == {"plan": world.line.plan_id}
    recompute_plan(world.line.plan_id, today=TODAY)
    row = Attainment.objects.get(line=world.line, year=2025, quarter=3)
    assert row.actual == Decimal("18.5")
    assert verify(today=TODAY) == []


def test_the_last_approved_value_goes_on_counting_until_a_new_one_is_approved(world: World) -> None:
    world.report("18.5")
    approve_figures(world.reviewer, [world.figure().pk])
    world.report("30")
    figure = world.figure()
    assert (figure.state, figure.value, figure.approved_value) == ("submitted", Decimal(30), Decimal("18.5"))
    return_figures(world.reviewer, [figure.pk], "请核对单位")
    assert world.figure().approved_value == Decimal("18.5")


def test_nobody_approves_a_value_they_entered(world: World) -> None:
    builders.Membership.objects.create(user=world.reporter, role="reviewer", region=world.region)
    world.report("18.5")
    outcome = approve_figures(world.reporter, [world.figure().pk])
    assert outcome.results[0].code == "own_entry"
    assert world.figure().state == "submitted"


def test_a_reviewer_of_another_county_does_not_learn_that_the_figure_exists(world: World) -> None:
    world.report("18.5")
    stranger = builders.make_user("reviewer", region=builders.make_region("610303"))
    missing = approve_figures(stranger, [10**9]).results[0]
    foreign = approve_figures(stranger, [world.figure().pk]).results[0]
    assert (foreign.code, foreign.message) == (missing.code, missing.message) == ("not_found", missing.message)


def test_zero_is_a_figure_and_nothing_is_not(world: World) -> None:
    assert world.report(None).results[0].code == "missing"
    assert world.report("0").results[0].code == "new"
    approve_figures(world.reviewer, [world.figure().pk])
    recompute_plan(world.line.plan_id, today=TODAY)
    row = Attainment.objects.get(line=world.line, year=2025, quarter=3)
    assert row.actual == 0
    assert row.status != "missing"


def test_the_same_word_twice_changes_nothing(world: World) -> None:
    world.report("18.5")
    version, revisions = world.figure().version, FigureRevision.objects.count()
    assert world.report("18.50").results[0].code == "unchanged"
    assert (world.figure().version, FigureRevision.objects.count()) == (version, revisions)


def test_the_second_of_two_editors_is_told_both_values(world: World) -> None:
    world.report("18.5")
    seen = world.figure().version
    world.report("19", version=seen)
    late = world.report("20", version=seen).results[0]
    assert late.code == "stale_version"
    assert "19" in late.message
    assert "20" in late.message
    assert world.figure().value == 19


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"indicator": "nothing"}, "unknown_indicator"),
        ({"region": "999999"}, "not_found"),
        ({"quarter": 5}, "bad_period"),
        ({"quarter": 2}, "not_open"),
        ({"year": 2026, "quarter": 1}, "not_open"),
        ({"value": Decimal("1000000000000")}, "out_of_range"),
        ({"value": Decimal("0.0000001")}, "out_of_range"),
        ({"value": Decimal("-1")}, "negative"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_code_and_a_sentence(
    world: World, change: dict[str, object], code: str
) -> None:
    result = save_figures(
        world.reporter,
        [replace(world.entry("18.5"), **change)],  # type: ignore[arg-type]  # fields by name
        source=Figure.Source.FORM,
        today=TODAY,
    ).results[0]
    assert (result.ok, result.code) == (False, code)
    assert result.message.endswith("。")
    assert not Figure.objects.exists()


def test_all_or_nothing_stores_nothing_when_one_row_is_refused(world: World) -> None:
    entries = [world.entry("18.5"), world.entry("1", indicator="nothing")]
    outcome = save_figures(world.reporter, entries, source=Figure.Source.API, today=TODAY, all_or_nothing=True)
    assert not outcome.stored
    assert [result.ok for result in outcome.results] == [True, False]
    assert not Figure.objects.exists()
    assert not FigureRevision.objects.exists()


def test_a_locked_quarter_takes_only_a_reviewers_correction_with_a_reason(world: World) -> None:
    late = date(2025, 11, 1)

    def correct(actor: User, reason: str) -> str:
        outcome = save_figures(actor, [world.entry("18.5")], source=Figure.Source.FORM, today=late, reason=reason)
        return outcome.results[0].code

    assert correct(world.reporter, "更正") == "locked"
    assert correct(world.reviewer, "") == "reason_needed"
    assert correct(world.reviewer, "统计口径更正") == "new"
    figure = world.figure()
    assert figure.is_correction
    assert figure.reason == "统计口径更正"
    assert approve_figures(world.reviewer, [figure.pk]).results[0].code == "own_entry"
    second = builders.make_user("reviewer", region=world.region)
    assert approve_figures(second, [figure.pk]).results[0].ok


def test_a_draft_is_submitted_by_the_reporter_and_returned_with_a_reason(world: World) -> None:
    save_figures(world.reporter, [world.entry("18.5")], source=Figure.Source.FORM, today=TODAY, submit=False)
    figure = world.figure()
    assert figure.state == "draft"
    assert approve_figures(world.reviewer, [figure.pk]).results[0].code == "wrong_state"
    assert submit_figures(world.reporter, [figure.pk], today=TODAY).results[0].ok
    with pytest.raises(Invalid):
        return_figures(world.reviewer, [figure.pk], "  ")
    return_figures(world.reviewer, [figure.pk], "请核对单位")
    returned = world.figure()
    assert (returned.state, returned.reason) == ("returned", "请核对单位")
    assert submit_figures(world.reporter, [figure.pk], today=TODAY).results[0].ok


def test_every_step_leaves_a_revision_and_an_audit_entry(world: World) -> None:
    world.report("18.5")
    approve_figures(world.reviewer, [world.figure().pk])
    steps = FigureRevision.objects.values_list("version", "action", "from_value", "to_value", "to_state", "by")
    assert list(steps) == [
        (1, "enter", None, Decimal("18.5"), "submitted", world.reporter.pk),
        (2, "approve", Decimal("18.5"), Decimal("18.5"), "approved", world.reviewer.pk),
    ]
    assert list(AuditEntry.objects.order_by("number").values_list("action", flat=True)) == [
        "figure.save",
        "figure.approve",
    ]


def test_a_ratio_follows_its_numerator_and_its_denominator(world: World) -> None:
    population = builders.make_indicator("population", unit="人")
    ratio = builders.make_indicator(
        "per_10k", quantity="ratio", numerator=world.indicator, denominator=population, factor=Decimal(10000)
    )
    line = builders.make_line(builders.make_plan(world.region), ratio, {2025: "5"})
    staff = builders.make_user("staff", region=world.region)
    save_figures(
        staff,
        [world.entry("500"), world.entry("1000000", indicator="population")],
        source=Figure.Source.API,
        today=TODAY,
    )
    approve_figures(world.reviewer, list(Figure.objects.values_list("pk", flat=True)))
    recompute_plan(line.plan_id, today=TODAY)
    assert Attainment.objects.get(line=line, year=2025, quarter=3).actual == 5
    assert world.report("1", indicator="per_10k", actor=staff).results[0].code == "derived"


def test_recomputing_twice_writes_nothing_the_second_time(world: World) -> None:
    world.report("18.5")
    approve_figures(world.reviewer, [world.figure().pk])
    first = recompute_plan(world.line.plan_id, today=TODAY)
    assert first.lines == 1
    assert first.written == 20
    assert recompute_plan(world.line.plan_id, today=TODAY).lines == 0
    again = recompute_plan(world.line.plan_id, today=TODAY, everything=True)
    assert (again.lines, again.written, again.removed) == (1, 0, 0)


def test_a_tampered_result_is_found_by_the_verification(world: World) -> None:
    recompute_plan(world.line.plan_id, today=TODAY)
    Attainment.objects.filter(line=world.line, year=2025, quarter=3).update(status="achieved")
    Attainment.objects.filter(line=world.line, year=2024, quarter=1).delete()
    differences = verify(today=TODAY)
    assert [(str(d.quarter), "status" in d.fields) for d in differences] == [("2024Q1", True), ("2025Q3", True)]


def test_scope_reaches_what_lies_below_and_nothing_beside(world: World) -> None:
    city = builders.make_user("staff", region=world.region.parent)
    other = builders.make_user("staff", region=builders.make_region("610400"))
    world.report("18.5")
    assert Figure.objects.visible_to(scope_of(city)).count() == 1
    assert Figure.objects.visible_to(scope_of(other)).count() == 0
    assert Figure.objects.visible_to(scope_of(world.reporter)).count() == 1
    assert Figure.objects.visible_to(scope_of(builders.make_user("leader", region=world.region))).count() == 0
