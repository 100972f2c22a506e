"""`check_data`: every integrity rule over the stored data; what, where, what to do; exit 1 if any is broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.selectors.integrity import RULES, check
from indicators.selectors.integrity.rule import LISTED
from ipdash.core import clock


class Command(BaseCommand):
    help = "Check the stored data against every integrity rule."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check(clock.today())
        for finding in findings:
            self.stdout.write(
                _("%(what)s（%(count)s处，%(code)s）")
                % {"what": finding.rule.what, "count": finding.count, "code": finding.rule.code}
            )
            for place in finding.places:
                self.stdout.write(f"    {place}")
            if finding.count > LISTED:
                self.stdout.write("    " + _("……另有%(count)s处") % {"count": finding.count - LISTED})
            self.stdout.write("  " + _("怎么办：%(remedy)s") % {"remedy": finding.rule.remedy})
        if findings:
            self.stdout.write(
                _("核对了%(rules)s条规则，%(broken)s条不符。") % {"rules": len(RULES), "broken": len(findings)}
            )
            sys.exit(1)
        self.stdout.write(
            _("核对了%(rules)s条规则，没有发现问题。结果与从头计算的对照请运行 verify_attainment。")
            % {"rules": len(RULES)}
        )
