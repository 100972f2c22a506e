"""A change of one stored object that somebody has looked at: what differs, and whether it still stands as they saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict


@dataclass
class Changes:
    """Old and new values by name, of what differs alone."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.after)

    def note(self, name: str, old: object, new: object) -> None:
        """Adds a change that is not a field of the row itself; equal values are none."""
        if old != new:
            self.before[name], self.after[name] = old, new

    def touches(self, *names: str) -> bool:
        return any(name in self.after for name in names)


def differences(stored: models.Model, wanted: Mapping[str, Any]) -> Changes:
    """What of `wanted` differs from the row as stored (which the caller has locked)."""
    changes = Changes()
    for name, value in wanted.items():
        changes.note(name, getattr(stored, name), value)
    return changes


def refuse_stale(stored: models.Model, version: int | None, changes: Changes) -> None:
    """Raises `Conflict` (`stale_version`) with both values where the row is no longer the one that was seen.

    None asks for no check. A change that says nothing new is never stale.
    """
    current: int = stored.version  # type: ignore[attr-defined]  # every model that is changed in place has one
    if version is None or version == current or not changes:
        return
    sentence = _("现为“%(theirs)s”，您填写的是“%(yours)s”。")
    details = {
        name: [sentence % {"theirs": _text(changes.before[name]), "yours": _text(changes.after[name])}]
        for name in changes.after
    }
    raise Conflict("stale_version", _("这条记录刚被他人修改，您的改动没有保存；请核对后重新提交。"), details)


def _text(value: object) -> str:
    return "—" if value is None or value == "" else str(value)


def write(stored: models.Model, changes: Changes, fields: Mapping[str, Any]) -> None:
    """Sets the fields that differ and raises the version; the caller saves them after its checks with `save_changed`."""
    for name in fields:
        if name in changes.after:
            setattr(stored, name, changes.after[name])
    stored.version += 1  # type: ignore[attr-defined]


def save_changed(stored: models.Model, changes: Changes, fields: Mapping[str, Any]) -> None:
    stored.save(update_fields=[*(name for name in fields if name in changes.after), "version"])
