"""`backup DIR`: one file with everything, made while work goes on and read back before it counts as made."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.services.backups import back_up
from ipdash.core.errors import DomainError


class Command(BaseCommand):
    help = "Write a backup of database, uploaded files and secret key into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path, manifest = back_up(options["folder"], now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("已备份到 %(path)s：%(rows)s行数据、%(files)s个上传文件，共%(megabytes)s MB，已读回核对。")
            % {
                "path": path,
                "rows": sum(manifest.tables.values()),
                "files": sum(name.startswith("media/") for name in manifest.files),
                "megabytes": f"{path.stat().st_size / 1e6:.1f}",
            }
        )
        for message in manifest.facts["audit_breaks"]:
            self.stdout.write(_("注意，审计日志：%(message)s") % {"message": message})
        self.stdout.write(_("文件里有全部数据和密钥，请妥善保管，不要放在能公开访问的地方。"))
