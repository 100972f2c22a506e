"""Gives one of the three administrators a password for the next login alone; the accounts page refuses to."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ipdash.core.errors import DomainError
from plans.services.accounts import reset_administrator


class Command(BaseCommand):
    help = str(_("解锁一个管理员账号，重置并打印其一次性密码。"))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            password = reset_administrator(options["username"])
        except DomainError as error:
            raise CommandError(_("没有用户名为“%(name)s”的管理员。") % {"name": options["username"]}) from error
        self.stdout.write(f"{options['username']}  {password}")
        self.stdout.write(_("以上密码只显示这一次，下次登录须修改。"))
