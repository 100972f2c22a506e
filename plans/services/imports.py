"""导入计划: an issued document taken in as a draft, corrected item by item, kept until it is confirmed or thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.changes import Changes, refuse_stale
from ipdash.core.constraints import explained
from ipdash.core.errors import Conflict, Invalid
from plans.models import ImportItem, Plan, PlanImport, Region, Role
from plans.permissions import can_change_in_region, get_import_for, require_role, require_staff_of, visible_imports
from plans.scope import Scope, scope_of
from plans.services.import_items import items_of
from plans.services.lookups import region_called
from plans.services.reading import ReadPlan

MOST_ITEMS = 5000


@dataclass(frozen=True)
class Received:
    """What became of a document: a new draft (`created`), the draft that is there already, or the plan it was stored as."""

    draft: PlanImport | None = None
    plan: Plan | None = None
    created: bool = False


@transaction.atomic
def receive_plan(actor: Any, read: ReadPlan, name: str) -> Received:
    """Keeps a reading as a draft. The same text again leads to the plan or the open draft it has become.

    `actor` None is the system, which needs a document that names its region: nobody else could find the draft. Raises `NotAllowed` for people who are no staff, `Invalid` for a document that is no plan at all.
    """
    scope = None if actor is None else scope_of(actor)
    if scope is not None:
        require_role(scope, Role.STAFF)
    checksum = hashlib.sha256(read.text.encode("utf-8", "surrogatepass")).hexdigest()
    known = _known(scope, checksum)
    if known is not None:
        return known
    region, findings = _region_of(scope, read)
    draft = PlanImport(
        region=region, name=name[:200], text=read.text, checksum=checksum, created_by=actor,
        findings=[{**finding, "checked": False} for finding in findings],
    )  # fmt: skip
    items = items_of(draft, read.data, region)
    if len(items) > MOST_ITEMS:
        message = _("从这份文件读出了%(count)s个条目，不像一份规划。请只保留规划正文后再导入。") % {"count": len(items)}
        raise Invalid("too_many_items", message, {"file": [message]})
    with explained():
        draft.save(force_insert=True)
        ImportItem.objects.bulk_create(items, batch_size=500)
    _record("import.receive", draft, actor, after={"name": draft.name, "checksum": checksum, "items": len(items)})
    return Received(draft=draft, created=True)


def _region_of(scope: Scope | None, read: ReadPlan) -> tuple[Region | None, list[dict[str, Any]]]:
    """The region that the document is for, if the importer may manage it; else a finding that says so."""
    region = Region.objects.filter(code=read.data["plan"]["region_code"] or "").first()
    findings = list(read.data["findings"])
    if scope is None and region is None:
        message = _("没有认出文件适用的行政区划，请用 --user 指明由谁接着核对。")
        raise Invalid("unknown_region", message, {"file": [message]})
    if region is None or scope is None or can_change_in_region(scope, region.code):
        return region, findings
    message = _("文件适用于%(region)s，您不是那里的局工作人员。确实由您负责的，请在基本信息里改正适用区划。")
    line = read.data["at"].get("title", {"line": 1})["line"]
    text = message % {"region": region.name}
    return None, [{"line": line, "code": "region_not_yours", "text": region.name, "message": text}, *findings]


def _known(scope: Scope | None, checksum: str) -> Received | None:
    plans = Plan.objects.all() if scope is None else Plan.objects.visible_to(scope)
    plan = plans.filter(source_checksum=checksum).first()
    if plan is not None:
        return Received(plan=plan)
    drafts = PlanImport.objects.all() if scope is None else PlanImport.objects.filter(visible_imports(scope))
    draft = drafts.filter(checksum=checksum, state=PlanImport.State.OPEN).first()
    return None if draft is None else Received(draft=draft)


@transaction.atomic
def change_item(
    actor: Any, import_id: int, item_id: int, data: Mapping[str, Any], *, version: int | None = None
) -> ImportItem:
    """Corrects an item: `data` are the fields that may have changed. A corrected item is no longer dropped.

    Raises `NotVisible`, `Invalid`, `Conflict` (`import_closed`, `stale_version`).
    """
    draft = open_draft(actor, import_id)
    item = _locked_item(draft, item_id)
    found = Changes()
    for name, value in data.items():
        found.note(name, item.data.get(name), value)
    found.note("dropped", item.dropped, False)
    refuse_stale(item, version, found)
    if not found:
        return item
    if item.kind == ImportItem.Kind.PLAN and found.touches("region_code"):
        _move(draft, actor, str(data["region_code"] or ""))
    if item.kind == ImportItem.Kind.SECTION and found.touches("path"):
        _move_below(draft, list(item.data["path"]), list(data["path"]))
    item.data = {**item.data, **data}
    item.dropped = False
    _save_item(item)
    _record("import.correct", draft, actor, _labelled(item, found.before), _labelled(item, found.after))
    return item


@transaction.atomic
def drop_item(
    actor: Any, import_id: int, item_id: int, *, dropped: bool = True, version: int | None = None
) -> ImportItem:
    """Leaves an item out of what is stored, or takes it in again. Raises as `change_item`; the head stays."""
    draft = open_draft(actor, import_id)
    item = _locked_item(draft, item_id)
    if item.kind == ImportItem.Kind.PLAN:
        raise Invalid("head_stays", _("基本信息不能去掉。"))
    found = Changes()
    found.note("dropped", item.dropped, dropped)
    refuse_stale(item, version, found)
    if not found:
        return item
    item.dropped = dropped
    _save_item(item)
    _record("import.drop" if dropped else "import.restore", draft, actor, after=_labelled(item, {}))
    return item


@transaction.atomic
def add_item(actor: Any, import_id: int, kind: str, data: Mapping[str, Any], line: int | None = None) -> ImportItem:
    """Adds what the reader did not see, after what stands before it in the document (at the end without a line)."""
    draft = open_draft(actor, import_id)
    if kind not in ImportItem.Kind.values or kind in (ImportItem.Kind.PLAN, ImportItem.Kind.UNIT):
        raise Invalid("unknown_kind", _("不能补录这一类条目。"))
    if line is not None and not 0 < line <= draft.text.count("\n") + 1:
        message = _("原文没有第%(line)s行。") % {"line": line}
        raise Invalid("no_such_line", message, {"line": [message]})
    same = draft.items.filter(kind=kind)
    after = same if line is None else same.filter(line__lte=line)
    place = (after.aggregate(last=models.Max("position"))["last"] or 0) + 1
    same.filter(position__gte=place).update(position=models.F("position") + 1)
    item = ImportItem(draft=draft, kind=kind, position=place, line=line, data=dict(data))
    item.save(force_insert=True)
    _touch(draft)
    _record("import.add", draft, actor, after=_labelled(item, dict(data)))
    return item


@transaction.atomic
def answer_items(actor: Any, import_id: int, answers: Mapping[int, Mapping[str, Any]]) -> int:
    """Stores what was answered about items (an indicator's match and basis), beside what was read; gives how many changed."""
    draft = open_draft(actor, import_id)
    changed: dict[str, Any] = {}
    for item in draft.items.filter(pk__in=answers).order_by("pk"):
        wanted = {**item.data.get("answer", {}), **answers[item.pk]}
        if wanted != item.data.get("answer", {}):
            item.data = {**item.data, "answer": wanted}
            _save_item(item, touch=False)
            changed[item.label] = dict(answers[item.pk])
    if changed:
        _touch(draft)
        _record("import.answer", draft, actor, after=changed)
    return len(changed)


@transaction.atomic
def answer_units(actor: Any, import_id: int, answers: Mapping[str, Mapping[str, Any]]) -> int:
    """Stores what each printed name of a unit stands for, for all its places; gives how many were answered anew."""
    draft = open_draft(actor, import_id)
    known = {item.data["name"]: item for item in draft.items.filter(kind=ImportItem.Kind.UNIT)}
    changed: dict[str, Any] = {}
    for name, answer in answers.items():
        item = known.get(name) or ImportItem(draft=draft, kind=ImportItem.Kind.UNIT, data={"name": name})
        if item.data.get("answer") == answer:
            continue
        item.data = {"name": name, "answer": dict(answer)}
        item.version += item.pk is not None
        item.save()
        changed[name] = dict(answer)
    if changed:
        _touch(draft)
        _record("import.answer", draft, actor, after=changed)
    return len(changed)


@transaction.atomic
def check_findings(actor: Any, import_id: int, numbers: set[int]) -> PlanImport:
    """Marks which of the reader's findings a person has looked at: those with these numbers, and no others."""
    draft = open_draft(actor, import_id)
    findings = [{**finding, "checked": n in numbers} for n, finding in enumerate(draft.findings)]
    if findings != draft.findings:
        draft.findings = findings
        draft.version += 1
        draft.save(update_fields=["findings", "version", "changed_at"])
        _record("import.check", draft, actor, after={"checked": sorted(numbers)})
    return draft


@transaction.atomic
def discard_import(actor: Any, import_id: int) -> PlanImport:
    """Throws a draft away; it stays in the list of what was imported. Raises `NotVisible`, `Conflict` (`import_closed`)."""
    draft = open_draft(actor, import_id)
    close(draft, actor, PlanImport.State.DISCARDED)
    _record("import.discard", draft, actor, after={"name": draft.name})
    return draft


def close(draft: PlanImport, actor: Any, state: str, plan: Plan | None = None) -> None:
    """Ends the work on a draft that the caller has locked."""
    draft.state, draft.plan, draft.closed_by, draft.closed_at = state, plan, actor, timezone.now()
    draft.version += 1
    draft.save(update_fields=["state", "plan", "closed_by", "closed_at", "version", "changed_at"])


def open_draft(actor: Any, import_id: int) -> PlanImport:
    """The draft, locked for this transaction. Raises `NotVisible`, and `Conflict` (`import_closed`) once it is closed."""
    seen = get_import_for(scope_of(actor), import_id)
    draft = PlanImport.objects.select_for_update(of=("self",)).select_related("region").get(pk=seen.pk)
    if not draft.is_open:
        raise Conflict("import_closed", _("这份导入草稿%(state)s，不能再改。") % {"state": draft.get_state_display()})
    return draft


def _locked_item(draft: PlanImport, item_id: int) -> ImportItem:
    """The draft's lock is the item's too."""
    item = ImportItem.objects.filter(draft=draft, pk=item_id).first()
    if item is None:
        raise Conflict("item_gone", _("这一条已经不在草稿里了，请刷新页面。"))
    item.draft = draft
    return item


def _move_below(draft: PlanImport, old: list[str], new: list[str]) -> None:
    """What stands under a heading stays under it when its number changes."""
    if not old:
        return
    for item in draft.items.filter(kind__in=(ImportItem.Kind.TASK, ImportItem.Kind.SECTION)):
        name = "section" if item.kind == ImportItem.Kind.TASK else "path"
        path = list(item.data[name])
        if path[: len(old)] == old and (name == "section" or path != old):
            item.data = {**item.data, name: [*new, *path[len(old) :]]}
            _save_item(item, touch=False)


def _save_item(item: ImportItem, *, touch: bool = True) -> None:
    item.version += 1
    item.save(update_fields=["data", "dropped", "version"])
    if touch:
        _touch(item.draft)


def _touch(draft: PlanImport) -> None:
    draft.version += 1
    draft.save(update_fields=["version", "changed_at"])


def _move(draft: PlanImport, actor: Any, code: str) -> None:
    """The plan's region decides who works on the draft."""
    region = region_called(code, "region_code") if code else None
    if region is not None:
        require_staff_of(scope_of(actor), region)
    draft.region = region
    with explained():
        draft.save(update_fields=["region"])


def _labelled(item: ImportItem, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": item.kind, "item": item.label[:60], **values}


def _record(
    action: str,
    draft: PlanImport,
    actor: Any,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    code = draft.region.code if draft.region else ""
    audit.record(action, draft, actor=actor, before=dict(before or {}), after=dict(after or {}), region_code=code)
