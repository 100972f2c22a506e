"""`manage.py try_rules FILE`: works out the cases of a JSON file with the product's own rules, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.rules.case_reading import CaseRefused
from indicators.rules.cases import run_case


class Command(BaseCommand):
    """Prints a JSON list of names and results; a file that cannot be read ends with a sentence and exit code 2."""

    help = "Work out the attainment cases in FILE with the product's own rules; prints a JSON list."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help=_("案例文件（JSON）"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cases = read_cases(Path(options["file"]))
            results = [run_case(case, position) for position, case in enumerate(cases, 1)]
        except CaseRefused as refusal:
            self.stderr.write(str(refusal))
            raise SystemExit(2) from None
        self.stdout.write(json.dumps(results, ensure_ascii=False, indent=1))


def read_cases(path: Path) -> list[object]:
    """The list of cases in a file; raises `CaseRefused` where it is not there, not JSON or not a list."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise CaseRefused(_("无法读取文件“%(path)s”：请检查文件是否存在、是否可读。") % {"path": path}) from None
    except UnicodeDecodeError:
        raise CaseRefused(_("文件“%(path)s”不是 UTF-8 编码的文本，请另存为 UTF-8 后再试。") % {"path": path}) from None
    except json.JSONDecodeError as error:
        where = {"path": path, "line": error.lineno, "column": error.colno}
        raise CaseRefused(
            _("文件“%(path)s”第 %(line)s 行第 %(column)s 列不是有效的 JSON，请改正后再试。") % where
        ) from None
    except (RecursionError, ValueError):
        raise CaseRefused(_("文件“%(path)s”的内容过深或数字过长，不是案例文件。") % {"path": path}) from None
    if not isinstance(content, list):
        raise CaseRefused(_("文件“%(path)s”的最外层应为案例的列表 […]。") % {"path": path})
    return content
