"""Counties beside the demonstration's, with people, a plan, and everything that outsiders must not learn of."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from indicators.models import (
    Attainment,
    Figure,
    FigureRevision,
    Indicator,
    ReportingDuty,
    ReportingPeriod,
    TargetLine,
    TaskLink,
    Upload,
    UploadRow,
)
from ipdash.accounts import services as accounts
from ipdash.accounts.models import ApiToken, User
from ipdash.jobs.models import JobRequest, JobRun, JobState
from plans.models import (
    Assignment,
    EvidenceFile,
    Membership,
    Plan,
    PlanSection,
    PlanTask,
    Region,
    Role,
    Supervision,
    TaskClosing,
    TaskMeasure,
    TaskReport,
    Unit,
)
from plans.services.evidence import add_evidence
from tests import builders

WORDS = (
    "秘草稿",
    "秘说明",
    "秘原因",
    "秘文件",
    "秘措施",
    "秘任务",
    "秘规划",
    "秘标题",
    "秘步骤",
    "秘错误",
    "秘单元",
    "秘材料",
    "秘进展",
    "秘问题",
)
VALUES = ("7319461", "7319462", "7319463", "7319464", "7319465", "7319466")
FORECASTING = Decimal("12")


@dataclass
class County:
    """One county with a plan in force, its bureau, three indicators that nobody else reports, and its people."""

    region: Region
    unit: Unit
    plan: Plan
    task: PlanTask
    lines: list[TargetLine]
    indicators: list[Indicator]
    duties: list[ReportingDuty]
    period: ReportingPeriod
    people: dict[str, User]
    figures: dict[str, Figure] = field(default_factory=dict)
    upload: Upload | None = None
    job: JobRun | None = None
    token: ApiToken | None = None
    evidence: EvidenceFile | None = None
    draft: Plan | None = None

    @property
    def attainment(self) -> Attainment:
        return Attainment.objects.filter(line__in=self.lines).latest("year", "quarter")


def people_of(region: Region, unit: Unit) -> dict[str, User]:
    """One person for each role whose place is this county or this unit."""
    prefix = f"p{region.code}"
    made = {
        role: builders.make_user(role, region=region, name=f"{prefix}_{role}")
        for role in ("staff", "reviewer", "leader")
    }
    made |= {role: builders.make_user(role, unit=unit, name=f"{prefix}_{role}") for role in ("reporter", "department")}
    for user in made.values():
        user.set_unusable_password()
        user.save()
    return made


def make_county(code: str, plan_region: str = "") -> County:
    """The county as everybody with a part in its plan may see it: approved figures alone.

    With `plan_region` the plan is that region's and binds the county by its targets.
    """
    region = Region.objects.get(code=code)
    place = Region.objects.get(code=plan_region) if plan_region else region
    unit = builders.make_unit(region, f"知识产权局{code}")
    plan = builders.make_plan(place)
    section = PlanSection.objects.create(plan=plan, position=0, level=1, number="一", title="重点任务")
    task = PlanTask.objects.create(
        plan=plan, section=section, section_path=["一"], title=f"任务{code}", position=0, lead_unit=unit
    )
    Assignment.objects.create(task=task, unit=unit, role=Assignment.Role.LEAD, printed=unit.name)
    indicators = [builders.make_indicator(f"hidden_{code}_{n}") for n in range(3)]
    lines = [
        builders.make_line(plan, indicator, {2025: "100"}, baseline=(2020, "10"), region=region)
        for indicator in indicators
    ]
    duties = [builders.make_duty(indicator, region, unit) for indicator in indicators]
    county = County(
        region, unit, plan, task, lines, indicators, duties, builders.open_period(region), people_of(region, unit)
    )
    for n, indicator in enumerate(indicators):
        county.figures[f"approved{n}"] = _approved(county, indicator, Decimal(50 + n))
    # Accepted, and so read by everybody in the plan; its problems are for those inside.
    _task_report(county, TaskReport.State.ACCEPTED, 1, text="公开的进展", problems="秘问题")
    recompute(county)
    return county


def recompute(county: County) -> None:
    """Stored results of the county's plan as of the demonstration's day."""
    from indicators.services.recompute import recompute_plan

    recompute_plan(county.plan.pk, today=date(2025, 10, 12), everything=True)


def hide(county: County) -> None:
    """Adds what outsiders must not see (domain.md, Access (c)): each thing with a word or value of its own."""
    states = (Figure.State.DRAFT, Figure.State.SUBMITTED, Figure.State.RETURNED)
    for n, state in enumerate(states):
        _waiting(county, county.indicators[n], state, Decimal(VALUES[n]), year_quarter=(2025, 3))
        # A new word on a figure whose approved value goes on counting.
        _reopen(county.figures[f"approved{n}"], state, Decimal(VALUES[3 + n]))
    county.evidence = add_evidence(
        county.people["reporter"], "figure", county.figures["draft"].pk, io.BytesIO("秘材料".encode()), "秘材料.txt",
        today=date(2025, 10, 12),
    )  # fmt: skip
    for quarter, state in ((2, "submitted"), (3, "returned"), (4, "draft")):
        _task_report(county, TaskReport.State(state), quarter, text="秘进展", problems="秘问题", reason="秘原因")
    TaskClosing.objects.create(
        task=county.task, unit=county.unit, state=TaskClosing.State.REFUSED, text="秘进展", decision="秘原因",
        asked_by=county.people["department"], asked_at=timezone.now(),
    )  # fmt: skip
    county.job = _failed_job(county.people["reporter"])
    county.upload = _previewed_upload(county)
    county.token, _secret = accounts.issue_token(county.people["reporter"], "秘单元", actor=county.people["reporter"])
    county.draft = builders.make_plan(county.region, state=Plan.State.DRAFT)
    Plan.objects.filter(pk=county.draft.pk).update(title="秘规划")
    hidden = PlanTask.objects.create(plan=county.draft, title="秘任务", text="秘标题", position=0)
    TaskMeasure.objects.create(task=hidden, text="秘措施")
    Supervision.objects.create(
        task=county.task, unit=county.unit, unit_name=county.unit.name, region=county.plan.region, level="red",
        reason="other", occasion=f"{county.task.pk}:probe", demand="秘原因", proposed_on=date(2025, 10, 9),
    )  # fmt: skip
    TaskLink.objects.create(task=county.task, indicator=county.indicators[1], how=TaskLink.How.KEY, words=["秘措施"])
    builders.make_line(county.draft, county.indicators[0], {2025: VALUES[0]})


def _task_report(county: County, state: TaskReport.State, quarter: int, **words: str) -> None:
    TaskReport.objects.create(
        task=county.task, unit=county.unit, unit_name=county.unit.name, year=2025, quarter=quarter, state=state,
        is_lead=True, entered_by=county.people["department"], entered_at=timezone.now(), **words,
    )  # fmt: skip


def _approved(county: County, indicator: Indicator, value: Decimal) -> Figure:
    people, at = county.people, timezone.now()
    return Figure.objects.create(
        indicator=indicator, region=county.region, year=2025, quarter=2, value=value, approved_value=value,
        state=Figure.State.APPROVED, source=Figure.Source.FORM, entered_by=people["reporter"], entered_at=at,
        approved_by=people["reviewer"], approved_at=at, version=2,
    )  # fmt: skip


def _waiting(
    county: County, indicator: Indicator, state: Figure.State, value: Decimal, year_quarter: tuple[int, int]
) -> None:
    year, quarter = year_quarter
    figure = Figure.objects.create(
        indicator=indicator, region=county.region, year=year, quarter=quarter, value=value, state=state,
        source=Figure.Source.FORM, entered_by=county.people["reporter"], entered_at=timezone.now(), note="秘说明",
        printed=f"{value}", cell="秘单元", reason="秘原因" if state == Figure.State.RETURNED else "",
    )  # fmt: skip
    county.figures[str(state)] = figure
    _revision(figure, "秘原因")


def _reopen(figure: Figure, state: Figure.State, value: Decimal) -> None:
    figure.value, figure.state, figure.note, figure.reason = value, state, "秘草稿", "秘原因"
    figure.version += 1
    figure.save()
    _revision(figure, "秘草稿")


def _revision(figure: Figure, reason: str) -> None:
    FigureRevision.objects.create(
        figure=figure, at=timezone.now(), by=figure.entered_by, action=FigureRevision.Action.ENTER,
        version=figure.version, to_value=figure.value, to_state=figure.state, reason=reason, source=figure.source,
        cell="秘单元", printed=str(figure.value),
    )  # fmt: skip


def _failed_job(user: User) -> JobRun:
    # A number that stands nowhere else on a page.
    job = JobRun.objects.create(
        pk=777_000 + user.pk, kind="recompute_attainment", args={"plan": 1}, state=JobState.FAILED, step="秘步骤",
        error="秘错误",
    )  # fmt: skip
    JobRequest.objects.create(job=job, user=user)
    return job


def _previewed_upload(county: County) -> Upload:
    upload = Upload.objects.create(
        name="秘文件.xlsx", checksum="0" * 64, size=1, state=Upload.State.PREVIEWED,
        uploaded_by=county.people["reporter"], counts={"rows": 1, "changed": 1}, mapping={"kind": "template"},
        findings=[{"code": "秘说明", "text": "秘草稿", "message": "秘说明"}],
    )  # fmt: skip
    UploadRow.objects.create(
        upload=upload, sheet="秘单元", row=5, column=9, cell="I5", indicator=county.indicators[0], region=county.region,
        year=2025, quarter=3, value=Decimal(VALUES[0]), old_value=Decimal(VALUES[1]), printed=VALUES[0], note="秘说明",
        verdict=UploadRow.Verdict.CHANGED, message="秘说明", figure_version=1,
    )  # fmt: skip
    return upload


def administrator(role: Role, name: str) -> User:
    """A further administrator: the demonstration's must not be the last of their kind."""
    user = builders.make_user(name=name)
    with transaction.atomic():
        Membership.objects.create(user=user, role=role)
    return user
