"""Checks the audit log: every broken place as a Chinese sentence, exit 1 if there is any."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from ipdash.accounts.audit_check import verify
from ipdash.accounts.models import AuditHead


class Command(BaseCommand):
    help = str(_("核对审计日志：指出被修改、删除、调换或截断的位置。"))

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = verify()
        for found in breaks:
            self.stdout.write(found.message)
        head = AuditHead.objects.filter(pk=AuditHead.SINGLE).first()
        # Number and digest, noted elsewhere, are what a replaced database would be compared with.
        count, digest = (0, "") if head is None else (head.count, head.digest)
        if breaks:
            self.stdout.write(_("共%(places)s处异常。") % {"places": len(breaks)})
            sys.exit(1)
        self.stdout.write(
            _("审计日志完整：共%(count)s条，末条校验值 %(digest)s。") % {"count": count, "digest": digest}
        )
