"""What was settled about a source's files, kept for the unit or the region's office and found for the next file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.models import SavedMapping
from indicators.permissions import ENTERING
from indicators.workbooks.mapping.model import Json
from ipdash.accounts import audit
from ipdash.core.errors import Invalid
from plans.models import Membership
from plans.scope import Scope, scope_of

NAME_LENGTH = 100


def saved_for(scope: Scope, fingerprint: str) -> SavedMapping | None:
    """The mapping last used for files of this layout by the person's units or regions' offices."""
    owners = _owners(scope)
    mine = Q(unit__in=[m.unit_id for m in owners if m.unit_id]) | Q(
        region__in=[m.region_id for m in owners if m.region_id]
    )
    return SavedMapping.objects.filter(mine, fingerprint=fingerprint).first()


def remember(actor: Any, name: str, fingerprint: str, mapping: Json, *, today: date) -> SavedMapping:
    """Keeps a confirmed mapping under its source's name, in the place of the earlier one for the same layout."""
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        sentence = _("请填写来源名，最多%(limit)s个字，例如“市统计局月报”。") % {"limit": NAME_LENGTH}
        raise Invalid("source_name", sentence, {"source": [sentence]})
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


def _owners(scope: Scope) -> list[Membership]:
    """The memberships by which the person reports, in a lasting order."""
    return list(Membership.objects.filter(user=scope.user_id or 0, role__in=ENTERING).order_by("pk"))
