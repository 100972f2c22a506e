"""`verify_attainment`: every stored result against a computation from nothing; exit 1 if any differs."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.services.verification import verify_all
from ipdash.core import clock


class Command(BaseCommand):
    help = "Compare every stored result with a computation from nothing and list the differences."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_all(today=clock.today())
        for difference in found.shown:
            changes = "；".join(f"{name} {old} ≠ {new}" for name, (old, new) in difference.fields.items())
            self.stdout.write(
                _("目标%(line)s %(quarter)s：%(changes)s")
                % {"line": difference.line_id, "quarter": difference.quarter, "changes": changes}
            )
        if found.waiting:
            self.stdout.write(_("另有%(count)s项目标正等待重算，未作判断。") % {"count": found.waiting})
        if found.differing:
            self.stdout.write(_("共%(count)s条结果与从头计算不一致。") % {"count": found.differing})
            for plan in found.plans:
                self.stdout.write(
                    _("查明原因后重算：%(command)s")
                    % {"command": f"python3 manage.py recompute_attainment --all --plan {plan}"}
                )
            sys.exit(1)
        self.stdout.write(_("全部%(count)s条结果与从头计算一致。") % {"count": found.rows})
