"""Two entries of the directory that are one body become one; nothing that hung on the other is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.errors import Invalid, NotAllowed
from plans.models import Assignment, Unit, UnitAlias
from plans.permissions import can_change_unit, get_unit_for
from plans.scope import scope_of


@transaction.atomic
def merge_units(actor: Any, kept_id: int, merged_id: int, reason: str) -> Unit:
    """Makes `merged` part of `kept`: its names become aliases, everything that named it names the kept unit.

    Tasks, duties, memberships, collectives, lines led and whatever else refers to a unit move; where the kept unit holds
    the same already, the double goes. The audit log keeps what was merged. Raises `NotVisible`, `NotAllowed` unless the
    person keeps the directory, `Invalid` for units of different regions or kinds, the same unit, or no reason.
    """
    scope = scope_of(actor)
    for unit_id in (kept_id, merged_id):
        region = get_unit_for(scope, unit_id).region
        if not can_change_unit(scope, region):
            raise NotAllowed(
                "not_allowed", _("您不能维护%(region)s的单位，请联系安全管理员授权。") % {"region": region.name}
            )
    locked: models.QuerySet[Unit] = Unit.objects.select_for_update(of=("self",)).select_related("region")
    units = {unit.pk: unit for unit in locked.filter(pk__in=(kept_id, merged_id)).order_by("pk")}
    kept, merged = units[kept_id], units[merged_id]
    _refuse_unlike(kept, merged, reason)
    before = {"unit": merged_id, "name": merged.name, "aliases": list(merged.aliases.values_list("name", flat=True))}
    moved = _move_references(kept, merged)
    _take_names(kept, merged)
    # Above both, so that whoever compares versions sees a change wherever either of them was shown.
    kept.version += merged.version + 1
    kept.save(update_fields=["version"])
    merged.delete()
    audit.record(
        "unit.merge", kept, actor=actor, region_code=kept.region.code,
        before=before, after={"into": kept.name, "moved": moved, "reason": reason.strip()},
    )  # fmt: skip
    return kept


def _refuse_unlike(kept: Unit, merged: Unit, reason: str) -> None:
    if kept.pk == merged.pk:
        raise Invalid("same_unit", _("请选择另一个单位。"), {"merged": [_("请选择另一个单位。")]})
    if kept.region_id != merged.region_id or kept.is_collective != merged.is_collective:
        said = _("只能合并同一区划、同一种类（单位或集合名称）的两个条目。")
        raise Invalid("units_unlike", said, {"merged": [said]})
    if merged.parent_id == kept.pk or kept.parent_id == merged.pk:
        said = _("两个单位有隶属关系，不是同一个单位，不能合并。")
        raise Invalid("units_related", said, {"merged": [said]})
    if not reason.strip():
        raise Invalid("reason_needed", _("请填写合并原因。"), {"reason": [_("请填写合并原因。")]})


def _move_references(kept: Unit, merged: Unit) -> dict[str, int]:
    """Every row that refers to the merged unit, in whatever table, refers to the kept one; gives how many by table."""
    moved: Counter[str] = Counter()
    for relation in Unit._meta.related_objects:
        model, column = relation.related_model, relation.field.name
        if relation.many_to_many or model is UnitAlias or isinstance(model, str):
            continue
        rows = model._base_manager.filter(**{column: merged})
        for row in rows.order_by("pk"):
            moved[model._meta.label_lower] += 1
            _move(row, column, kept)
    _hold_tasks_once(kept)
    return dict(moved)


def _hold_tasks_once(kept: Unit) -> None:
    """Of two assignments of one task in one role, under two printed names, the first stays."""
    seen = set()
    for pk, task, role in Assignment.objects.filter(unit=kept).order_by("pk").values_list("pk", "task", "role"):
        if (task, role) in seen:
            Assignment.objects.filter(pk=pk).delete()
        seen.add((task, role))


def _move(row: models.Model, column: str, kept: Unit) -> None:
    """Points the row at the kept unit; what the kept unit holds already is not held twice."""
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{column: kept})
    except IntegrityError:
        row.delete()


def _take_names(kept: Unit, merged: Unit) -> None:
    merged.aliases.update(unit=kept)
    UnitAlias.objects.create(unit=kept, region_id=kept.region_id, name=merged.name, note=_("合并前的另一条目"))
