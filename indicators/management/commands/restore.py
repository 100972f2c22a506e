"""`restore FILE`: a backup is read, put beside, verified, and only then takes the place of what is in use."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.services.backups import examine, restore
from ipdash.core import clock
from ipdash.core.errors import DomainError


class Command(BaseCommand):
    help = "Restore a backup made by `backup`; --check reads it alone."
    requires_system_checks: list[str] = []  # what is in use may be what is broken

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="read the backup and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                manifest = examine(options["file"])
                self.stdout.write(
                    _("备份完好：%(at)s 写成，%(rows)s行数据、%(files)s个文件。没有改动任何数据。")
                    % {"at": manifest.created_at, "rows": sum(manifest.tables.values()), "files": len(manifest.files)}
                )
                return
            done = restore(options["file"], now=timezone.now(), today=clock.today)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _(
                "已恢复并核对：%(rows)s行数据，审计日志完整衔接，%(results)s条完成情况与从头计算一致。所有人需要重新登录。"
            )
            % {"rows": done.rows, "results": done.results}
        )
        if done.kept:
            self.stdout.write(_("恢复前的数据库保留为 %(kept)s，确认无误后可以删除。") % {"kept": done.kept})
