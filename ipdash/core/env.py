"""Typed readers of environment variables. They fail loudly: a wrong setting must stop the start, not a quarter's end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date


class SettingError(Exception):
    """An environment variable has a value that cannot be used."""


class Env:
    """Reads settings from a mapping, by default the process environment."""

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source

    def text(self, name: str, default: str = "") -> str:
        return self._source.get(name, default).strip()

    def flag(self, name: str, default: bool = False) -> bool:
        raw = self.text(name).lower()
        if raw == "":
            return default
        if raw in {"1", "true", "yes", "on"}:
            return True
        if raw in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{name}={raw!r}: expected one of 1, 0, true, false, yes, no, on, off.")

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        raw = self.text(name)
        if raw == "":
            return default
        if not raw.isascii() or not raw.isdigit() or int(raw) < least:
            raise SettingError(f"{name}={raw!r}: expected a whole number of at least {least}.")
        return int(raw)

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Comma-separated words."""
        raw = self.text(name)
        return [word.strip() for word in raw.split(",") if word.strip()] if raw else list(default)

    def day(self, name: str) -> date | None:
        raw = self.text(name)
        if raw == "":
            return None
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise SettingError(f"{name}={raw!r}: expected a day as 2025-10-12.") from None
