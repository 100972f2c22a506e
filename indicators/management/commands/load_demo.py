"""`load_demo`: the five plans, units, regions, accounts and figures of the demonstration; twice changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from indicators.services.demo import load_demo
from ipdash.core.errors import DomainError
from ipdash.launch import demo


class Command(BaseCommand):
    help = "Load the demonstration into a database that nobody works with; twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="also beside accounts and plans that are not the demo's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The demonstration has a day of its own, whatever the calendar says.
        today = settings.TODAY_OVERRIDE or date.fromisoformat(demo.DAY)
        try:
            loaded = load_demo(
                settings.BASE_DIR / "fixtures", password=demo.PASSWORD, today=today, force=options["force"]
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        if not options["verbosity"]:
            return
        if loaded:
            self.stdout.write(
                _(
                    "已载入演示数据：规划%(plans)s个、单位%(units)s个、指标%(indicators)s个、填报数据%(figures)s条、账号%(accounts)s个。"
                )
                % loaded.added
            )
        else:
            self.stdout.write(_("演示数据已经载入过，没有改动。"))
