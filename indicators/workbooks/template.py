"""The product's own table to fill in, for one unit and one quarter: as a workbook and as CSV.

What is filled in comes back through `files.read_file` and `template_rows.read_template`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from indicators.workbooks import columns
from indicators.workbooks.inert import clean_text, csv_number, csv_text, put_number, put_text


@dataclass(frozen=True)
class TemplateLine:
    """One figure to be filled in: an indicator of a region. Values are in the indicator's reporting basis and unit;
    `value` is what is already there for the quarter. `basis` is its Chinese name (期末数, 当季, 本年累计)."""

    indicator_code: str
    indicator_name: str
    region_code: str
    region_name: str
    unit: str
    basis: str
    previous: Decimal | None = None
    year_ago: Decimal | None = None
    value: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class TemplateSpec:
    """One table: who fills it in, for which quarter, until when; `demo` marks it as demonstration data."""

    unit_id: int
    unit_name: str
    year: int
    quarter: int
    due: date | None
    lines: Sequence[TemplateLine]
    demo: bool = False


_HEADER_ROW = 4
_WIDTHS = (22, 34, 14, 14, 11, 11, 15, 15, 17, 30)
_GREY = PatternFill("solid", fgColor="FFE9EDF2")
_INPUT = PatternFill("solid", fgColor="FFFFF9E5")
_THIN = Side(style="thin", color="FFB8C0CC")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LARGEST = "999999999999.999999"


def build_template(spec: TemplateSpec) -> bytes:
    """The .xlsx for `spec`: header and prefilled cells locked (without a password), 本季值 and 备注 open to input."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "填报"
    _write_head(sheet, spec)
    for row, line in enumerate(spec.lines, _HEADER_ROW + 1):
        _write_line(sheet, row, line)
    last = _HEADER_ROW + max(1, len(spec.lines))
    _add_validation(sheet, last)
    _set_up(sheet, last)
    _write_meta(book.create_sheet(columns.META_SHEET), spec)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def build_csv_template(spec: TemplateSpec) -> bytes:
    """The same as CSV: UTF-8 with a mark, so that Excel and WPS know it; year and quarter are columns."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(columns.CSV)
    for line in spec.lines:
        numbers = [csv_number(line.previous), csv_number(line.year_ago), csv_number(line.value)]
        texts = (line.indicator_code, line.indicator_name, line.region_code, line.region_name, line.unit, line.basis)
        writer.writerow([*map(csv_text, texts), spec.year, spec.quarter, *numbers, csv_text(line.note)])
    return target.getvalue().encode("utf-8-sig")


def _write_head(sheet: Any, spec: TemplateSpec) -> None:
    title = _("%(unit)s %(year)s年第%(quarter)s季度指标数据填报表") % {
        "unit": spec.unit_name, "year": spec.year, "quarter": spec.quarter
    }  # fmt: skip
    if spec.demo:
        title = _("（演示数据）") + title
    due = _("截止日期：%(day)s") % {"day": f"{spec.due.year}年{spec.due.month}月{spec.due.day}日"} if spec.due else ""
    hint = _(
        "只填写“本季值”和“备注”两列，按“计量单位”和“填报口径”填写数字；没有数据的留空，确为零的填 0。请勿改动表头。"
    )
    for row, text in enumerate((title, due, hint), 1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns.TEMPLATE))
        put_text(sheet.cell(row, 1), text)
        sheet.cell(row, 1).alignment = Alignment(horizontal="center" if row == 1 else "left", vertical="center")
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.cell(3, 1).font = Font(color="FF5A6472")
    sheet.row_dimensions[1].height = 30
    for column, name in enumerate(columns.TEMPLATE, 1):
        cell = sheet.cell(_HEADER_ROW, column)
        put_text(cell, name)
        cell.font, cell.fill, cell.border = Font(bold=True), _GREY, _BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _write_line(sheet: Any, row: int, line: TemplateLine) -> None:
    texts = (line.indicator_code, line.indicator_name, line.region_code, line.region_name, line.unit, line.basis)
    for column, text in enumerate(texts, 1):
        put_text(sheet.cell(row, column), text)
        sheet.cell(row, column).number_format = "@"  # 500120 stays a code when somebody types into the cell
    for column, value in enumerate((line.previous, line.year_ago, line.value), 7):
        put_number(sheet.cell(row, column), value)
        sheet.cell(row, column).number_format = "General"
    if line.note:
        put_text(sheet.cell(row, 10), line.note)
    for column in range(1, len(columns.TEMPLATE) + 1):
        cell = sheet.cell(row, column)
        cell.border = _BORDER
        cell.alignment = Alignment(vertical="center", wrap_text=column in (2, 10))
        if columns.TEMPLATE[column - 1] in (columns.VALUE, columns.NOTE):
            cell.fill, cell.protection = _INPUT, Protection(locked=False)


def _add_validation(sheet: Any, last: int) -> None:
    validation = DataValidation(
        type="decimal", operator="between", formula1="-" + _LARGEST, formula2=_LARGEST, allow_blank=True,
        showErrorMessage=True, showInputMessage=True,
    )  # fmt: skip
    validation.errorTitle = _("不是有效的数值")
    validation.error = _("请填写一个数字：整数部分最多12位，小数部分最多6位，不带单位和文字。没有数据的请留空。")
    validation.promptTitle = columns.VALUE
    validation.prompt = _("填写数字，不带单位；没有数据的留空，确为零的填 0。")
    letter = "ABCDEFGHIJ"[columns.TEMPLATE.index(columns.VALUE)]
    validation.add(f"{letter}{_HEADER_ROW + 1}:{letter}{last}")
    sheet.add_data_validation(validation)


def _set_up(sheet: Any, last: int) -> None:
    """Widths, frozen panes, protection, and printing on A4 across."""
    for letter, width in zip("ABCDEFGHIJ", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = sheet.cell(_HEADER_ROW + 1, 3)
    sheet.protection.sheet = True
    # Allowed without unprotecting: sort, filter, widen, and take rows out or in.
    for permission in ("sort", "autoFilter", "formatColumns", "formatRows", "insertRows", "deleteRows"):
        setattr(sheet.protection, permission, False)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.print_area = f"A1:J{last}"
    sheet.oddFooter.center.text = _("第 &P 页，共 &N 页")


def _write_meta(sheet: Any, spec: TemplateSpec) -> None:
    """What the table is, for `template_rows`; text throughout, so that no program reformats it."""
    values = {
        columns.META_VERSION: columns.VERSION,
        columns.META_YEAR: str(spec.year),
        columns.META_QUARTER: str(spec.quarter),
        columns.META_UNIT: str(spec.unit_id),
    }
    for row, (key, value) in enumerate(values.items(), 1):
        put_text(sheet.cell(row, 1), clean_text(key))
        put_text(sheet.cell(row, 2), clean_text(value))
        sheet.cell(row, 2).number_format = "@"
    sheet.sheet_state = "veryHidden"
    sheet.protection.sheet = True
