"""`check_data`: every integrity rule finds a planted defect, says what, where and what to do, and is quiet on clean data."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indicators.models import (
    Attainment,
    Baseline,
    Figure,
    FigureRevision,
    Indicator,
    IndicatorAlias,
    ReportingDuty,
    Target,
    TargetLine,
    Upload,
)
from indicators.selectors.integrity import RULES, check
from indicators.services import uploads
from ipdash.accounts import triggers
from ipdash.accounts.models import AuditEntry, User
from ipdash.jobs.models import JobRun
from plans.models import (
    Assignment,
    CollectiveMember,
    EvidenceFile,
    Membership,
    Milestone,
    Phase,
    Plan,
    PlanTask,
    Region,
    TaskReport,
    Unit,
    UnitAlias,
)
from plans.services.evidence import add_evidence
from tests.conftest import DEMO_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TABLE = "指标编码,行政区划代码,年份,季度,本季值\r\nwell_known_trademarks_new,500120,2025,3,2\r\n"


@pytest.fixture(autouse=True)
def upload(demo: None, settings: Any, tmp_path: Path) -> Upload:
    """One stored upload, so that the rules about uploads have something to look at."""
    settings.MEDIA_ROOT = tmp_path
    reporter = User.objects.get(username="reporter")
    received = uploads.receive(reporter, io.BytesIO(TABLE.encode("utf-8-sig")), "三季度.csv", DEMO_DAY)
    uploads.commit(
        reporter, uploads.preview(reporter, received, DEMO_DAY), all_or_nothing=True, confirmed=(), today=DEMO_DAY
    )
    draft = Figure.objects.filter(state="draft", indicator__duties__unit__memberships__user=reporter)[0]
    add_evidence(reporter, "figure", draft.pk, io.BytesIO("依据".encode()), "依据.txt", today=DEMO_DAY)
    return Upload.objects.get()


def figures(state: str = "approved") -> Any:
    """One figure of the demonstration, to be spoilt."""
    return Figure.objects.filter(pk=Figure.objects.filter(state=state).order_by("pk")[0].pk)


def lines(**fields: Any) -> Any:
    return TargetLine.objects.filter(pk=TargetLine.objects.filter(**fields).order_by("pk")[0].pk)


def results(**fields: Any) -> Any:
    row = Attainment.objects.filter(**fields).order_by("line", "year", "quarter")[0]
    return Attainment.objects.filter(line=row.line_id, year=row.year, quarter=row.quarter)


def regions(level: str) -> Any:
    return Region.objects.filter(pk=Region.objects.filter(level=level).order_by("code")[0].pk)


def some_ratio() -> Indicator:
    return Indicator.objects.filter(quantity="ratio").order_by("pk")[0]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def unit_circle() -> None:
    one, two = Unit.objects.order_by("pk")[:2]
    Unit.objects.filter(pk=one.pk).update(parent=two)
    Unit.objects.filter(pk=two.pk).update(parent=one)


def unit_members() -> None:
    one, two = Unit.objects.filter(is_collective=False).order_by("pk")[:2]
    CollectiveMember.objects.create(collective=one, member=two)


def unit_alias(**fields: Any) -> None:
    one, two = Unit.objects.filter(region__code="500120").order_by("pk")[:2]
    given = {"unit": one, "region": one.region, "name": two.name} | fields
    UnitAlias.objects.create(**given)


def administrator() -> None:
    triggered = Membership._meta.db_table
    if connection.vendor == "postgresql":
        sql(f"ALTER TABLE {triggered} DISABLE TRIGGER USER")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [triggered])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
    Membership.objects.create(user=User.objects.get(username="staff"), role="auditor")
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"ALTER TABLE {triggered} ENABLE TRIGGER USER")


def second_duty() -> None:
    duty = ReportingDuty.objects.order_by("pk")[0]
    later = duty.valid_from + timedelta(days=30)
    ReportingDuty.objects.create(
        indicator=duty.indicator, region=duty.region, unit=duty.unit, valid_from=later, valid_to=later
    )


def duty(**fields: Any) -> None:
    ReportingDuty.objects.filter(pk=ReportingDuty.objects.order_by("pk")[0].pk).update(**fields)


def other_plans_section() -> None:
    task = PlanTask.objects.exclude(section=None).order_by("pk")[0]
    other = Plan.objects.exclude(pk=task.plan_id).filter(sections__isnull=False).order_by("pk")[0]
    PlanTask.objects.filter(pk=task.pk).update(section=other.sections.order_by("pk")[0])


def other_plans_phase() -> None:
    milestone = Milestone.objects.order_by("pk")[0]
    other = Plan.objects.exclude(pk=milestone.task.plan_id)[0]
    phase = Phase.objects.create(plan=other, name="另一阶段", start=date(2020, 1, 1), end=date(2020, 12, 31))
    Milestone.objects.filter(pk=milestone.pk).update(phase=phase)


def twice_assigned() -> None:
    one = Assignment.objects.order_by("pk")[0]
    Assignment.objects.create(task=one.task, unit=one.unit, role=one.role, printed="又一次")


def strange_lead() -> None:
    task = PlanTask.objects.exclude(lead_unit=None).order_by("pk")[0]
    PlanTask.objects.filter(pk=task.pk).update(lead_unit=Unit.objects.exclude(pk=task.lead_unit_id)[0])


def wrong_due_day() -> None:
    Milestone.objects.filter(pk=Milestone.objects.order_by("pk")[0].pk).update(due_on=date(1999, 1, 1))


def own_report() -> None:
    report = TaskReport.objects.filter(state="accepted").order_by("pk")[0]
    TaskReport.objects.filter(pk=report.pk).update(accepted_by=report.entered_by)


def stray_line() -> None:
    lines(plan__region__code="500120").update(region=Region.objects.get(code="220000"))


def orphan_adjustment() -> None:
    line = lines().get()
    Target.objects.filter(line=line).delete()
    Target.objects.create(line=line, year=2023, comparator=">=", value=1, in_force_from=8090, adjusting_document="文")


def nameless_adjustment() -> None:
    target = Target.objects.order_by("pk")[0]
    Target.objects.create(line=target.line, year=target.year, comparator=">=", value=1, in_force_from=8090)


def late_baseline() -> None:
    Baseline.objects.filter(pk=Baseline.objects.filter(counted_from=True, line__targets__isnull=False)[0].pk).update(
        year=2199
    )


def rewrite_audit() -> None:
    triggers.remove(connection)
    AuditEntry.objects.filter(number=1).update(action="nothing")
    triggers.install(connection)


def job(**fields: Any) -> None:
    JobRun.objects.create(kind="probe", **fields)


def remove_file() -> None:
    upload = Upload.objects.get()
    Path(upload.file.path).unlink()


def change_file() -> None:
    upload = Upload.objects.get()
    Path(upload.file.path).write_bytes(b"another")


def leave_a_file() -> None:
    """As a process leaves it that ends between the file and its row."""
    path = Path(Upload.objects.get().file.path).with_name("left")
    path.write_bytes(b"left")
    os.utime(path, (0, 0))


Plant = Callable[[], object]
PLANTS: dict[str, Plant] = {
    "figure_approved_is_not_what_counts": lambda: figures().update(approved_value=F("approved_value") + 1),
    "figure_without_value": lambda: figures().update(value=None),
    "figure_first_approved_yet_not_waiting": lambda: figures("draft").update(first_approved_at=timezone.now()),
    "figure_approved_by_who_entered": lambda: figures().update(approved_by=F("entered_by")),
    "figure_counts_without_approval": lambda: FigureRevision.objects.filter(
        figure=figures().get(), action="approve"
    ).delete(),
    "figure_of_a_ratio": lambda: figures().update(indicator=some_ratio()),
    "figure_of_an_annual_before_q4": lambda: Indicator.objects.filter(figures__in=figures("submitted")).update(
        frequency="annual", reporting_basis="level", quantity="stock"
    ),
    "figure_negative": lambda: Figure.objects.filter(indicator__quantity="stock").update(value=-1),
    "figure_of_the_future": lambda: figures().update(year=2026),
    "figure_returned_without_reason": lambda: figures().update(state="returned", reason=""),
    "figure_corrected_without_reason": lambda: figures().update(is_correction=True, reason=""),
    "figure_without_entrant": lambda: figures().update(entered_by=None),
    "figure_upload_unknown": lambda: figures().update(source="upload", upload=None),
    "figure_version_without_revision": lambda: figures().update(version=F("version") + 1),
    "figure_value_not_the_last_told": lambda: figures().update(value=F("value") + 1),
    "figure_state_not_the_last_told": lambda: figures().update(state="submitted"),
    "revision_missing": lambda: FigureRevision.objects.filter(figure=figures().get(), version=1).delete(),
    "ratio_part_not_counted": lambda: Indicator.objects.filter(pk=some_ratio().numerator_id).update(
        quantity="score", reporting_basis="level", frequency="quarterly"
    ),
    "ratio_factor_not_positive": lambda: Indicator.objects.filter(pk=some_ratio().pk).update(factor=0),
    "indicator_name_taken_twice": lambda: IndicatorAlias.objects.create(
        indicator=some_ratio(), name=Indicator.objects.exclude(pk=some_ratio().pk)[0].name
    ),
    "line_outside_plan": stray_line,
    "line_basis_needs_a_flow": lambda: lines(indicator__quantity="stock", basis="level").update(basis="year"),
    "line_without_starting_point": lambda: Baseline.objects.update(counted_from=False),
    "target_adjusted_from_nothing": orphan_adjustment,
    "target_adjusted_without_document": nameless_adjustment,
    "target_at_or_before_baseline": late_baseline,
    "results_stale": lambda: lines().update(input_version=99),
    "results_from_the_future": lambda: lines().update(computed_version=99),
    "results_not_of_every_quarter": lambda: results().delete(),
    "result_without_line": lambda: sql(
        "UPDATE indicators_attainment SET line_id = 999999 WHERE line_id = (SELECT min(id) FROM indicators_targetline)"
    ),
    "result_outside_plan_years": lambda: results().update(year=1999),
    "result_of_another_place": lambda: results().update(region=Region.objects.get(code="110000")),
    "result_light_unlike_status": lambda: results(status="achieved").update(light="red"),
    "result_missing_with_a_value": lambda: results(status="missing").update(actual=0),
    "result_judged_without_a_value": lambda: results(status="achieved").update(actual=None),
    "result_of_several_rule_versions": lambda: results().update(rules_version="0.1"),
    "region_parent_elsewhere": lambda: regions("county").update(parent=Region.objects.get(code="610000")),
    "region_parent_of_wrong_level": lambda: regions("prefecture").update(parent=Region.objects.get(code="500120")),
    "region_code_unlike_level": lambda: regions("county").update(level="zone"),
    "unit_above_itself": unit_circle,
    "unit_members_of_no_collective": unit_members,
    "unit_alias_elsewhere": lambda: unit_alias(region=Region.objects.get(code="110000"), name="别处的名字"),
    "unit_name_taken_twice": unit_alias,
    "administrator_with_another_role": administrator,
    "duty_of_a_collective": lambda: duty(unit=Unit.objects.filter(is_collective=True)[0]),
    "duty_of_a_ratio": lambda: duty(indicator=some_ratio()),
    "duty_of_two_units": second_duty,
    "task_section_of_another_plan": other_plans_section,
    "milestone_phase_of_another_plan": other_plans_phase,
    "task_lead_unlike_assignments": strange_lead,
    "milestone_due_unlike_quarters": wrong_due_day,
    "task_report_accepted_by_its_author": own_report,
    "assignment_of_a_unit_twice": twice_assigned,
    "upload_file_missing": remove_file,
    "upload_file_changed": change_file,
    "evidence_file_missing": lambda: Path(EvidenceFile.objects.get().file.path).unlink(),
    "evidence_file_changed": lambda: Path(EvidenceFile.objects.get().file.path).write_bytes("别的".encode()),
    "evidence_without_holder": lambda: EvidenceFile.objects.update(holder_id=10**9),
    "file_without_row": leave_a_file,
    "upload_stored_without_rows": lambda: Upload.objects.get().rows.all().delete(),
    "upload_stored_other_than_told": lambda: Upload.objects.update(counts={"stored": 7}),
    "upload_without_date": lambda: Upload.objects.update(committed_at=None),
    "job_waiting_for_a_day": lambda: job(due_at=timezone.now() - timedelta(days=2)),
    "job_running_without_end": lambda: job(state="running", lease_until=timezone.now() - timedelta(hours=2)),
    "job_ended_without_time": lambda: job(state="done"),
    "audit_log_broken": rewrite_audit,
    "number_out_of_range": lambda: sql("UPDATE indicators_baseline SET value = 9000000000000000000"),
    "number_not_exact": lambda: sql("UPDATE indicators_baseline SET value = value + 0.5"),
}


def test_there_are_at_least_thirty_rules_and_each_has_its_planted_defect() -> None:
    assert len(RULES) >= 30
    assert PLANTS.keys() == RULES.keys()


def test_clean_data_passes_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_data")
    assert f"核对了{len(RULES)}条规则，没有发现问题" in capsys.readouterr().out


@pytest.mark.parametrize("code", PLANTS)
def test_a_planted_defect_is_found_and_named(code: str) -> None:
    if code == "number_not_exact" and connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's columns take whole numbers alone")
    assert RULES[code].check(DEMO_DAY) is None
    PLANTS[code]()
    found = RULES[code].check(DEMO_DAY)
    assert found is not None
    assert found.count >= len(found.places) > 0
    assert all(place.strip() for place in found.places)
    assert str(found.rule.remedy).endswith("。")


def test_what_is_wrong_where_and_what_to_do_are_printed_and_the_exit_code_tells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Figure.objects.filter(state="approved").update(approved_by=F("entered_by"))
    with pytest.raises(SystemExit) as ended:
        call_command("check_data")
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "数据由填报人自己审核通过（" in said
    assert "figure_approved_by_who_entered" in said
    assert "……另有" in said
    assert "怎么办：请审核人退回该数据" in said
    assert "条不符。" in said


def test_the_number_of_queries_does_not_grow_with_the_data() -> None:
    with CaptureQueriesContext(connection) as before:
        check(DEMO_DAY)
    plan, counties = Plan.objects.order_by("pk")[0], Region.objects.filter(level="county").order_by("code")[:200]
    indicator = Indicator.objects.exclude(quantity="ratio")[0]
    TargetLine.objects.bulk_create(
        TargetLine(plan=plan, region=county, indicator=indicator, basis="level", printed_name="多")
        for county in counties
    )
    Figure.objects.bulk_create(
        Figure(indicator=indicator, region=county, year=1990, quarter=4, source="api") for county in counties
    )
    with CaptureQueriesContext(connection) as after:
        check(DEMO_DAY)
    assert len(after) == len(before)
