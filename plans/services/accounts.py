"""Accounts as the system administrator keeps them. What an account may do is the security administrator's (`memberships`)."""

from __future__ import annotations

from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts import services
from ipdash.accounts.models import User
from ipdash.accounts.passwords import one_time_password
from ipdash.core.errors import Conflict, NotAllowed
from plans.models import Membership, Role
from plans.models.membership import ADMINISTRATORS
from plans.permissions import not_found, require_role
from plans.scope import scope_of


class AccountChanges(TypedDict, total=False):
    """What may be changed of an account; its user name may not."""

    display_name: str
    email: str


def get_account(actor: User, user_id: int) -> User:
    """The account, for the system administrator; raises `NotAllowed`, `NotVisible`."""
    require_role(scope_of(actor), Role.SYSADMIN)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise not_found()
    return user


def open_account(actor: User, *, username: str, display_name: str, email: str = "") -> tuple[User, str]:
    """Makes an account that may do nothing yet; gives it with the password for its first login, stored nowhere.

    Raises `NotAllowed`, `Invalid`, `Conflict` (`username_taken`).
    """
    require_role(scope_of(actor), Role.SYSADMIN)
    password = one_time_password()
    user = services.create_user(
        username=username, display_name=display_name, email=email, password=password, actor=actor
    )
    return user, password


def change_account(actor: User, user_id: int, changes: AccountChanges) -> User:
    """Changes name or e-mail. Raises `NotAllowed`, `NotVisible`, `Invalid`."""
    return services.change_user(get_account(actor, user_id), changes, actor=actor)


@transaction.atomic
def set_account_active(actor: User, user_id: int, active: bool, *, reason: str = "") -> User:
    """Enables or disables an account.

    Nobody disables their own, and the last person of an administrator's duty stays. Raises `NotAllowed`, `NotVisible`,
    `Conflict` (`own_account`, `last_administrator`).
    """
    user = get_account(actor, user_id)
    if not active:
        if user.pk == actor.pk:
            raise Conflict("own_account", _("不能停用自己的账号；请由另一位系统管理员操作。"))
        _refuse_last_administrator(user)
    return services.set_active(user, active, actor=actor, reason=reason.strip())


def reset_password(actor: User, user_id: int) -> str:
    """Gives the account a new password for one login; it ends its sessions.

    The other administrators' passwords are none of the system administrator's: whoever sets them could act as them.
    Raises `NotAllowed`, `NotVisible`, `Conflict` (`own_account`).
    """
    user = get_account(actor, user_id)
    if user.pk == actor.pk:
        raise Conflict("own_account", _("自己的密码请在“我的账号”中修改。"))
    if Membership.objects.filter(user=user, role__in=ADMINISTRATORS).exists():
        raise NotAllowed(
            "administrator_password",
            _(
                "管理员的密码不由系统管理员重置，以免代其行使职责；忘记密码的，由服务器运维人员用命令 reset_administrator 重置。"
            ),
        )
    return _with_one_time_password(user, actor)


def reset_administrator(username: str) -> str:
    """The same for an administrator, by who holds the server. Raises `NotVisible`."""
    user = User.objects.filter(username=username, memberships__role__in=ADMINISTRATORS).first()
    if user is None:
        raise not_found()
    services.unlock_login(user, actor=None)
    return _with_one_time_password(user, None)


def unlock(actor: User, user_id: int) -> int:
    """Lets an account that failed logins have locked try again; gives the number of failures forgotten."""
    return services.unlock_login(get_account(actor, user_id), actor=actor)


def _with_one_time_password(user: User, actor: User | None) -> str:
    password = one_time_password()
    services.set_password(user, password, actor=actor, must_change=True)
    return password


def _refuse_last_administrator(user: User) -> None:
    # Locked, so that two of one duty are not disabled at once.
    holders = list(
        Membership.objects.select_for_update(of=("self",)).filter(role__in=ADMINISTRATORS, user__is_active=True)
    )
    for own in (m for m in holders if m.user_id == user.pk):
        if not any(m.role == own.role and m.user_id != user.pk for m in holders):
            raise Conflict(
                "last_administrator",
                _("这是最后一个可用的%(role)s，不能停用；请先另设一个。") % {"role": own.get_role_display()},
            )
