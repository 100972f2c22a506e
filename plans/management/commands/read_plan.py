"""Prints what an issued document says; stores nothing."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from plans.documents.blocks import Finding
from plans.documents.directory import unknown_units
from plans.documents.findings import limited
from plans.documents.places import Place, Places
from plans.documents.read import read_document
from plans.documents.results import Reading, as_data, as_json

REFUSED = 2


class Command(BaseCommand):
    help = str(_("读出一份已印发的规划（.txt、.md、.html、.docx、.pdf），打印标题、任务、指标和疑点；不保存。"))
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=str(_("规划文件")))
        parser.add_argument("--json", action="store_true", help=str(_("标准输出只有 JSON")))

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        reading = _read(file)
        if options["json"]:
            self.stdout.write(as_json(as_data(reading)))
        else:
            self._summary(reading)
        if reading.refused:
            raise SystemExit(REFUSED)

    def _summary(self, reading: Reading) -> None:
        header = reading.header
        if not reading.refused:
            self.stdout.write(f"{header.title or _('（没有认出标题）')}  {header.doc_number or ''}")
            self.stdout.write(
                _("章节 %(sections)d，任务 %(tasks)d，指标 %(indicators)d，名词解释 %(glossary)d")
                % {
                    "sections": len(reading.sections),
                    "tasks": len(reading.tasks),
                    "indicators": len(reading.indicators),
                    "glossary": len(reading.glossary),
                }
            )
        for finding in reading.findings:
            self.stdout.write(
                _("第 %(line)d 行：%(message)s  %(text)s")
                % {"line": finding.line, "message": finding.message, "text": finding.text[:60]}
            )


def _read(file: Path) -> Reading:
    """The reading, with the units that the shipped directory of the plan's region does not know, where it has one."""
    try:
        content = file.read_bytes()
    except OSError as error:
        message = _("无法打开文件“%(name)s”：%(reason)s") % {"name": file, "reason": error.strerror or error}
        return Reading(source=file.name, findings=[Finding(0, "file_not_opened", file.name, message)], refused=True)
    reading = read_document(content, file.name, places())
    known = _unit_names(reading.header.region_code)
    if known:
        reading.findings = limited([*reading.findings, *unknown_units(reading, known)])
    return reading


def _unit_names(region_code: str | None) -> set[str]:
    file = Path(settings.BASE_DIR) / "fixtures" / "units.json"
    units = [unit for unit in json.loads(file.read_text(encoding="utf-8")) if unit["region_code"] == region_code]
    return {unit["name"] for unit in units} | {alias["name"] for unit in units for alias in unit["aliases"]}


def places() -> Places:
    file = Path(settings.BASE_DIR) / "fixtures" / "regions.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        return Places.of(
            Place(row["code"], row["name"], row["short_name"], row["parent"])
            for row in csv.DictReader(rows, strict=True)
        )
