"""An issued document, once it is read: stored as a plan with everything that stands in it, in one transaction.

The shape is that of `fixtures/plans/*.json`, which is also what the document reader gives.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Invalid
from plans.models import (
    Assignment,
    GlossaryTerm,
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
from plans.permissions import require_staff_of
from plans.scope import scope_of
from plans.services.directory import resolve_units
from plans.services.leads import set_leads

CHUNK = 1000
Data = Mapping[str, Any]


@dataclass
class StoredDocument:
    """`created` is false where the same document had been stored before; `new_units` were in no directory yet."""

    plan: Plan
    created: bool
    new_units: list[Unit] = field(default_factory=list)


@transaction.atomic
def store_document(
    data: Data,
    text: str,
    *,
    actor: Any,
    state: str | None = None,
    source_name: str = "",
    is_demo: bool = False,
) -> StoredDocument:
    """Stores a document's plan, references, phases, sections, tasks, assignments, milestones and glossary.

    The same text in the same region is stored once: the plan that is there is given back, unchanged. `state` overrides
    the data's. Units that no name or alias of the region answers to are added to its directory. `actor` None is the
    system. Raises `Invalid`, and `NotAllowed` for people who are not staff of the region.
    """
    head = data["plan"]
    region = Region.objects.filter(code=head["region_code"]).first()
    if region is None:
        raise Invalid("unknown_region", _("没有代码为“%(code)s”的区划。") % {"code": head["region_code"]})
    if actor is not None:
        require_staff_of(scope_of(actor), region)
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    known = Plan.objects.filter(region=region, source_checksum=checksum).first()
    if known is not None:
        return StoredDocument(known, created=False)
    plan = _plan(head, region, text, checksum)
    plan.slug, plan.is_demo, plan.source_name = data.get("slug"), is_demo, source_name
    plan.state = state or head.get("state") or Plan.State.DRAFT
    check(plan)
    with explained():
        plan.save(force_insert=True)
    _store_outline(plan, data)
    new_units = _store_tasks(plan, data["tasks"])
    audit.record(
        "plan.import",
        plan,
        actor=actor,
        region_code=region.code,
        after={
            "title": plan.title,
            "source_checksum": checksum,
            "new_units": [unit.name for unit in new_units],
            **{name: len(data[name]) for name in ("references", "phases", "sections", "tasks", "glossary")},
        },
    )
    return StoredDocument(plan, created=True, new_units=new_units)


def _plan(head: Data, region: Region, text: str, checksum: str) -> Plan:
    return Plan(
        title=head["title"],
        doc_number=head["doc_number"],
        issuer=head["issuer"],
        region=region,
        issued_on=head["issued_on"] and date.fromisoformat(head["issued_on"]),
        start_year=head["start_year"],
        end_year=head["end_year"],
        yellow_below=Decimal(head.get("yellow_below", "0")),
        red_below=Decimal(head.get("red_below", "-10")),
        source_text=text,
        source_checksum=checksum,
    )


def _store_outline(plan: Plan, data: Data) -> None:
    _create(
        PlanReference,
        [
            PlanReference(plan=plan, position=n, title=item["title"], doc_number=item["doc_number"])
            for n, item in enumerate(data["references"])
        ],
    )
    _create(
        Phase,
        [
            Phase(plan=plan, position=n, name=item["name"], start=first_day(item["start"]), end=last_day(item["end"]))
            for n, item in enumerate(data["phases"])
        ],
    )
    _create(
        PlanSection,
        [
            PlanSection(
                plan=plan, position=n, level=item["level"], number=item["number"], title=item["title"],
                path=item.get("path", []), text=item.get("text", ""), **_source(item),
            )
            for n, item in enumerate(data["sections"])
        ],
    )  # fmt: skip
    _create(
        GlossaryTerm,
        [
            GlossaryTerm(plan=plan, position=n, term=item["term"], definition=item["definition"], **_source(item))
            for n, item in enumerate(data["glossary"])
        ],
    )


def _store_tasks(plan: Plan, items: Sequence[Data]) -> list[Unit]:
    sections = {tuple(section.path): section for section in PlanSection.objects.filter(plan=plan)}
    tasks = [
        PlanTask(
            plan=plan, position=n, number=item["number"], title=item["title"], objective=item["objective"],
            section=sections.get(tuple(item["section"])), section_path=item["section"], text=item.get("text", ""),
            **_source(item),
        )
        for n, item in enumerate(items)
    ]  # fmt: skip
    _create(PlanTask, tasks)
    pairs = list(zip(tasks, items, strict=True))
    _create(
        TaskMeasure,
        [
            TaskMeasure(task=task, position=n, text=text)
            for task, item in pairs
            for n, text in enumerate(item["measures"])
        ],
    )
    _create(Milestone, [m for task, item in pairs for m in _milestones(task, item, plan)])
    return _store_assignments(plan, pairs)


def _milestones(task: PlanTask, item: Data, plan: Plan) -> list[Milestone]:
    phases = {phase.name: phase for phase in plan.phases.all()} if item["milestones"] else {}
    # A one-year plan's quarters are that year's; a longer plan's label would have to say the year.
    year = plan.start_year if plan.start_year == plan.end_year else None
    found = [
        Milestone(
            task=task, position=n, label=m["label"], from_quarter=m["from_quarter"], to_quarter=m["to_quarter"],
            text=m["text"], phase=phases.get(m["label"]), year=year if m["from_quarter"] is not None else None,
        )
        for n, m in enumerate(item["milestones"])
    ]  # fmt: skip
    for milestone in found:
        milestone.due_on = milestone.end_in(plan, milestone.phase)
    return found


def _store_assignments(plan: Plan, pairs: Sequence[tuple[PlanTask, Data]]) -> list[Unit]:
    def unit_name(assignment: Data) -> str:
        return str(assignment.get("unit") or assignment["printed"])

    names = [unit_name(a) for _task, item in pairs for a in item["assignments"]]
    units, added = resolve_units(plan.region, names)
    rows: dict[tuple[int, str, str], Assignment] = {}
    for task, item in pairs:
        for n, a in enumerate(item["assignments"]):
            # A name that the document repeats within one list is one duty.
            rows.setdefault(
                (task.pk, a["role"], a["printed"]),
                Assignment(task=task, unit_id=units[unit_name(a)], role=a["role"], printed=a["printed"], position=n),
            )
    _create(Assignment, list(rows.values()))
    set_leads(task.pk for task, _item in pairs)
    return added


def _create(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Inserts in bulk what fits its columns; too long a text is told by place, not by the database."""
    relations = {f.name for f in model._meta.fields if f.is_relation or isinstance(f, models.JSONField)}
    for row in rows:
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            place = next(
                str(getattr(row, name)) for name in ("title", "printed", "name", "term", "text") if hasattr(row, name)
            )
            raise Invalid(
                "document_part_unfit",
                _("文件中的“%(place)s”无法保存：%(details)s")
                % {"place": place[:30], "details": _("；").join(error.messages)},
            ) from error
    with explained():
        model._default_manager.bulk_create(rows, batch_size=CHUNK)


def _source(item: Data) -> dict[str, Any]:
    source = item.get("source") or {}
    return {"source_line": source.get("line"), "source_text": source.get("text", "")}


def first_day(month: str) -> date:
    """The first day of a month given as 2020-06."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The last day of a month given as 2020-06."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
