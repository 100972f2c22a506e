"""Who may do what, where: granting and revoking roles. The security administrator alone does it, or the system itself."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.accounts.models import User
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from plans.models import Membership, Region, Role, Unit
from plans.permissions import not_found, require_role
from plans.scope import forget_scope, scope_of
from plans.services.lookups import region_named

STANDS_ALONE = "membership_administrators_stand_alone"
"""What the database's trigger raises (migration 0002): a check cannot look at a person's other rows."""


def _triggers() -> dict[str, str]:
    return {STANDS_ALONE: _("系统、安全、审计管理员不能兼任其他角色；请先撤销原有角色，或另设账号。")}


@transaction.atomic
def grant_role(
    user: User, role: str, *, actor: User | None, region: str | None = None, unit: int | None = None
) -> Membership:
    """Gives a person a role in a region (by code) or a unit (by id), or an administrator's duty, which has no place.

    `actor` None is the system. Raises `NotAllowed`, `Invalid` for a wrong role or place, and `Conflict` where the person
    has it already or has a duty that excludes it.
    """
    if actor is not None:
        require_role(scope_of(actor), Role.SECADMIN)
    membership = Membership(
        user=user, role=role, region=None if region is None else region_named(region), unit=_unit(unit)
    )
    check(membership)
    with explained(_triggers()):
        membership.save(force_insert=True)
    forget_scope(user)
    place = _place(membership)
    audit.record(
        "role.grant", membership, actor=actor, after=_state(membership), region_code="" if place is None else place.code
    )
    return membership


@transaction.atomic
def revoke_role(membership_id: int, *, actor: User | None) -> None:
    """Takes a role away. The last security administrator's stays: nobody could grant anything any more.

    Raises `NotAllowed`, `NotVisible`, `Conflict` (`last_security_administrator`).
    """
    if actor is not None:
        require_role(scope_of(actor), Role.SECADMIN)
    # All rows of the duty are locked, so that two administrators cannot revoke each other at once.
    guards = {
        m.pk
        for m in Membership.objects.select_for_update(of=("self",)).filter(role=Role.SECADMIN, user__is_active=True)
    }
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "region", "unit__region")
        .filter(pk=membership_id)
        .first()
    )
    if membership is None:
        raise not_found()
    if guards == {membership.pk}:
        raise Conflict("last_security_administrator", _("这是最后一个安全管理员，不能撤销；请先授权另一个安全管理员。"))
    before, place = _state(membership), _place(membership)
    membership.delete()
    forget_scope(membership.user)
    if actor is not None and actor.pk == membership.user_id:
        forget_scope(actor)
    audit.record(
        "role.revoke",
        ("membership", membership_id),
        actor=actor,
        before=before,
        region_code="" if place is None else place.code,
    )


def _unit(unit_id: int | None) -> Unit | None:
    if unit_id is None:
        return None
    unit = Unit.objects.select_related("region").filter(pk=unit_id).first()
    if unit is None:
        message = _("没有编号为%(id)s的单位。") % {"id": unit_id}
        raise Invalid("unknown_unit", message, {"unit": [message]})
    if unit.is_collective:
        message = _("“%(name)s”是集合名称，不能授权给个人；请选择其中的一个成员单位。") % {"name": unit.name}
        raise Invalid("collective_has_no_people", message, {"unit": [message]})
    found: Unit = unit
    return found


def _place(membership: Membership) -> Region | None:
    return membership.unit.region if membership.unit is not None else membership.region


def _state(membership: Membership) -> dict[str, object]:
    return {
        "user": membership.user_id,
        "role": membership.role,
        "region": membership.region.code if membership.region is not None else None,
        "unit": membership.unit_id,
    }
