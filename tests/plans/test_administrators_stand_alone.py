"""Promise 3: the three administrators' duties exclude each other and every other role, in the database itself."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from plans.models import Membership, Role
from plans.models.membership import ADMINISTRATORS, REGION_ROLES
from tests import builders

OTHERS = [role for role in Role if role not in ADMINISTRATORS]


def place(role: str) -> dict[str, object]:
    """Where such a role is held."""
    region = builders.make_region("500120")
    if role in ADMINISTRATORS:
        return {}
    return {"region": region} if role in REGION_ROLES else {"unit": builders.make_unit(region)}


def refused(role: str, **fields: object) -> bool:
    """Whether the database refuses the row, asked without any service."""
    try:
        with transaction.atomic():
            Membership.objects.bulk_create([Membership(role=role, **fields)])
    except IntegrityError:
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("administrator", ADMINISTRATORS)
@pytest.mark.parametrize("other", Role)
def test_an_administrator_gets_no_second_duty_and_nobody_becomes_one_beside(administrator: Role, other: Role) -> None:
    first, second = builders.make_user(), builders.make_user()
    assert not refused(administrator, user=first)
    assert refused(other, user=first, **place(other))
    assert not refused(other, user=second, **place(other))
    assert refused(administrator, user=second)


@pytest.mark.django_db
@pytest.mark.parametrize("other", OTHERS)
def test_a_role_does_not_turn_into_an_administrator_s_beside_another(other: Role) -> None:
    user = builders.make_user()
    Membership.objects.create(user=user, role=other, **place(other))
    spare = Membership.objects.create(user=builders.make_user(), role=Role.AUDITOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=spare.pk).update(user=user)


@pytest.mark.django_db
def test_two_business_roles_go_together() -> None:
    user = builders.make_user()
    for role in (Role.STAFF, Role.REVIEWER, Role.REPORTER):
        assert not refused(role, user=user, **place(role))
