"""The demonstration: real plans with invented figures, loaded in bulk into an empty installation. Twice changes nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.models import Figure, FigureRevision, Indicator, ReportingDuty, ReportingPeriod, TaskLink
from indicators.services.catalogue import store_catalogue
from indicators.services.demo_regions import split_targets
from indicators.services.plan_documents import store_plan_document
from indicators.services.recompute import recompute_plan
from indicators.services.task_links import propose_links
from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core.errors import Conflict
from ipdash.core.periods import Quarter
from plans.models import Assignment, Membership, Plan, PlanTask, Region
from plans.services.demo_reports import store_demo_reports
from plans.services.directory import names_in, store_units
from plans.services.leads import set_leads
from plans.services.regions import load_regions

PLANS = ("baoji", "urumqi", "chongqing", "bishan", "jilin")
CHUNK = 500
Rows = Sequence[Mapping[str, Any]]


@dataclass
class Loaded:
    """How many rows of each kind were added; all zero where the demo was there already."""

    added: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.added.values())


def load_reference_data(folder: Path) -> Loaded:
    """The national region tree and the indicator catalogue, which every installation has; adds what is not there."""
    with transaction.atomic():
        regions = load_regions(folder)
        indicators = store_catalogue(_json(folder / "catalogue.json"))
    return Loaded({"regions": regions, "indicators": indicators})


def load_demo(folder: Path, *, password: str, today: date, force: bool = False) -> Loaded:
    """Loads the demonstration from `fixtures/`; results are computed as of `today`.

    Raises `Conflict` (`not_a_demo`) where accounts or plans exist that are none of the demonstration's, unless `force` or
    the demonstration was there first.
    """
    if not force and not Plan.objects.filter(is_demo=True).exists():
        refuse_beside_real_data()
    with transaction.atomic():
        loaded = load_reference_data(folder)
        loaded.added |= _load_plans(folder)
        users = _load_accounts(_json(folder / "demo" / "accounts.json"), password, loaded)
        loaded.added["assignments"] = _load_assignments(_json(folder / "demo" / "assignments.json"))
        loaded.added["duties"] = _load_duties(_csv(folder / "demo" / "duties.csv"))
        loaded.added["periods"] = _load_periods(_csv(folder / "demo" / "periods.csv"))
        loaded.added["figures"] = _load_figures(_csv(folder / "demo" / "figures.csv"), users)
        loaded.added |= _load_regions_below(folder / "demo", users, today)
        reports = _json(folder / "demo" / "task_reports.json")
        loaded.added["task_reports"] = store_demo_reports(reports, users)
        loaded.added["links"] = _load_links(users["staff"])
        if loaded:
            audit.record("demo.load", ("demo", ""), actor=None, after=loaded.added)
    # Where nothing is new, no line is stale, and this finds nothing to do.
    for plan in Plan.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True):
        recompute_plan(plan, today=today)
    return loaded


def _load_regions_below(folder: Path, users: Mapping[str, User], today: date) -> dict[str, int]:
    """What stands below the plans' own regions, so that there is something to compare: all of it invented."""
    return {
        "regional_duties": _load_duties(_csv(folder / "regional_duties.csv")),
        "regional_figures": _load_figures(_csv(folder / "regional_figures.csv"), users),
        "decompositions": split_targets(_json(folder / "decompositions.json"), users["staff"], today),
    }


def refuse_beside_real_data() -> None:
    """Raises `Conflict` where somebody works with this database: invented figures must not stand beside real ones."""
    if User.objects.filter(is_demo=False).exists() or Plan.objects.filter(is_demo=False).exists():
        raise Conflict(
            "not_a_demo",
            _("数据库中已有正式账号或规划，不再载入演示数据。请用 IPDASH_VAR 指定一个新的数据目录，再载入演示数据。"),
        )


def holds_demo() -> bool:
    """Whether this installation is a demonstration: its accounts are there and can be used."""
    return User.objects.filter(is_demo=True, is_active=True).exists()


def _load_plans(folder: Path) -> dict[str, int]:
    units = store_units(_json(folder / "units.json")) + store_units(_json(folder / "demo" / "units.json"), is_demo=True)
    plans = 0
    for slug in PLANS:
        document = folder / "plans" / f"{slug}.json"
        text = document.with_suffix(".txt").read_text(encoding="utf-8")
        if not Plan.objects.filter(slug=slug).exists():
            stored = store_plan_document(_json(document), text, actor=None, source_name=f"{slug}.txt", is_demo=True)
            plans += stored.created
    return {"units": units, "plans": plans}


def _load_accounts(entries: Rows, password: str, loaded: Loaded) -> dict[str, User]:
    known = {user.username: user for user in User.objects.filter(username__in=[e["username"] for e in entries])}
    absent = [entry for entry in entries if entry["username"] not in known]
    # One salt for all: the password is published, and hashing it eight times would take seconds.
    hashed = make_password(password) if absent else ""
    User.objects.bulk_create(
        [User(username=e["username"], display_name=e["display_name"], password=hashed, is_demo=True) for e in absent]
    )
    users = {user.username: user for user in User.objects.filter(username__in=[e["username"] for e in entries])}
    places = [place for e in absent for place in e["memberships"]]
    regions = _regions(
        {place["region_code"] for place in places} | {p["unit"]["region_code"] for p in places if p["unit"]}
    )
    units = names_in(regions.values())
    memberships = [
        Membership(
            user=users[entry["username"]],
            role=place["role"],
            region_id=regions[place["region_code"]] if place["region_code"] else None,
            unit_id=units[regions[place["unit"]["region_code"]], place["unit"]["name"]] if place["unit"] else None,
        )
        for entry in absent
        for place in entry["memberships"]
    ]
    Membership.objects.bulk_create(memberships)
    loaded.added |= {"accounts": len(absent), "memberships": len(memberships)}
    return users


def _load_assignments(entries: Rows) -> int:
    """Bishan's document names no units: these duties are invented, and marked so."""
    slugs = {entry["plan"] for entry in entries}
    tasks = {
        (task.plan.slug, task.title): task
        for task in PlanTask.objects.filter(plan__slug__in=slugs, plan__is_demo=True).select_related("plan")
    }
    units = names_in({task.plan.region_id for task in tasks.values()})
    rows = []
    for n, entry in enumerate(entries):
        task = tasks[entry["plan"], entry["task_title"]]
        unit = units[task.plan.region_id, entry["unit"]]
        rows.append(
            Assignment(task=task, unit_id=unit, role=entry["role"], printed=entry["unit"], position=n, is_demo=True)
        )
    if Assignment.objects.filter(is_demo=True, task__plan__slug__in=slugs).exists():
        return 0
    Assignment.objects.bulk_create(rows)
    set_leads({row.task_id for row in rows})
    return len(rows)


def _load_duties(entries: Rows) -> int:
    at = [entry.get("unit_region") or entry["region"] for entry in entries]  # a county's figures may be the city's duty
    regions = _regions({entry["region"] for entry in entries} | {*at})
    indicators = _indicators(entries)
    units = names_in(regions.values())
    known = set(ReportingDuty.objects.values_list("indicator_id", "region_id", "valid_from"))
    rows = []
    for entry, unit_region in zip(entries, at, strict=True):
        region, start = regions[entry["region"]], date.fromisoformat(entry["from"])
        if (indicators[entry["indicator"]].pk, region, start) not in known:
            rows.append(
                ReportingDuty(
                    indicator=indicators[entry["indicator"]], region_id=region, unit_id=units[regions[unit_region], entry["unit"]],
                    valid_from=start, valid_to=date.fromisoformat(entry["to"]) if entry["to"] else None, is_demo=True,
                )
            )  # fmt: skip
    return len(ReportingDuty.objects.bulk_create(rows, batch_size=CHUNK))


def _load_periods(entries: Rows) -> int:
    regions = _regions({entry["region"] for entry in entries})
    known = set(ReportingPeriod.objects.values_list("region_id", "year", "quarter"))
    rows = [
        ReportingPeriod(
            region_id=regions[e["region"]], year=int(e["year"]), quarter=int(e["quarter"]),
            **{day: date.fromisoformat(e[day]) for day in ("opens", "due", "locks")},
        )
        for e in entries
        if (regions[e["region"]], int(e["year"]), int(e["quarter"])) not in known
    ]  # fmt: skip
    return len(ReportingPeriod.objects.bulk_create(rows, batch_size=CHUNK))


def _load_figures(entries: Rows, users: Mapping[str, User]) -> int:
    regions, indicators = _regions({entry["region"] for entry in entries}), _indicators(entries)
    reporter, reviewer = users["reporter"], users["reviewer"]
    own = set(
        ReportingDuty.objects.filter(unit__memberships__user=reporter).values_list("indicator__code", "region__code")
    )
    known = set(Figure.objects.values_list("indicator_id", "region_id", "year", "quarter"))
    figures = []
    for entry in entries:
        # What is not the reporter's duty came in through the bureau.
        by = reporter if (entry["indicator"], entry["region"]) in own else users["staff"]
        figure = _figure(entry, indicators[entry["indicator"]], regions[entry["region"]], by, reviewer)
        if (figure.indicator_id, figure.region_id, figure.year, figure.quarter) not in known:
            figures.append(figure)
    Figure.objects.bulk_create(figures, batch_size=CHUNK)
    FigureRevision.objects.bulk_create([r for f in figures for r in _revisions(f, reviewer)], batch_size=CHUNK)
    return len(figures)


def _load_links(staff: User) -> int:
    """Links as the plans' texts propose them; where a task itself sets the goal, the demonstration's staff have confirmed it."""
    demo = Plan.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True)
    count = sum(propose_links(plan, is_demo=True) for plan in demo)
    TaskLink.objects.filter(is_demo=True, how=TaskLink.How.GOAL, state=TaskLink.State.PROPOSED).update(
        state=TaskLink.State.CONFIRMED, decided_by=staff, decided_at=timezone.now(), version=2
    )
    return count


def _figure(entry: Mapping[str, Any], indicator: Indicator, region_id: int, entered_by: User, reviewer: User) -> Figure:
    quarter, state = Quarter(int(entry["year"]), int(entry["quarter"])), Figure.State(entry["state"])
    value = Decimal(entry["value"]) if entry["value"] else None
    figure = Figure(
        indicator=indicator, region_id=region_id, year=quarter.year, quarter=quarter.quarter, value=value, state=state,
        printed=entry["value"], source=Figure.Source.DEMO, is_demo=True, entered_by=entered_by, note=entry["note"],
        entered_at=_in_the_month_after(quarter, 7),
    )  # fmt: skip
    if state != Figure.State.DRAFT:
        figure.submitted_at = figure.entered_at
    if state == Figure.State.APPROVED:
        figure.approved_value, figure.approved_by, figure.approved_at = value, reviewer, _in_the_month_after(quarter, 9)
        figure.version = 2
    if state == Figure.State.RETURNED:
        figure.note, figure.reason, figure.version = "", entry["note"], 2
    return figure


def _in_the_month_after(quarter: Quarter, day: int) -> datetime:
    """Ten in the morning of a day of the month that follows the quarter."""
    return timezone.make_aware(datetime.combine((quarter + 1).first_day.replace(day=day), time(10)))


def _revisions(figure: Figure, reviewer: User) -> Iterator[FigureRevision]:
    """How the figure came to its state: reported, then approved or sent back."""
    reported = Figure.State.DRAFT if figure.state == Figure.State.DRAFT else Figure.State.SUBMITTED
    yield FigureRevision(
        figure=figure, at=_in_the_month_after(figure.as_quarter, 7), by=figure.entered_by, action=FigureRevision.Action.ENTER, version=1,
        to_value=figure.value, to_state=reported, source=figure.source, printed=figure.printed, reason=figure.note,
    )  # fmt: skip
    if figure.version == 2:
        approved = figure.state == Figure.State.APPROVED
        yield FigureRevision(
            figure=figure, at=_in_the_month_after(figure.as_quarter, 9), by=reviewer, version=2, source=figure.source,
            action=FigureRevision.Action.APPROVE if approved else FigureRevision.Action.RETURN,
            from_value=figure.value, to_value=figure.value, from_state=reported, to_state=figure.state, reason=figure.reason,
        )  # fmt: skip


def _regions(codes: set[str | None]) -> dict[str, int]:
    return dict(Region.objects.filter(code__in=[code for code in codes if code]).values_list("code", "pk"))


def _indicators(entries: Rows) -> dict[str, Indicator]:
    return {i.code: i for i in Indicator.objects.filter(code__in={entry["indicator"] for entry in entries})}


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
