"""What a request names by code or id, found or refused in one sentence beside its field."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ipdash.core.errors import Invalid
from plans.models import Region, Unit
from plans.region_history import formerly_coded
from plans.scope import Scope


def region_named(code: str, field: str = "region") -> Region:
    """The region with this code, or that had it before it was moved or renamed; raises `Invalid` (`unknown_region`)."""
    region = Region.objects.filter(code=code).first() or formerly_coded(code)
    if region is None:
        message = _("没有代码为“%(code)s”的区划。") % {"code": code}
        raise Invalid("unknown_region", message, {field: [message]})
    found: Region = region
    return found


def region_called(text: str, field: str = "region") -> Region:
    """The region that a person means by a code or a name; raises `Invalid` (`unknown_region`, `ambiguous_region`)."""
    wanted = text.strip()
    if wanted.isascii() and wanted.isdigit():
        return region_named(wanted, field)
    found = list(Region.objects.filter(name=wanted)[:2]) or list(Region.objects.filter(short_name=wanted)[:2])
    if len(found) == 1:
        only: Region = found[0]
        return only
    if found:
        message = _("叫“%(name)s”的区划不止一个，请填写6位代码，例如%(code)s。") % {
            "name": wanted,
            "code": found[0].code,
        }
        raise Invalid("ambiguous_region", message, {field: [message]})
    message = _("没有名为“%(name)s”的区划，请填写全称或6位代码。") % {"name": wanted}
    raise Invalid("unknown_region", message, {field: [message]})


def unit_called(region: Region, text: str, field: str = "unit") -> Unit:
    """The unit that answers to this name or alias in the region; raises `Invalid` (`unknown_unit`)."""
    unit = Unit.objects.filter(region=region).named(text.strip()).first()
    if unit is None:
        message = _("%(region)s没有名为“%(name)s”的单位，请核对名称，或先由系统管理员添加。") % {
            "region": region.name,
            "name": text.strip(),
        }
        raise Invalid("unknown_unit", message, {field: [message]})
    found: Unit = unit
    return found


def units_named(scope: Scope, ids: Iterable[int], field: str = "unit") -> dict[int, Unit]:
    """The units with these ids that the person sees; raises `Invalid` (`unknown_unit`) for the first of the others."""
    wanted = list(dict.fromkeys(ids))
    found = {u.pk: u for u in Unit.objects.visible_to(scope).select_related("region").filter(pk__in=wanted)}
    for unit_id in wanted:
        if unit_id not in found:
            message = _("没有编号为%(id)s的单位，或您无权使用。") % {"id": unit_id}
            raise Invalid("unknown_unit", message, {field: [message]})
    return found
