"""What was settled about a source's files, kept for the unit or the region's office and found for the next file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import SavedMapping
from indicators.permissions import ENTERING, get_saved_mapping_for, saved_mappings
from indicators.workbooks.mapping.model import Json
from ipdash.accounts import audit
from ipdash.core.errors import Invalid
from plans.models import Membership
from plans.scope import Scope, scope_of

NAME_LENGTH = 100


def saved_for(scope: Scope, fingerprint: str) -> SavedMapping | None:
    """The mapping last used for files of this layout by the person's units or regions' offices."""
    return saved_mappings(scope).filter(fingerprint=fingerprint).first()


def remember(actor: Any, name: str, fingerprint: str, mapping: Json, *, today: date) -> SavedMapping:
    """Keeps a confirmed mapping under its source's name, in the place of the earlier one for the same layout."""
    name = _usable_name(name)
    owners = _owners(scope_of(actor))
    if not owners:
        raise Invalid("no_owner", _("您没有填报单位，不能保存对应关系。"))
    owner = {"unit_id": owners[0].unit_id} if owners[0].unit_id else {"region_id": owners[0].region_id}
    with transaction.atomic():
        saved, _made = SavedMapping.objects.update_or_create(
            fingerprint=fingerprint,
            **owner,
            defaults={"name": name, "mapping": mapping, "saved_by": actor, "last_used": today},
        )
        audit.record("mapping.save", saved, actor=actor, after={"name": name, "fingerprint": fingerprint})
    return saved


def rename(actor: Any, pk: int, name: str) -> SavedMapping:
    """Gives a source another name; raises `NotVisible` for other people's, `Invalid` for a name that is none."""
    name = _usable_name(name)
    with transaction.atomic():
        saved = get_saved_mapping_for(scope_of(actor), pk)
        before, saved.name = saved.name, name
        saved.save(update_fields=["name"])
        audit.record("mapping.rename", saved, actor=actor, before={"name": before}, after={"name": name})
    return saved


def forget(actor: Any, pk: int) -> None:
    """The next file of the layout is read as if it were the first. What was stored by way of the mapping stays."""
    with transaction.atomic():
        saved = get_saved_mapping_for(scope_of(actor), pk)
        audit.record(
            "mapping.forget", saved, actor=actor, before={"name": saved.name, "fingerprint": saved.fingerprint}
        )
        saved.delete()


def saved_under(name: str) -> Json:
    """The mapping that was saved under a source's name, of whichever unit; raises `Invalid` for none or several."""
    found = list(SavedMapping.objects.filter(name=name.strip())[:2])
    if len(found) == 1:
        mapping: Json = found[0].mapping
        return mapping
    known = "、".join(SavedMapping.objects.order_by("name").values_list("name", flat=True).distinct()[:20])
    sentence = (
        _("有不止一个来源名为“%(name)s”的对应关系，请先在“已保存的对应关系”中改名。")
        if found
        else _("没有来源名为“%(name)s”的对应关系；现有：%(known)s。")
    )
    raise Invalid("no_such_mapping", sentence % {"name": name, "known": known or _("无")})


def _usable_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        sentence = _("请填写来源名，最多%(limit)s个字，例如“市统计局月报”。") % {"limit": NAME_LENGTH}
        raise Invalid("source_name", sentence, {"source": [sentence]})
    return name


def _owners(scope: Scope) -> list[Membership]:
    """The memberships by which the person reports, in a lasting order."""
    return list(Membership.objects.filter(user=scope.user_id or 0, role__in=ENTERING).order_by("pk"))
