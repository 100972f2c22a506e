"""How an amended text differs from the plan that was made of the earlier one: task by task, target by target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from indicators.imports.bases import target_words
from indicators.imports.naming import bare, likeness
from indicators.models import Target, TargetLine
from indicators.selectors.import_review import LineRow, Review
from ipdash.core.numbers import decimal_text, plain
from plans.models import Assignment, ImportItem, Plan, PlanTask

HEAD = ("title", "doc_number", "issuer", "issued_on", "start_year", "end_year")
_SAME_TASK = 0.6
Kind = ImportItem.Kind
Part = tuple[str, str, str]


@dataclass
class Change:
    """One difference. `parts` are what, before, after; `key` names it in a form; one without `takes` is only shown.

    `how` is `added`, `dropped` or `changed`; `obstacle` says why it cannot be taken over, or not yet.
    """

    key: str
    how: str
    label: str
    parts: list[Part] = field(default_factory=list)
    takes: bool = True
    obstacle: str = ""
    item: ImportItem | None = None
    row: LineRow | None = None
    task: PlanTask | None = None
    line: TargetLine | None = None
    year: int | None = None


@dataclass
class Changes:
    """All differences by group, in the order of the document."""

    head: list[Change]
    tasks: list[Change]
    lines: list[Change]
    others: list[Change]

    @property
    def all(self) -> list[Change]:
        return [*self.head, *self.tasks, *self.lines, *self.others]


def changes_of(found: Review, plan: Plan) -> Changes:
    """What the reviewed draft says otherwise than the plan as it is stored now."""
    return Changes(
        list(_head(found, plan)), list(_tasks(found, plan)), list(_lines(found, plan)), list(_others(found, plan))
    )


def _head(found: Review, plan: Plan) -> Iterator[Change]:
    for name in HEAD:
        stored = getattr(plan, name)
        before = stored.isoformat() if name == "issued_on" and stored else stored
        after = found.head.data[name]
        if before != after and after is not None:
            label = str(Plan._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Change(f"head-{name}", "changed", label, [(label, _shown(before), _shown(after))], item=found.head)


def _others(found: Review, plan: Plan) -> Iterator[Change]:
    """Headings, phases, documents carried out and terms that came or went; a plan keeps those it was issued with."""
    why = _("只供对照，不并入：规划保留原印发时的章节、阶段、依据文件和名词解释。")
    stored = {
        Kind.SECTION: [(row.title, row.pk) for row in plan.sections.all()],
        Kind.PHASE: [(f"{row.name} {row.start:%Y-%m} – {row.end:%Y-%m}", row.pk) for row in plan.phases.all()],
        Kind.REFERENCE: [(row.title, row.pk) for row in plan.references.all()],
        Kind.TERM: [(f"{row.term}：{row.definition}", row.pk) for row in plan.glossary.all()],
    }
    for kind, rows in stored.items():
        items = [item for item in found.items if item.kind == kind and not item.dropped]
        before = {bare(text) for text, _pk in rows}
        after = {bare(_wording(item)) for item in items}
        for item in items:
            if bare(_wording(item)) not in before:
                label = f"{kind.label}　{_wording(item)}"
                yield Change(f"{kind}-{item.pk}", "added", label, takes=False, obstacle=why, item=item)
        for text, pk in rows:
            if bare(text) not in after:
                yield Change(f"gone-{kind}-{pk}", "dropped", f"{kind.label}　{text}", takes=False, obstacle=why)


def _wording(item: ImportItem) -> str:
    data = item.data
    if item.kind == Kind.PHASE:
        return f"{data['name']} {data['start']} – {data['end']}"
    return f"{data['term']}：{data['definition']}" if item.kind == Kind.TERM else item.label


def _tasks(found: Review, plan: Plan) -> Iterator[Change]:
    items = [item for item in found.items if item.kind == Kind.TASK and not item.dropped]
    stored = list(PlanTask.objects.filter(plan=plan).with_parts())
    pairs = _paired(items, stored)
    open_names = {row.name for row in found.open_units}
    for item in items:
        task = pairs.get(item.pk)
        obstacle = _open_units(item, open_names)
        if task is None:
            parts = [(_("分工"), "—", _shown(_duties(item.data["assignments"])))]
            yield Change(f"task-{item.pk}", "added", item.label, parts, not obstacle, obstacle, item=item)
        elif parts := list(_task_parts(item.data, task)):
            yield Change(f"task-{item.pk}", "changed", task.title, parts, not obstacle, obstacle, item=item, task=task)
    kept = {task.pk for task in pairs.values()}
    for task in stored:
        if task.pk not in kept:
            why = _("原任务和它的进展仍保留；不再执行的，请在任务页办结。")
            yield Change(f"gone-task-{task.pk}", "dropped", task.title, takes=False, obstacle=why, task=task)


def _open_units(item: ImportItem, open_names: set[str]) -> str:
    names = [a["unit"] for a in item.data["assignments"] if a["unit"] in open_names]
    return _("先确定单位“%(name)s”。") % {"name": names[0]} if names else ""


def _paired(items: Sequence[ImportItem], stored: Sequence[PlanTask]) -> dict[int, PlanTask]:
    """Each task of the text with the stored one that it is: by its words, by its place, by likeness; each once."""
    left = {task.pk: task for task in stored}
    pairs: dict[int, PlanTask] = {}

    def pair(same: Any) -> None:
        for item in items:
            if item.pk not in pairs:
                task = next((task for task in left.values() if same(item.data, task)), None)
                if task is not None:
                    pairs[item.pk] = left.pop(task.pk)

    pair(lambda data, task: bare(data["title"]) == bare(task.title) and data["section"] == task.section_path)
    pair(lambda data, task: bare(data["title"]) == bare(task.title))
    pair(
        lambda data, task: (
            data["number"] is not None
            and (data["number"], data["section"]) == (task.number, task.section_path)
            and likeness(data["title"], task.title) > _SAME_TASK / 2
        )
    )
    pair(lambda data, task: likeness(data["title"], task.title) >= _SAME_TASK)
    return pairs


def _task_parts(data: dict[str, Any], task: PlanTask) -> Iterator[Part]:
    old_duties = [{"role": a.role, "unit": a.printed} for a in task.assignments.all() if not a.is_demo]
    pairs = (
        (_("编号"), task.number, data["number"]),
        (_("任务"), task.title, data["title"]),
        (_("工作目标"), task.objective, data["objective"]),
        (_("分工"), _duties(old_duties), _duties(data["assignments"])),
        (_("具体措施"), _listed([m.text for m in task.measures.all()]), _listed(data["measures"])),
        (
            _("进度安排"),
            _listed([f"{m.label}：{m.text}" for m in task.milestones.all()]),
            _listed([f"{m['label']}：{m['text']}" for m in data["milestones"]]),
        ),
        (_("正文"), task.text, data["text"]),
    )
    for label, before, after in pairs:
        if bare(before or "") != bare(after or ""):
            yield label, _shown(before), _shown(after)


def _duties(assignments: Sequence[dict[str, Any]]) -> str:
    return _("；").join(f"{Assignment.Role(a['role']).label}：{a['unit']}" for a in assignments)


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(texts)


def _lines(found: Review, plan: Plan) -> Iterator[Change]:
    stored = list(
        TargetLine.objects.filter(plan=plan, region=plan.region_id)
        .select_related("indicator")
        .prefetch_related("targets", "baselines")
    )
    left = {line.pk: line for line in stored}
    for row in found.tracked:
        line = _line_for(row, left)
        if line is None:
            obstacle = _("先确定它的指标和口径。") if row.is_open else ""
            parts = [(_("目标"), "—", _listed(_targets_in_words(row)))]
            label = row.item.label
            yield Change(f"line-{row.item.pk}", "added", label, parts, not obstacle, obstacle, item=row.item, row=row)
        else:
            del left[line.pk]
            yield from _facts(row, line)
            yield from _targets(row, line)
    effect = (_("采用后"), _("继续考核"), _("自所选季度起终止；此前各季的完成情况和判断不变"))
    for line in left.values():
        if line.ended_from is None:
            yield Change(f"end-line-{line.pk}", "dropped", line.printed_name, [effect], line=line)


def _facts(row: LineRow, line: TargetLine) -> Iterator[Change]:
    """Baselines and the overall goal (总体目标) that the text prints otherwise; what it no longer prints is only shown."""
    data, factor = row.item.data, 1 if row.item.data["measures_growth"] else line.unit_factor
    for name, label, before, after in (
        ("baselines", _("基期值"), stored_baselines(line), printed_baselines(data, factor)),
        ("overall", _("总体目标"), stored_overall(line), printed_overall(data, factor)),
    ):
        if before == after:
            continue
        parts = [(label, _fact_words(before, line), _fact_words(after, line))]
        why = "" if after else _("修订稿没有写，原来的仍保留。")
        how = "dropped" if not after else "changed" if before else "added"
        heading = _("%(name)s：%(what)s") % {"name": line.printed_name, "what": label}
        yield Change(f"{name}-{row.item.pk}", how, heading, parts, not why, why, item=row.item, row=row, line=line)


def stored_baselines(line: TargetLine) -> dict[str, Decimal]:
    """Year → value in the indicator's unit."""
    return {str(baseline.year): baseline.value for baseline in line.baselines.all()}


def printed_baselines(data: Mapping[str, Any], factor: int) -> dict[str, Decimal]:
    """The same of the text."""
    return {str(b["year"]): scaled(b["value"], factor) for b in sorted(data["baselines"], key=lambda b: b["year"])}


def stored_overall(line: TargetLine) -> dict[str, Decimal]:
    """Comparator → value in the indicator's unit; empty without an overall goal."""
    known = line.overall_comparator is not None and line.overall_value is not None
    return {str(line.overall_comparator): line.overall_value} if known else {}


def printed_overall(data: Mapping[str, Any], factor: int) -> dict[str, Decimal]:
    """The same of the text."""
    overall = data["overall"]
    return {overall["comparator"]: scaled(overall["value"], factor)} if overall else {}


def _fact_words(fact: Mapping[str, Decimal], line: TargetLine) -> str:
    """2020年 12.01件, or at least 25 in words; in the printed unit."""
    factor = 1 if line.measures_growth else line.unit_factor
    told = []
    for key, value in fact.items():
        number = decimal_text(plain(value / factor))
        if key.isdigit():
            told.append(_("%(year)s年 %(value)s%(unit)s") % {"year": key, "value": number, "unit": line.unit or ""})
        else:
            told.append(target_words({"comparator": key, "value": number, "upper": None}, line.unit))
    return _("；").join(told) or "—"


def _line_for(row: LineRow, left: dict[int, TargetLine]) -> TargetLine | None:
    same = [line for line in left.values() if row.indicator and line.indicator_id == row.indicator.pk]
    same += [line for line in left.values() if bare(line.printed_name) == bare(row.item.data["name"])]
    by_basis = [line for line in same if line.basis == row.basis]
    return next(iter([*by_basis, *same]), None)


def _targets(row: LineRow, line: TargetLine) -> Iterator[Change]:
    present = present_targets(line)
    factor = 1 if row.item.data["measures_growth"] else line.unit_factor
    for target in row.item.data["targets"]:
        old = present.get(target["year"])
        value, upper = bounds(target, factor)
        if old is not None and (old.comparator, old.value, old.upper) == (target["comparator"], value, upper):
            continue
        label = _("%(name)s %(year)s年") % {"name": line.printed_name, "year": target["year"]}
        before = "—" if old is None else _stored(old, line)
        yield Change(
            f"target-{row.item.pk}-{target['year']}", "added" if old is None else "changed", label,
            [(_("目标"), before, target_words(target, row.item.data["unit"]))], item=row.item, row=row, line=line, year=target["year"],
        )  # fmt: skip
    why = _("修订稿没有这一年的目标；原目标仍保留。")
    for year in sorted(set(present) - {target["year"] for target in row.item.data["targets"]}):
        label = _("%(name)s %(year)s年") % {"name": line.printed_name, "year": year}
        parts = [(_("目标"), _stored(present[year], line), "—")]
        yield Change(f"gone-target-{line.pk}-{year}", "dropped", label, parts, False, why, line=line, year=year)


def present_targets(line: TargetLine) -> dict[int, Target]:
    """Each year's target in its latest version; what was decomposed from other years stands in no text."""
    latest: dict[int, Target] = {}
    for target in sorted(line.targets.all(), key=lambda t: -1 if t.in_force_from is None else t.in_force_from):
        if target.source == Target.Source.STATED:
            latest[target.year] = target
    return latest


def scaled(text: str, factor: int) -> Decimal:
    """A printed value in the catalogue's unit."""
    return Decimal(text) * factor


def bounds(target: Mapping[str, Any], factor: int) -> tuple[Decimal, Decimal | None]:
    """A printed target's value, and its upper value where it is a range."""
    upper = target["upper"]
    return scaled(target["value"], factor), None if upper is None else scaled(upper, factor)


def _stored(target: Target, line: TargetLine) -> str:
    """A stored target in the printed unit, with the digits it has and no others."""
    factor = 1 if line.measures_growth else line.unit_factor
    numbers = [None if n is None else decimal_text(plain(n / factor)) for n in (target.value, target.upper)]
    return target_words({"comparator": target.comparator, "value": numbers[0], "upper": numbers[1]}, line.unit)


def _targets_in_words(row: LineRow) -> list[str]:
    data = row.item.data
    year = _("%(year)s年")
    return [f"{year % {'year': t['year']}} {target_words(t, data['unit'])}" for t in data["targets"]]


def _shown(value: object) -> str:
    return "—" if value is None or value == "" else str(value)
