"""The demonstration is loaded once, whole, and a second time changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F

from indicators.models import (
    Attainment,
    Baseline,
    Decomposition,
    Figure,
    FigureRevision,
    Indicator,
    ReportingDuty,
    Target,
    TargetLine,
)
from indicators.permissions import duty_units_on
from indicators.selectors.comparison import ground
from indicators.services.demo import load_demo, load_reference_data
from indicators.services.verification import verify
from ipdash.accounts.models import User
from ipdash.accounts.services import create_user
from ipdash.core.errors import Conflict
from ipdash.core.periods import Quarter
from ipdash.launch import demo as names
from plans.models import (
    Assignment,
    GlossaryTerm,
    Membership,
    Milestone,
    Phase,
    Plan,
    PlanReference,
    PlanSection,
    PlanTask,
    Region,
    TaskMeasure,
    Unit,
)
from plans.scope import scope_of
from plans.services.plans import create_plan

FIXTURES = settings.BASE_DIR / "fixtures"
DAY = date(2025, 10, 12)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours."""
    models = [m for m in apps.get_models() if m._meta.app_label in {"plans", "indicators", "accounts", "jobs"}]
    return {m._meta.label: sorted(m._default_manager.values_list(), key=repr) for m in models}


def test_it_holds_what_the_five_documents_say(demo):
    real = Assignment.objects.filter(is_demo=False)
    own = TargetLine.objects.filter(region=F("plan__region"))
    counts = {
        "plans": Plan.objects.count(),
        "tasks": PlanTask.objects.count(),
        "assignments": real.count(),
        "measures": TaskMeasure.objects.count(),
        "milestones": Milestone.objects.count(),
        "phases": Phase.objects.count(),
        "sections": PlanSection.objects.count(),
        "lines": own.count(),
        "targets": Target.objects.filter(line__in=own).count(),
        "baselines": Baseline.objects.count(),
        "terms": GlossaryTerm.objects.count(),
        "references": PlanReference.objects.count(),
    }
    assert counts == {
        "plans": 5, "tasks": 157, "assignments": 446, "measures": 65, "milestones": 61, "phases": 3, "sections": 99,
        "lines": 108, "targets": 128, "baselines": 27, "terms": 7, "references": 13,
    }  # fmt: skip


def test_the_national_tree_is_there(demo):
    levels = {level: Region.objects.filter(level=level).count() for level in Region.Level.values}
    assert levels == {"province": 34, "prefecture": 333, "county": 2847, "zone": 5}


def test_loading_it_twice_changes_nothing(demo):
    before = everything()
    loaded = load_demo(FIXTURES, password=names.PASSWORD, today=DAY)
    assert not loaded
    assert everything() == before


def test_everything_invented_is_marked(demo):
    assert not Figure.objects.exclude(is_demo=True, source=Figure.Source.DEMO).exists()
    assert not Plan.objects.filter(is_demo=False).exists()
    assert not User.objects.filter(is_demo=False).exists()
    assert not ReportingDuty.objects.filter(is_demo=False).exists()
    bishan = Assignment.objects.filter(task__plan__slug="bishan")
    assert bishan.filter(is_demo=True).exists()
    assert not bishan.filter(is_demo=False).exists()


def test_targets_below_the_plans_own_regions_are_split_and_say_that_they_are_invented(demo, staff):
    below = Target.objects.exclude(line__region=F("line__plan__region"))
    assert below.count() == 12 * 2 + 9 * 3
    assert set(below.values_list("source", flat=True)) == {Target.Source.DECOMPOSED}
    acts = Decomposition.objects.filter(targets__in=below).distinct()
    assert {(act.made_by, "演示数据" in act.reason, act.undone_at) for act in acts} == {(staff, True, None)}
    assert acts.count() == 5


def test_there_is_something_to_rank_and_an_indicator_that_three_plans_share(demo, leader):
    scope = scope_of(leader)
    for slug, children in (("baoji", 12), ("jilin", 9)):
        plan = Plan.objects.select_related("region").get(slug=slug)
        compared = ground(scope, plan, Quarter(2020, 4))
        assert len(compared.children(plan.region)) == children
        results = Attainment.objects.filter(
            plan=plan, line__indicator__code="invention_patents_per_10k", region__parent=plan.region
        )
        lights = Counter(results.at(Quarter(2020, 4)).values_list("light", flat=True))
        assert lights["green"] > 3
        assert lights["red"] > 3
    shared = TargetLine.objects.filter(indicator__code="invention_patents_per_10k", region=F("plan__region"))
    assert set(shared.values_list("plan__slug", flat=True)) == {"baoji", "bishan", "jilin"}


def test_every_result_is_computed_for_the_demonstration_s_day(demo):
    assert not TargetLine.objects.exclude(input_version=F("computed_version")).exists()
    assert Attainment.objects.exists()
    assert verify(today=DAY) == []


def test_no_figure_was_approved_by_who_entered_it(demo):
    assert not Figure.objects.filter(approved_by=F("entered_by")).exists()
    assert not Figure.objects.filter(state="approved", approved_by=None).exists()


def test_the_reporter_entered_what_is_the_own_unit_s_duty_and_nothing_else(demo, reporter):
    (unit,) = Membership.objects.filter(user=reporter).values_list("unit", flat=True)
    for figure in Figure.objects.filter(year=2025).select_related("entered_by"):
        duties = duty_units_on(figure.as_quarter.last_day, {(figure.indicator_id, figure.region_id)})
        own = duties.get((figure.indicator_id, figure.region_id)) == unit
        assert (figure.entered_by == reporter) == own


def test_every_figure_tells_how_it_came_to_its_state(demo):
    last = {r.figure_id: r for r in FigureRevision.objects.order_by("version")}
    for figure in Figure.objects.all():
        revision = last[figure.pk]
        assert (revision.version, revision.to_state, revision.to_value) == (figure.version, figure.state, figure.value)
    assert FigureRevision.objects.filter(version=1).count() == Figure.objects.count()


def test_the_eight_people_log_in_with_the_published_password(demo):
    assert set(User.objects.values_list("username", flat=True)) == set(names.ACCOUNTS)
    assert all(user.check_password(names.PASSWORD) for user in User.objects.all())


def test_a_value_printed_in_ten_thousands_is_stored_in_the_catalogue_s_unit(demo):
    line = TargetLine.objects.get(
        plan__slug="jilin", indicator__code="valid_registered_trademarks", region=F("plan__region")
    )
    assert line.unit == "万件"
    assert [target.value for target in line.targets.all()] == [150000]
    assert [(b.year, b.value) for b in line.baselines.all()] == [(2015, 86000), (2016, 104000)]


def test_it_is_not_loaded_beside_a_real_account(db):
    create_user(username="wang", display_name="王", actor=None)
    with pytest.raises(Conflict, match="已有正式账号或规划"):
        load_demo(FIXTURES, password=names.PASSWORD, today=DAY)
    assert not Plan.objects.exists()
    assert not User.objects.filter(is_demo=True).exists()


def test_what_people_add_to_the_demonstration_does_not_stop_a_second_loading(demo, staff):
    create_plan(staff, title="试用中新建的规划", region="500120", start_year=2026, end_year=2030)
    assert not load_demo(FIXTURES, password=names.PASSWORD, today=DAY)


def test_the_command_says_so(db):
    create_user(username="wang", display_name="王", actor=None)
    with pytest.raises(CommandError, match="已有正式账号或规划"):
        call_command("load_demo")


def test_a_start_without_the_demo_has_regions_and_catalogue_alone(db):
    loaded = load_reference_data(FIXTURES)
    assert loaded.added == {"regions": 3219, "indicators": Indicator.objects.count()}
    assert not load_reference_data(FIXTURES)
    assert (Plan.objects.count(), Unit.objects.count(), User.objects.count()) == (0, 0, 0)


def test_a_region_that_people_corrected_stays_as_they_keep_it(demo):
    Region.objects.filter(code="500120").update(short_name="璧山区")
    load_reference_data(FIXTURES)
    assert Region.objects.get(code="500120").short_name == "璧山区"
