"""Writing cells that are only what they seem: text is never a formula, numbers keep their digits.

openpyxl writes any text that begins with `=` as a live formula and raises on a control character; a CSV has no types,
so a program that opens it takes `=`, `+`, `-` or `@` at the beginning of a text for a formula.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ipdash.core.csv_text import FORMULA_BEGINNINGS, clean_text, csv_text
from ipdash.core.numbers import decimal_text

__all__ = ["clean_text", "csv_number", "csv_text", "fits_a_number", "inert_text", "put_number", "put_text"]

_EXACT_DIGITS = 15  # of a number in a workbook; more are kept as text
_ESCAPED = re.compile(r"_(x[0-9A-Fa-f]{4}_)")


def put_text(cell: Any, text: str) -> None:
    """Writes text into an openpyxl cell as text, whatever it begins with."""
    cell.value = inert_text(text)
    cell.data_type = "s"
    if text.startswith(FORMULA_BEGINNINGS):
        cell.quotePrefix = True


def inert_text(text: str) -> str:
    """The text as a cell holds it: “_x000D_” would be read back as the control character it stands for."""
    return _ESCAPED.sub(r"_x005F_\1", clean_text(text))


def fits_a_number(value: Decimal) -> bool:
    """Whether a workbook keeps all digits of the number."""
    return len(decimal_text(value).strip("-").replace(".", "").lstrip("0")) <= _EXACT_DIGITS


def put_number(cell: Any, value: Decimal | None) -> None:
    """Writes a decimal into an openpyxl cell: a number of at most 15 digits, text where a workbook would lose digits;
    nothing for `None`."""
    if value is None:
        return
    if fits_a_number(value):
        cell.value = value
    else:
        put_text(cell, decimal_text(value))


def csv_number(value: Decimal | None) -> str:
    """A decimal as plain digits, "" for `None`."""
    return "" if value is None else decimal_text(value)
