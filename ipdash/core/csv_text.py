"""Text for a CSV, which has no types: a program that opens it takes `=`, `+`, `-` or `@` at the beginning for a formula."""

from __future__ import annotations

import re

LONGEST = 32_767  # characters of a cell
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without control characters, at most as long as a cell."""
    return _CONTROLS.sub("", text)[:LONGEST]


def csv_text(text: str) -> str:
    """A text field of a CSV that no program takes for a formula: such a beginning gets an apostrophe in front."""
    text = clean_text(text)
    return "'" + text if text.startswith(FORMULA_BEGINNINGS) else text
