"""`bench [NAME…] [--json]`: how long each job takes beside its floor; exit 1 if a goal is missed, 2 if data is lacking."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from indicators.bench.registry import ROUNDS, Broken, Lacking, Measure, Options, Spec, all_benches, limit_words

MISSED, LACKING = 1, 2


class Command(BaseCommand):
    help = "Measure jobs beside their floors and compare with the goals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="which benches; none: all of them")
        parser.add_argument("--json", action="store_true", help="JSON alone on standard output")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="repetitions of each job; the median counts")
        parser.add_argument("--list", action="store_true", help="name the benches and measure nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        benches = all_benches()
        if options["list"]:
            for spec in benches.values():
                self.stdout.write(f"{spec.name}  {spec.title}")
            return
        unknown = sorted(set(options["names"]) - set(benches))
        if unknown:
            raise CommandError(
                _("没有名为 %(name)s 的测速项；现有：%(known)s。") % {"name": unknown[0], "known": "、".join(benches)}
            )
        if options["rounds"] < 1:
            raise CommandError(_("--rounds 至少为 1。"))
        chosen = [benches[name] for name in options["names"]] or list(benches.values())
        self._json: bool = options["json"]
        reports = [self._run(spec, Options(rounds=options["rounds"])) for spec in chosen]
        if self._json:
            self.stdout.write(json.dumps({"machine": _machine(), "benches": reports}, ensure_ascii=False, indent=1))
        if any(report["reached"] is False for report in reports):
            sys.exit(MISSED)
        if any("lacking" in report for report in reports):
            sys.exit(LACKING)

    def _run(self, spec: Spec, options: Options) -> dict[str, Any]:
        report: dict[str, Any] = {"name": spec.name, "title": str(spec.title), "reached": None}
        self._say(f"{spec.name}  {spec.title}")
        measures: list[Measure] = []
        try:
            for measure in spec.run(options):
                measures.append(measure)
                self._say("  " + sentence(measure))
        except Lacking as error:
            report["lacking"] = str(error)
            self._say("  " + _("未测：%(reason)s") % {"reason": error})
        except Broken as error:
            report["broken"], report["reached"] = str(error), False
            self._say("  " + _("测不成：%(reason)s") % {"reason": error})
        report["measures"] = [{**asdict(each), "ratio": each.ratio, "reached": each.reached} for each in measures]
        judged = [each.reached for each in measures if each.reached is not None]
        if judged and report["reached"] is None:
            report["reached"] = all(judged)
        return report

    def _say(self, line: str) -> None:
        if not self._json:
            self.stdout.write(line)
            self.stdout.flush()


def sentence(measure: Measure) -> str:
    """One measure as one line."""
    words = [f"{measure.what} {number(measure.value)} {measure.unit}"]
    if measure.floor is not None:
        words.append(_("基准 %(floor)s %(unit)s") % {"floor": number(measure.floor), "unit": measure.unit})
        words.append(_("之比 %(ratio)s") % {"ratio": "—" if measure.ratio is None else f"{measure.ratio:.3g}"})
    if limits := limit_words(measure):
        verdict = _("达到") if measure.reached else _("未达到")
        words.append(_("目标 %(limits)s：%(verdict)s") % {"limits": limits, "verdict": verdict})
    if measure.note:
        words.append(measure.note)
    return _("，").join(words)


def number(value: float) -> str:
    """Three significant digits, whole from a hundred on."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _machine() -> dict[str, Any]:
    """What the numbers depend on besides the code."""
    return {
        "cpus": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "python": platform.python_version(),
        "database": connection.vendor,
    }
