"""`make_national_data`: synthetic plans, targets and figures of the nation's size, to measure with."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from indicators.services.national_data import make_national_data
from ipdash.core.errors import DomainError


class Command(BaseCommand):
    help = "Load synthetic data of the nation's size (no real figures), to measure with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--regions", type=int, default=3200, help="how many regions of the tree, from the top")
        parser.add_argument("--indicators", type=int, default=50, help="target lines a region")
        parser.add_argument("--years", type=int, default=10, help="years up to 2025")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other figures")
        parser.add_argument("--force", action="store_true", help="beside real plans too")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least, most in (("regions", 34, 4000), ("indicators", 1, 1000), ("years", 1, 50)):
            if not least <= options[name] <= most:
                raise CommandError(
                    _("--%(name)s 应在%(least)s至%(most)s之间。") % {"name": name, "least": least, "most": most}
                )
        began = time.monotonic()
        self.stdout.write(_("以下全部是合成数据，不是真实数据。"))
        try:
            made = make_national_data(
                regions=options["regions"], indicators=options["indicators"], years=options["years"],
                seed=options["seed"], force=options["force"], say=self._say,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(str(error)) from error
        there = _("已载入合成数据") if made.fresh else _("合成数据原已载入，没有改动")
        self.stdout.write(
            _("%(there)s：%(plans)s个规划，%(lines)s条目标，%(targets)s个年度目标，%(figures)s个填报数据（%(seconds).0f 秒）。")
            % {
                "there": there, "plans": made.plans, "lines": made.lines, "targets": made.targets,
                "figures": made.figures, "seconds": time.monotonic() - began,
            }
        )  # fmt: skip
        if made.fresh:
            self.stdout.write(_("完成情况尚未计算，请运行 recompute_attainment。"))

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
