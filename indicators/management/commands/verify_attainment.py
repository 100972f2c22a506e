"""`verify_attainment`: every stored result against a computation from nothing; exit 1 if any differs."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.models import Attainment
from indicators.services.verification import verify
from ipdash.core import clock


class Command(BaseCommand):
    help = "Compare every stored result with a computation from nothing and list the differences."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = verify(today=clock.today())
        for difference in differences:
            changes = "；".join(f"{name} {old} ≠ {new}" for name, (old, new) in difference.fields.items())
            self.stdout.write(
                _("目标%(line)s %(quarter)s：%(changes)s")
                % {"line": difference.line_id, "quarter": difference.quarter, "changes": changes}
            )
        if differences:
            self.stdout.write(_("共%(count)s条结果与从头计算不一致。") % {"count": len(differences)})
            sys.exit(1)
        self.stdout.write(_("全部%(count)s条结果与从头计算一致。") % {"count": Attainment.objects.count()})
