"""`manage.py import_plan FILE [--user NAME]`: an issued document stored as a draft, as the page does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ipdash.accounts.models import User
from ipdash.core.errors import DomainError
from plans.services.imports import Received, receive_plan
from plans.services.reading import read_plan

REFUSED = 2  # exit code for a file that is not read


class Command(BaseCommand):
    help = str(_("读出一份已印发的规划，存为导入草稿，打印核对页面的地址"))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=str(_("规划文件")))
        parser.add_argument("--user", help=str(_("以谁的身份读入；不写则由系统读入，适用区划的局工作人员都能接着做")))

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        actor = self._actor(options["user"])
        try:
            content = file.read_bytes()
        except OSError as error:
            message = _("无法打开文件“%(name)s”：%(reason)s") % {"name": file, "reason": error.strerror or error}
            raise CommandError(message, returncode=REFUSED) from None
        try:
            received = receive_plan(actor, read_plan(content, file.name), file.name)
        except DomainError as refused:
            raise CommandError(str(refused), returncode=REFUSED) from None
        self._tell(received)

    def _actor(self, name: str | None) -> User | None:
        if name is None:
            return None
        actor = User.objects.filter(username=name, is_active=True).first()
        if actor is None:
            raise CommandError(_("没有用户“%(name)s”，或该用户已停用。") % {"name": name})
        found: User = actor
        return found

    def _tell(self, received: Received) -> None:
        if received.plan is not None:
            self.stdout.write(_("这份文件已经导入为《%(title)s》，没有重复导入。") % {"title": received.plan.title})
            self.stdout.write(f"/plans/{received.plan.pk}/document/")
            return
        draft = received.draft
        assert draft is not None  # noqa: S101 - what is received is a plan or a draft
        if not received.created:
            self.stdout.write(_("这份文件已有一份没有完成的导入草稿。"))
        for finding in draft.findings:
            words = {"line": finding["line"], "message": finding["message"]}
            self.stderr.write(_("第 %(line)d 行：%(message)s") % words)
        self.stdout.write(f"/import/{draft.pk}/")
