"""Translated words for lists of thousands of rows: looked up once a language instead of once a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, trans_real

_KEPT = "_ipdash_words"
_catalogue: ContextVar[Any] = ContextVar("catalogue", default=None)


def say(message: str) -> str:
    """`gettext`, remembered. The memory lies with the language's catalogue and goes with it."""
    catalogue = _catalogue.get() or _current()
    kept: dict[str, str] = catalogue.__dict__.setdefault(_KEPT, {})
    known = kept.get(message)
    if known is None:
        known = kept[message] = catalogue.gettext(message)
    return known


@contextmanager
def one_language() -> Iterator[None]:
    """Inside, `say` does not ask each time anew which language is spoken; for loops over many rows."""
    token = _catalogue.set(_current())
    try:
        yield
    finally:
        _catalogue.reset(token)


def _current() -> Any:
    return trans_real.translation(get_language() or settings.LANGUAGE_CODE)
