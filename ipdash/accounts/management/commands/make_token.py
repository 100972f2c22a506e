"""Prints an API token for a user. It is shown this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ipdash.accounts.models import User
from ipdash.accounts.services import issue_token


class Command(BaseCommand):
    help = str(_("为用户生成一个接口令牌并打印出来；令牌只显示这一次。"))

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help=_("用户名"))
        parser.add_argument("--name", default="make_token", help=_("令牌的用途"))

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(_("没有名为“%(name)s”的用户。") % {"name": options["username"]})
        if not user.is_active:
            raise CommandError(_("用户“%(name)s”已停用，不能生成令牌。") % {"name": options["username"]})
        _token, secret = issue_token(user, options["name"], actor=None)
        self.stdout.write(secret)
