"""Asking every address as everybody: the objects, the people, and what one answer did."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from indicators.models import (
    Attainment,
    Decomposition,
    Figure,
    Publication,
    ReportingDuty,
    ReportingPeriod,
    SavedMapping,
    TargetLine,
    TaskLink,
    Upload,
)
from indicators.selectors.decomposition.base import Goal, Wish
from indicators.selectors.templates import template_spec
from indicators.services import uploads
from indicators.services.decomposition import decompose
from indicators.services.display_links import make_display_link
from indicators.services.task_links import add_link
from indicators.workbooks.template import build_csv_template
from ipdash.accounts import services as accounts
from ipdash.accounts.models import ApiToken, AuditEntry, User
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRequest, JobRun, JobState
from plans.models import (
    CalendarFeed,
    EvidenceFile,
    Membership,
    Milestone,
    Notice,
    Plan,
    PlanImport,
    PlanTask,
    Region,
    RegionChange,
    Role,
    Supervision,
    TaskReport,
    Unit,
)
from plans.services.evidence import add_evidence
from plans.services.imports import receive_plan
from plans.services.notices import tell
from plans.services.reading import read_plan
from plans.services.slips import make_slip
from tests import counties

MISSING = 10**9
NAMED_MISSING = {
    "move": "sign",
    "feed": "nobody",
    "region": "999999",
    "indicator": "no_such_indicator",
    "year": 2025,
    "quarter": "2025Q2",
    "kind": "no_such_kind",
    "holder_kind": "no_such_kind",
    "tree": "renamed",
}
ISSUED = """%(region)s知识产权强县工作方案（2026—2028年）
为贯彻落实《知识产权强国建设纲要（2021—2035年）》，制定本方案。
一、工作目标
到2028年，每万人口发明专利拥有量达到28件。
%(region)s人民政府办公室
2026年1月15日
"""
UNREPORTED = "trademarks_registered"  # of the reporter's unit; nobody has reported it for the open quarter
OWN, OTHER = "own", "other"
# What a login, a token, a calendar and the log itself write beside the business, and what one has read.
UNCOUNTED = {
    "plans_notice",
    "plans_calendarfeed",
    "accounts_auditentry",
    "accounts_audithead",
    "django_session",
    "accounts_apitoken_used",
}
_TABLE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)

Objects = dict[str, Any]


@dataclass
class World:
    """Ids by kind of object, of one's own and of a county in which none of the demonstration's people has a part."""

    other: Objects
    own: dict[str, Objects]
    clients: dict[str, Client]
    anything: dict[str, Any] = field(default_factory=dict)

    def objects(self, role: str, which: str) -> Objects:
        """The objects of an address as this role asks for them."""
        if which == OWN:
            return self.own[role]
        if which == OTHER:
            return self.other
        return dict.fromkeys(self.other, MISSING) | NAMED_MISSING


def make_world(client_of: Callable[[str], Client], roles: tuple[str, ...]) -> World:
    """The demonstration with a foreign county beside it."""
    Figure.objects.filter(indicator__code=UNREPORTED, year=2025, quarter=3).delete()
    county = counties.make_county("330106")
    counties.hide(county)
    clients = {role: Client() if role == "anonymous" else client_of(role) for role in roles}
    other = _of_county(county)
    own = {role: own_objects(role) for role in roles}
    return World(other, own, clients, {"county": county})


def _of_county(county: counties.County) -> Objects:
    assert county.upload is not None
    assert county.job is not None
    assert county.token is not None
    assert county.evidence is not None
    reporter = county.people["reporter"]
    return {
        "plan": county.plan.pk, "task": county.task.pk, "line": county.lines[0].pk, "region": county.region.code,
        "unit": county.unit.pk, "indicator": county.indicators[0].code, "duty": county.duties[0].pk,
        "figure": county.figures["submitted"].pk, "period": county.period.pk, "attainment": county.attainment.number,
        "upload": county.upload.pk, "job": county.job.pk, "token": county.token.pk, "user": reporter.pk,
        "membership": reporter.memberships.get().pk, "entry": AuditEntry.objects.aggregate(last=Max("number"))["last"],
        "returned": county.figures["returned"].pk, "draft": county.figures["draft"].pk, "year": 2025, "quarter": "2025Q2",
        "report": TaskReport.objects.filter(task=county.task, state="submitted")[0].pk,
        "milestone": _milestone(county.task).pk, "assignment": county.task.assignments.all()[0].pk,
        "heir": county.unit.pk, "second_unit": county.unit.pk, "decomposition": _decomposition(county.lines[0]).pk,
        "holder_kind": "figure", "evidence": county.evidence.pk,
        **_draft(county.people["staff"], county.region), **_shown_outside(county.people["staff"], county.plan),
        "task_link": _link(county.plan).pk,
        **_slips(county.people["staff"], county.task, county.unit, county.people["reporter"]),
        "tree": "renamed", "moved": _renamed(county.region).pk, "mapping": _saved_mapping(county.unit, reporter).pk,
    }  # fmt: skip


def own_objects(role: str) -> Objects:
    """What the demonstration's person has most to do with; for those without a part, what the others work on."""
    plan = Plan.objects.get(slug="bishan")
    unit = Unit.objects.get(region__code="500120", name="区科技局" if role == "department" else "区市场监管局")
    duties = ReportingDuty.objects.filter(unit=unit, indicator__target_lines__plan=plan).order_by("pk")
    figures = Figure.objects.filter(region=plan.region, year=2025, quarter=3)
    mine = figures.filter(indicator__duties__unit=unit)
    line = TargetLine.objects.filter(plan=plan, indicator=duties[0].indicator).first()
    assert line is not None
    user = None if role == "anonymous" else User.objects.get(username=role)
    task = PlanTask.objects.filter(plan=plan, assignments__unit=unit)[0]
    token = None if user is None else ApiToken.objects.filter(user=user).first()
    return {
        "plan": plan.pk, "task": task.pk, "report": _report(task, unit).pk,
        "milestone": _milestone(task).pk, "assignment": task.assignments.filter(unit=unit)[0].pk,
        "heir": Unit.objects.filter(region=plan.region).exclude(assignments__task=task)[0].pk, "line": line.pk,
        "region": "500120", "unit": unit.pk, "indicator": duties[0].indicator.code, "duty": duties[0].pk,
        "figure": mine.filter(state="submitted")[0].pk, "returned": figures.filter(state="returned")[0].pk,
        "draft": mine.filter(state="draft")[0].pk,
        "period": ReportingPeriod.objects.get(region=plan.region, year=2025, quarter=3).pk,
        "attainment": Attainment.objects.get(line=line, year=2025, quarter=2).number,
        "upload": _upload(plan).pk, "job": _job().pk,
        "token": 0 if user is None else (token or accounts.issue_token(user, "自用", actor=user)[0]).pk,
        "user": User.objects.get(username="department").pk,
        "membership": Membership.objects.get(user__username="department").pk, "entry": 1,
        "year": 2025, "quarter": "2025Q2", "second_unit": Unit.objects.get(region__code="500120", name="区财政局").pk,
        "decomposition": _decomposition(line).pk, "holder_kind": "figure",
        "evidence": _evidence(mine.filter(state="draft")[0]).pk, **_draft(User.objects.get(username="staff"), plan.region),
        **_shown_outside(User.objects.get(username="staff"), plan),
        "task_link": _link(plan).pk,
        **_slips(
            User.objects.get(username="staff"),
            PlanTask.objects.filter(plan=plan)[0],
            Unit.objects.get(region__code="500120", name="区市场监管局"),
            user,
        ),
        "tree": "renamed", "moved": _renamed(plan.region).pk,
        "mapping": _saved_mapping(Unit.objects.get(region__code="500120", name="区市场监管局"), User.objects.get(username="reporter")).pk,
    }  # fmt: skip


def _slips(staff: User | None, task: PlanTask, unit: Unit, reader: User | None) -> Objects:
    """A slip that waits to be signed for, one that is only proposed, and something told to this person."""
    sent = Supervision.objects.filter(task=task, unit=unit, state="sent").first()
    sent = sent or make_slip(staff, task.pk, unit.pk, "blue", "请按期完成", today=date(2025, 10, 9))
    proposal = Supervision.objects.filter(task=task, unit=unit, state="proposed").first()
    proposal = proposal or make_slip(staff, task.pk, unit.pk, "urge", "请抓紧办理", today=date(2025, 10, 9), send=False)
    told = {"count": 1}
    if reader is not None:
        tell([reader], "slips.proposed", told, f"/supervision/{sent.pk}/", key="probe", today=date(2025, 10, 9))
    notice = Notice.objects.filter(user=reader, key="probe").first() if reader else None
    owner = reader or staff
    secret = f"feed-{owner.pk if owner else 0}"
    if owner is not None:
        digest = hashlib.sha256(secret.encode()).hexdigest()
        CalendarFeed.objects.get_or_create(user=owner, defaults={"digest": digest})
    return {
        "slip": sent.pk, "proposal": proposal.pk, "move": "sign", "notice": notice.pk if notice else 0,
        "feed": secret,
    }  # fmt: skip


def _saved_mapping(unit: Unit, user: User) -> SavedMapping:
    """What the unit's reporter settled about a source's files."""
    found = {"mapping": {"tables": [], "regions": {}, "indicators": {}}, "name": "秘来源", "saved_by": user}
    return SavedMapping.objects.get_or_create(
        unit=unit, fingerprint="0" * 64, defaults={**found, "last_used": date(2025, 10, 12)}
    )[0]


def _link(plan: Plan) -> TaskLink:
    """A link that staff have confirmed."""
    found = TaskLink.objects.filter(task__plan=plan, state=TaskLink.State.CONFIRMED).order_by("pk").first()
    if found is not None:
        return found
    staff = User.objects.filter(memberships__role=Role.STAFF, memberships__region=plan.region).first()
    return add_link(staff, plan.tasks.all()[0].pk, plan.target_lines.all()[0].indicator.code)


def _report(task: PlanTask, unit: Unit) -> TaskReport:
    """What the unit's person has handed in on the task."""
    person = User.objects.get(username="department" if unit.name == "区科技局" else "reporter")
    report, _made = TaskReport.objects.get_or_create(
        task=task, unit=unit, unit_name=unit.name, year=2025, quarter=3,
        defaults={
            "state": TaskReport.State.SUBMITTED, "is_lead": task.lead_unit_id == unit.pk, "text": "已有进展",
            "entered_by": person, "entered_at": timezone.now(), "submitted_by": person, "submitted_at": timezone.now(),
        },
    )  # fmt: skip
    return report


def _milestone(task: PlanTask) -> Milestone:
    return task.milestones.all().first() or Milestone.objects.create(
        task=task, label="四季度", text="建成", year=2025, from_quarter=4, to_quarter=4
    )


def _decomposition(line: TargetLine) -> Decomposition:
    """A target of the line's that was set by hand in a decomposition."""
    found = Decomposition.objects.filter(line=line).first()
    if found is not None:
        return found
    staff = User.objects.filter(memberships__role=Role.STAFF, memberships__region=line.plan.region).first()
    wish = Wish("years", "hand", values={"2023": Goal(Decimal(7319467))})
    made = decompose(staff, line.pk, wish, today=date(2025, 10, 12), reason="秘理由").made
    assert made is not None
    return made


def _evidence(figure: Figure) -> EvidenceFile:
    """A file beside a figure that is not handed in."""
    staff = User.objects.get(username="staff")
    return add_evidence(staff, "figure", figure.pk, io.BytesIO("依据".encode()), "依据.txt", today=date(2025, 10, 12))


def _shown_outside(staff: User, plan: Plan) -> Objects:
    """A quarter that was published, and a link for a screen; the plan's public page stays off."""
    published, link = plan.publications.first(), plan.display_links.first()
    if published is None:
        published = Publication.objects.create(
            plan=plan, year=2025, quarter=1, lines=[], published_on=date(2025, 10, 12), published_by=staff
        )
    if link is None:
        link, _secret = make_display_link(staff, plan.pk, name="大厅", expires_on=None, today=date(2025, 10, 12))
    return {"publication": published.pk, "display": link.pk}


def _renamed(region: Region) -> RegionChange:
    """A change of the region long ago: it bore another name."""
    fields = {
        "kind": "renamed",
        "document": "国函",
        "old_code": region.code,
        "old_name": "旧名",
        "old_short_name": "旧名",
    }
    change, _made = RegionChange.objects.get_or_create(
        region=region, on=date(2014, 5, 2), defaults={**fields, "old_parent": region.parent}
    )
    return change


def _upload(plan: Plan) -> Upload:
    """A file of the reporter's, read and compared, which staff and reviewers of the county see too."""
    reporter = User.objects.get(username="reporter")
    found = Upload.objects.filter(uploaded_by=reporter).first()
    if found is not None:
        return found
    unit = Unit.objects.get(region=plan.region, name="区市场监管局")
    lines = build_csv_template(template_spec(unit, Quarter(2025, 3))).decode("utf-8-sig").splitlines()
    filled = [line.rsplit(",", 2)[0] + ",7," if n else line for n, line in enumerate(lines)]
    file = io.BytesIO("\r\n".join(filled).encode("utf-8-sig"))
    received = uploads.receive(reporter, file, "三季度.csv", date(2025, 10, 12))
    return uploads.preview(reporter, received, date(2025, 10, 12))


def _draft(staff: User, region: Region) -> Objects:
    """An imported document with nothing left to be asked, and of it a reference and a target."""
    draft = PlanImport.objects.filter(region=region).first()
    if draft is None:
        text = ISSUED % {"region": region.name}
        draft = receive_plan(staff, read_plan(text.encode(), "方案.txt"), "方案.txt").draft
        assert draft is not None
    items = {item.kind: item.pk for item in draft.items.all()}
    return {"import": draft.pk, "item": items["reference"], "goal": items["indicator"], "kind": "term"}


def _job() -> JobRun:
    """A failed run that staff, reporter and reviewer asked for."""
    found = JobRun.objects.filter(error="失败").first()
    if found is not None:
        return found
    job = JobRun.objects.create(kind="recompute_attainment", args={"plan": 1}, state=JobState.FAILED, error="失败")
    for name in ("staff", "reporter", "reviewer"):
        JobRequest.objects.create(job=job, user=User.objects.get(username=name))
    return job


@dataclass(frozen=True)
class Answer:
    """What one request got, and what it left behind before it was rolled back."""

    status: int
    body: str
    written: frozenset[str]
    done: int
    refused: int
    actors: frozenset[int | None]


def ask(client: Client, method: str, path: str, body: Any = None) -> Answer:
    """One request, whose writes are undone: every address is asked of the same world."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        last = AuditEntry.objects.aggregate(last=Max("number"))["last"]
        with _writes() as written:
            response = send(client, method, path, body)
        entries = list(AuditEntry.objects.filter(number__gt=last))
        answer = Answer(
            response.status_code,
            plain(text_of(response)),
            frozenset(written - UNCOUNTED),
            sum(entry.result == AuditEntry.Result.DONE for entry in entries),
            sum(entry.result == AuditEntry.Result.REFUSED for entry in entries),
            frozenset(entry.actor_id for entry in entries),
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    """The request as a program (JSON) or a browser (form) sends it."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return client.generic(method, path)
    if path.startswith("/api/") and not _has_file(body):
        return client.generic(method, path, json.dumps(body or {}), content_type="application/json")
    return client.post(path, body or {}) if method == "POST" else client.generic(method, path)


def _has_file(body: Any) -> bool:
    return isinstance(body, dict) and any(hasattr(value, "read") for value in body.values())


_PASSING = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|data-session-seconds=")\w+')


def plain(text: str) -> str:
    """A page without what differs each time: the form's token, the seconds that the session has left."""
    return _PASSING.sub(r"\1", text)


def text_of(response: HttpResponse) -> str:
    """The body as text, a streamed one too."""
    raw = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return raw.decode("utf-8", "replace")


@contextmanager
def _writes() -> Iterator[set[str]]:
    tables: set[str] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _TABLE.match(sql)
        if found:
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


def fresh_administrators() -> None:
    """Nobody of the demonstration is the last of their kind."""
    counties.administrator(Role.SECADMIN, "secadmin2")
