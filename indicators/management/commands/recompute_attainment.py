"""`recompute_attainment [--all] [--plan ID]`: computes at once, without a worker."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from indicators.services.recompute import recompute_plans
from ipdash.core import clock
from plans.models import Plan


class Command(BaseCommand):
    help = "Recompute the results of changed target lines (--all: of every line)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="every line, changed or not")
        parser.add_argument("--plan", type=int, metavar="ID", help="one plan alone")

    def handle(self, *args: Any, **options: Any) -> None:
        plans = Plan.objects.defer("source_text").order_by("pk")
        if options["plan"] is not None:
            plans = plans.filter(pk=options["plan"])
            if not plans:
                raise CommandError(_("没有编号为%(id)s的规划。") % {"id": options["plan"]})
        done = recompute_plans([plan.pk for plan in plans], today=clock.today(), everything=options["all"])
        for plan, counts in zip(plans, done, strict=True):
            self.stdout.write(
                _("%(plan)s：计算%(lines)s条目标，写入%(written)s条结果，删除%(removed)s条。")
                % {"plan": plan.title, "lines": counts.lines, "written": counts.written, "removed": counts.removed}
            )
