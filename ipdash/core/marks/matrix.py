"""Rows of a large table as ready text: a cell made by the template engine costs as much as a whole row made here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ipdash.core.display import light_words, status_word
from ipdash.core.marks.shapes import drawing_of

_NAMES = {"✓": "check", "●": "dot", "▲": "up", "■": "square", "○": "ring", "–": "dash"}


class MatrixCell(NamedTuple):
    """A result in a matrix: its status, the number as text, and where it leads; None in a matrix is a blank cell."""

    status: str
    text: str
    href: str


class LetterCell(NamedTuple):
    """What a unit has to do with a row: letters, and the words they stand for."""

    letters: str
    words: str


def matrix_symbols() -> SafeString:
    """The shapes that the cells refer to, once a page, drawn nowhere by themselves."""
    symbols = "".join(
        f'<symbol id="mark-{name}" viewBox="0 0 10 10">{drawing_of(mark)}</symbol>' for mark, name in _NAMES.items()
    )
    # Constants alone.
    return mark_safe(f'<svg class="symbols" width="0" height="0" aria-hidden="true">{symbols}</svg>')  # noqa: S308


def matrix_cells(cells: Iterable[MatrixCell | None], blank: str) -> SafeString:
    """The `<td>`s of one row: shape, number and, for screen readers, the word; `blank` says what an empty cell means."""
    empty = f'<td class="blank"><span class="visually-hidden">{conditional_escape(blank)}</span></td>'
    language = get_language()
    parts = []
    for cell in cells:
        if cell is None:
            parts.append(empty)
            continue
        status, text, href = cell
        frame = _frame(status, language)
        parts.append(frame[0] + _escaped(href) + frame[1] + _escaped(text) + frame[2])
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


@cache
def _frame(status: str, _language: str | None) -> tuple[str, str, str]:
    """What stands before the address, between it and the number, and after; the word looked up once a language."""
    word = status_word(status)
    label = conditional_escape(str(word.label))
    return (
        f'<td class="n {word.light}"><a href="',
        f'">{use(word.mark)}',
        f'<span class="visually-hidden"> {label}</span></a></td>',
    )


_MARKUP = re.compile("[<>&\"']")


def _escaped(text: str) -> str:
    return conditional_escape(text) if _MARKUP.search(text) else text


def letter_cells(cells: Iterable[LetterCell | None]) -> SafeString:
    """The `<td>`s of one row of letters, with the words behind each as hint and for screen readers."""
    parts = []
    for cell in cells:
        if cell is None:
            parts.append("<td></td>")
            continue
        words = conditional_escape(cell.words)
        parts.append(
            f'<td><abbr title="{words}"><span aria-hidden="true">{conditional_escape(cell.letters)}</span>'
            f'<span class="visually-hidden">{words}</span></abbr></td>'
        )
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


def status_tag(status: str) -> SafeString:
    """A status as colour, shape and word, for pages with `matrix_symbols`: a third of the tag that brings its own shape."""
    return _status_tag(status, get_language())


@cache
def _status_tag(status: str, _language: str | None) -> SafeString:
    word = status_word(status)
    label = conditional_escape(str(word.label))
    return mark_safe(f'<span class="tag {word.light}">{use(word.mark)}{label}</span>')  # noqa: S308 - escaped above


def light_total(lights: dict[str, int]) -> SafeString:
    """How many there are of each light that occurs, as shapes with numbers: ● 9 ▲ 2."""
    language = get_language()
    parts = []
    for light, count in lights.items():
        if count:
            before, after = _count_frame(light, language)
            parts.append(f"{before}{count}{after}")
    return mark_safe(" ".join(parts))  # noqa: S308 - every part is escaped above


@cache
def _count_frame(light: str, _language: str | None) -> tuple[str, str]:
    word = light_words[light]
    label = conditional_escape(str(word.label))
    return (
        f'<span class="count c-{light}">{use(word.mark)}',
        f'<span class="visually-hidden">{label}</span></span>',
    )


def use(mark: str) -> str:
    """A reference to one of `matrix_symbols`."""
    return f'<svg class="m" aria-hidden="true"><use href="#mark-{_NAMES[mark]}"/></svg>'
