"""Prints what a statistics workbook says; stores nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from indicators.workbooks.files import read_bytes
from indicators.workbooks.mapping.apply import apply, read_figures
from indicators.workbooks.mapping.correct import usable
from indicators.workbooks.mapping.memory import recall
from indicators.workbooks.mapping.model import Hints, Mapping, Reading, Reference
from indicators.workbooks.reference_files import reference_of
from indicators.workbooks.results import Finding
from indicators.workbooks.sentences import figure_sentence, with_messages
from ipdash.core.errors import DomainError

REFUSED = 2


class Command(BaseCommand):
    help = str(_("读出一份统计数据文件（.xlsx、.xls、.csv），打印每个数据的地区、指标、时期和疑点；不保存。"))
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=str(_("数据文件")))
        parser.add_argument("--json", action="store_true", help=str(_("标准输出只有 JSON")))
        parser.add_argument("--year", type=int, help=str(_("文件没有写明时期时所用的年份")))
        parser.add_argument("--quarter", type=int, choices=(1, 2, 3, 4), help=str(_("文件没有写明时期时所用的季度")))
        parser.add_argument("--indicator", help=str(_("文件没有写明指标时所用的指标编码")))
        help_text = _("已保存的对应关系的来源名，或对应关系文件（--json 输出中的 mapping）")
        parser.add_argument("--mapping", help=str(help_text))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        reference = reference_of(Path(settings.BASE_DIR) / "fixtures")
        hints = _hints(options, reference)
        named: str | None = options["mapping"]
        given = Path(named) if named and Path(named).exists() else None
        saved = _saved(named) if named and given is None else None
        mapping = _mapping(given)
        try:
            content = file.read_bytes()
        except OSError as error:
            self.stderr.write(
                _("无法打开文件“%(name)s”：%(reason)s") % {"name": file, "reason": error.strerror or error}
            )
            raise SystemExit(REFUSED) from error
        read = read_bytes(content, file.name)
        reading = read_figures(read, reference, hints, mapping)
        if saved is not None and not reading.refused:
            reading = apply(recall(reading.mapping, usable(saved, reference)), read, reference, hints)
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(reading), ensure_ascii=False, indent=1))
        else:
            self._summary(reading)
        if reading.refused:
            raise SystemExit(REFUSED)

    def _summary(self, reading: Reading) -> None:
        counts: dict[str, int] = {}
        for row in reading.rows:
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
        if not reading.refused:
            words = _verdict_words()
            self.stdout.write(
                _("数据表 %(tables)d 张，数据 %(rows)d 个：%(counts)s")
                % {
                    "tables": len(reading.mapping.tables),
                    "rows": len(reading.rows),
                    "counts": "，".join(f"{words[verdict]} {count}" for verdict, count in counts.items()) or "0",
                }
            )
        for finding in with_messages(reading.findings):
            self.stdout.write(f"{finding.sheet} {finding.address} {finding.message}".strip())
        for row in reading.rows:
            if row.verdict in ("question", "refused"):
                self.stdout.write(f"{row.sheet} {row.cell} {figure_sentence(row.code, row.params)}".strip())


def _verdict_words() -> dict[str, str]:
    return {
        "ok": _("可读取"), "question": _("待确认"), "missing": _("无数据"), "total": _("合计"), "derived": _("派生"),
        "duplicate": _("重复"), "refused": _("拒绝"),
    }  # fmt: skip


def _hints(options: dict[str, Any], reference: Reference) -> Hints:
    indicator = options["indicator"]
    if indicator is not None and indicator not in reference.indicators.by_code:
        raise CommandError(_("指标目录中没有编码“%(code)s”。") % {"code": indicator}, returncode=REFUSED)
    if options["quarter"] is not None and options["year"] is None:
        raise CommandError(_("给出季度时也要给出年份（--year）。"), returncode=REFUSED)
    return Hints(options["file"].name, options["year"], options["quarter"], indicator)


def _saved(name: str) -> Mapping:
    """What was settled for a source, by its name."""
    from indicators.services.saved_mappings import saved_under

    try:
        return Mapping.from_json(saved_under(name))
    except DomainError as error:
        raise CommandError(str(error), returncode=REFUSED) from error


def _mapping(file: Path | None) -> Mapping | None:
    if file is None:
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Mapping.from_json(data.get("mapping", data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = _("无法读取对应关系文件“%(name)s”：应为 read_workbook --json 输出的 JSON。") % {"name": file}
        raise CommandError(message, returncode=REFUSED) from error


def _as_data(reading: Reading) -> dict[str, Any]:
    return {
        "rows": [row.to_json(figure_sentence(row.code, row.params)) for row in reading.rows],
        "findings": [_finding(finding) for finding in with_messages(reading.findings)],
        "mapping": reading.mapping.to_json(),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "level": finding.level, "sheet": finding.sheet, "cell": finding.address or None,
        "row": finding.row, "column": finding.column, "message": finding.message,
    }  # fmt: skip
