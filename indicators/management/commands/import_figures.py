"""`manage.py import_figures FILE --user NAME`: a file of figures, through the same service as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from indicators.models import Upload, UploadRow
from indicators.services import uploads
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.errors import DomainError

REFUSED = 2  # exit code for a file that is refused as a whole


class Command(BaseCommand):
    help = _("读取一份填报数据文件，并以所给用户的身份入库（提交审核）")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, help=_("以谁的身份入库"))
        parser.add_argument("--all-or-nothing", action="store_true", help=_("有错全不入库"))
        parser.add_argument("--confirm", action="store_true", help=_("需要确认的读法全部确认"))

    def handle(self, *_args: Any, **options: Any) -> None:
        actor = User.objects.filter(username=options["user"], is_active=True).first()
        if actor is None:
            raise CommandError(_("没有用户“%(name)s”，或该用户已停用。") % {"name": options["user"]})
        try:
            self._run(actor, options)
        except DomainError as refused:
            raise CommandError(str(refused)) from None

    def _run(self, actor: User, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                upload = uploads.receive(actor, file, path.name, clock.today())
        except OSError as missing:
            raise CommandError(
                _("打不开文件 %(path)s：%(error)s") % {"path": path, "error": missing.strerror}
            ) from None
        for finding in upload.findings:
            self.stderr.write(f"{finding['cell']} {finding['message']}".strip())
        if upload.state == Upload.State.REFUSED:
            raise CommandError(_("文件被拒绝，没有入库任何数据。"), returncode=REFUSED)
        upload = uploads.preview(actor, upload, clock.today())
        questions = UploadRow.objects.filter(upload=upload, verdict=UploadRow.Verdict.QUESTION)
        confirmed = set(questions.values_list("pk", flat=True)) if options["confirm"] else set()
        all_or_nothing: bool = options["all_or_nothing"]
        counts = uploads.commit(actor, upload, all_or_nothing=all_or_nothing, confirmed=confirmed, today=clock.today())
        left = [UploadRow.Verdict.REFUSED, UploadRow.Verdict.QUESTION]
        for message in UploadRow.objects.filter(upload=upload, verdict__in=left).values_list("message", flat=True):
            self.stderr.write(message)
        self.stdout.write(
            _(
                "共%(rows)s行：入库%(stored)s，未变%(unchanged)s，拒绝%(refused)s，待确认%(question)s，无数据%(missing)s。"
            )
            % counts
        )
