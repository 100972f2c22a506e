"""Makes the three administrators, once, each with a password for the first login alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from ipdash.accounts.passwords import one_time_password
from ipdash.accounts.services import create_user
from ipdash.core.errors import DomainError
from plans.models.membership import ADMINISTRATORS, Membership, Role
from plans.services.memberships import grant_role


class Command(BaseCommand):
    help = str(_("建立系统、安全、审计三个管理员，打印各自的一次性密码；已有的不再建立。"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = _make_missing()
        except DomainError as error:
            raise CommandError(str(error)) from error
        if not made:
            self.stdout.write(_("三个管理员都已建立，没有改动。"))
            return
        # Printed after the transaction: a password that opens nothing must not be handed over.
        for role, password in made:
            self.stdout.write(f"{role.value:<12}{role.label}  {password}")
        self.stdout.write(_("以上密码只显示这一次，首次登录须修改。请分别交给三个不同的人。"))


@transaction.atomic
def _make_missing() -> list[tuple[Role, str]]:
    made: list[tuple[Role, str]] = []
    for role in ADMINISTRATORS:
        if Membership.objects.filter(role=role, user__is_active=True).exists():
            continue
        password = one_time_password()
        user = create_user(username=role.value, display_name=str(role.label), password=password, actor=None)
        grant_role(user, role, actor=None)
        made.append((role, password))
    return made
