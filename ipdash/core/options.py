"""The choices of a `<select>` as ready text: a page of many plans, indicators and quarters has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe


def options(choices: Iterable[tuple[object, object]], chosen: object = None) -> SafeString:
    """`<option>`s of (value, text), the chosen one selected."""
    asked = str(chosen)
    parts = [
        f'<option value="{escape(str(value))}"{" selected" if str(value) == asked else ""}>{escape(str(text))}</option>'
        for value, text in choices
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above
