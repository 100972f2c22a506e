"""The region tree, changed by a document and a day: what may be changed, and the change itself.

What a change means for targets and duties is not known here: `indicators.services.region_changes` is the service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from plans.models import Region, RegionChange
from plans.permissions import require_tree_keeper
from plans.scope import Scope
from plans.services.lookups import region_named

Kind, Level = RegionChange.Kind, Region.Level
ABOVE: dict[str, tuple[str, ...]] = {
    Level.PREFECTURE: (Level.PROVINCE,),
    Level.COUNTY: (Level.PREFECTURE, Level.PROVINCE),
    Level.ZONE: (Level.PREFECTURE, Level.PROVINCE),
}
_CODES: dict[str, re.Pattern[str]] = {
    Level.PREFECTURE: re.compile(r"\d{2}(?!00)\d{2}00", re.ASCII),
    Level.COUNTY: re.compile(r"\d{4}(?!00)\d{2}", re.ASCII),
    Level.ZONE: re.compile(r"\d{4}7[1-9]", re.ASCII),
}
_ENDING = (Kind.MERGED, Kind.ABOLISHED)


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What a document says of a region from the day `on`.

    `moved` names the new `parent` and the new `code`, and may give a new name; `renamed` the new name, and the new code
    where it has one (撤县设区); `merged` the `successor`; `established` code, name, level and parent. Regions are codes.
    """

    kind: str
    on: date
    document: str
    code: str = ""
    name: str = ""
    short_name: str = ""
    level: str = ""
    parent: str = ""
    successor: str = ""


def change_tree(scope: Scope, code: str, wanted: TreeChange, today: date) -> RegionChange:
    """Changes a region; raises `NotAllowed`, `Invalid`, and `Conflict` where the tree or an earlier change is against it."""
    region = locked(code)
    parent = region_named(wanted.parent, "parent") if wanted.kind == Kind.MOVED else region.parent
    require_tree_keeper(scope, [region.parent, parent])
    _refuse_undated(region, wanted, today)
    change = RegionChange(
        region=region, kind=wanted.kind, on=wanted.on, document=wanted.document.strip(), old_code=region.code,
        old_name=region.name, old_short_name=region.short_name, old_parent=region.parent,
    )  # fmt: skip
    if wanted.kind in _ENDING:
        _refuse_inhabited(region)
        region.valid_to = wanted.on
        change.successor = _successor(region, wanted) if wanted.kind == Kind.MERGED else None
    else:
        if wanted.kind == Kind.MOVED:
            _refuse_same_parent(region, parent)
        region.name = wanted.name.strip() or region.name
        region.short_name = wanted.short_name.strip() or (wanted.name.strip() or region.short_name)
        region.parent, region.code = parent, wanted.code or region.code
        _refuse_misplaced(region, change.old_code)
        _refuse_unchanged(region, change)
    _store(region, change)
    return change


def establish(scope: Scope, wanted: TreeChange, today: date) -> RegionChange:
    """Adds a region that is new from a day on. Raises as `change_tree`."""
    parent = region_named(wanted.parent, "parent")
    require_tree_keeper(scope, [parent])
    name = wanted.name.strip()
    region = Region(
        code=wanted.code, name=name, short_name=wanted.short_name.strip() or name, level=wanted.level, parent=parent,
        valid_from=wanted.on,
    )  # fmt: skip
    _refuse_undated(region, wanted, today)
    _refuse_misplaced(region, "")
    check(region)
    with explained():
        region.save(force_insert=True)
    change = RegionChange(region=region, kind=Kind.ESTABLISHED, on=wanted.on, document=wanted.document.strip())
    check(change)
    change.save(force_insert=True)
    return change


def take_back(scope: Scope, change: RegionChange) -> Region:
    """Makes a region what it was before its latest change; one that was established by it goes. Raises as `change_tree`."""
    region = locked(change.region.code)
    require_tree_keeper(scope, [region.parent, change.old_parent if change.old_code else region.parent])
    if region.changes.filter(on__gt=change.on).exists():
        message = _("%(region)s在这之后还有变更，请先撤回较晚的一项。") % {"region": region.name}
        raise Conflict("later_change", message)
    if change.kind == Kind.ESTABLISHED:
        change.delete()
        try:
            region.delete()
        except ProtectedError as error:
            message = _("%(region)s已有单位、责任、目标或数据，设立不能撤回。") % {"region": region.name}
            raise Conflict("region_in_use", message) from error
        return region
    region.code, region.name, region.short_name = change.old_code, change.old_name, change.old_short_name
    region.parent = change.old_parent
    if change.kind in _ENDING:
        region.valid_to = None
    elif change.old_parent is not None and change.old_parent.valid_to is not None:
        message = _("原上级%(region)s已经撤销，划转不能撤回。") % {"region": change.old_parent.name}
        raise Conflict("parent_gone", message)
    check(region)
    with explained():
        region.save()
        change.delete()
    return region


def locked(code: str) -> Region:
    """The region for a change: two changes of one region wait for each other."""
    found = region_named(code)
    region: Region = Region.objects.select_for_update(of=("self",)).select_related("parent").get(pk=found.pk)
    return region


def _store(region: Region, change: RegionChange) -> None:
    check(region)
    check(change)
    with explained():
        region.save()
        change.save(force_insert=True)


def _refuse_undated(region: Region, wanted: TreeChange, today: date) -> None:
    if not wanted.document.strip():
        message = _("请填写批准变更的文件。")
        raise Invalid("document_needed", message, {"document": [message]})
    if wanted.on > today:
        message = _("变更从%(day)s起才生效，请到那天再登记。") % {"day": wanted.on.isoformat()}
        raise Invalid("not_yet", message, {"on": [message]})
    if region.valid_to is not None:
        message = _("%(region)s已于%(day)s撤销，不能再变更。") % {
            "region": region.name, "day": region.valid_to.isoformat(),
        }  # fmt: skip
        raise Conflict("region_gone", message, {"on": [message]})
    latest = region.changes.first() if region.pk else None
    if latest is not None and wanted.on <= latest.on:
        message = _("%(region)s在%(day)s已有变更；新的变更须在这之后，或先撤回那一项。") % {
            "region": region.name, "day": latest.on.isoformat(),
        }  # fmt: skip
        raise Conflict("earlier_than_latest", message, {"on": [message]})


def _refuse_inhabited(region: Region) -> None:
    child = region.children.filter(valid_to=None).order_by("code").first()
    if child is not None:
        message = _("%(region)s下面还有%(child)s，请先划转或并入它下面的区划。") % {
            "region": region.name, "child": child.name,
        }  # fmt: skip
        raise Conflict("has_children", message)


def _successor(region: Region, wanted: TreeChange) -> Region:
    successor = region_named(wanted.successor, "successor")
    if successor.pk == region.pk or successor.level != region.level or successor.valid_to is not None:
        message = _("请选择另一个同级、没有撤销的区划。")
        raise Invalid("wrong_successor", message, {"successor": [message]})
    return successor


def _refuse_same_parent(region: Region, parent: Region | None) -> None:
    if region.level not in (Level.COUNTY, Level.ZONE):
        message = _("只有县级区划和功能区可以划转；%(region)s请把下面的区划逐个划转。") % {"region": region.name}
        raise Invalid("moves_only_counties", message, {"parent": [message]})
    if parent == region.parent:
        message = _("%(region)s已经属于%(parent)s。") % {"region": region.name, "parent": parent}
        raise Invalid("same_parent", message, {"parent": [message]})


def _refuse_misplaced(region: Region, old_code: str) -> None:
    """The code must tell level and place, and be nobody else's, now or before."""
    parent = region.parent
    if parent is not None and (parent.valid_to is not None or parent.level not in ABOVE.get(region.level, ())):
        message = _("%(parent)s不能作为它的上级。") % {"parent": parent.name}
        raise Invalid("wrong_parent", message, {"parent": [message]})
    if region.code == old_code and (parent is None or parent.contains(region.code)):
        return
    pattern = _CODES.get(region.level)
    if region.level == Level.PREFECTURE and old_code:
        message = _("地级区划的代码不能改：下面区划的代码都随它。")
        raise Invalid("code_fixed", message, {"code": [message]})
    if pattern is None or parent is None or not pattern.fullmatch(region.code) or not parent.contains(region.code):
        message = _("代码“%(code)s”不合规则：须为6位数字，以上级的代码开头，功能区末两位为71–79。") % {
            "code": region.code
        }
        raise Invalid("wrong_code", message, {"code": [message]})
    others = RegionChange.objects.filter(old_code=region.code).exclude(region=region.pk)
    taken = Region.objects.filter(code=region.code).exclude(pk=region.pk).first()
    former = None if taken is not None else others.select_related("region").first()
    if taken is not None or former is not None:
        name = taken.name if taken is not None else former.region.name if former is not None else ""
        message = _("代码%(code)s是%(name)s现用或曾用的，不能再用。") % {"code": region.code, "name": name}
        raise Conflict("code_taken", message, {"code": [message]})


def _refuse_unchanged(region: Region, change: RegionChange) -> None:
    if (region.code, region.name, region.short_name, region.parent) == (
        change.old_code, change.old_name, change.old_short_name, change.old_parent,
    ):  # fmt: skip
        message = _("名称和代码都没有变化。")
        raise Invalid("nothing_changed", message, {"name": [message]})
