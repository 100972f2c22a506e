"""Reads the whole audit log and names every place where it is not what was written."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from ipdash.accounts import triggers
from ipdash.accounts.audit import entry_is_sealed, head_is_sealed
from ipdash.accounts.models import AuditEntry, AuditHead

_ORDER_TRIED = 200  # edited entries among which a changed order is looked for; the search is quadratic


@dataclass(frozen=True)
class Break:
    """One broken place. `kind`: edited, removed, reordered, cut, detached, head, unprotected; `number`: the entry's."""

    kind: str
    number: int | None
    message: str


def verify() -> list[Break]:
    """Every broken place in the log, in its order; empty when it is whole.

    Appending goes on meanwhile: entries that are newer than the end read at the beginning are left for the next time.
    """
    head = AuditHead.objects.filter(pk=AuditHead.SINGLE).first()
    end = head.count if head is not None and head_is_sealed(head) else _newest()
    breaks, last = _check_entries(end)
    return [*breaks, *_check_end(head, last), *_check_triggers()]


def _newest() -> int:
    newest: int | None = AuditEntry.objects.aggregate(newest=Max("number"))["newest"]
    return 0 if newest is None else newest


def _check_entries(end: int) -> tuple[list[Break], AuditEntry | None]:
    breaks: list[Break] = []
    edited: list[AuditEntry] = []
    last: AuditEntry | None = None
    entries = AuditEntry.objects.filter(number__lte=end).order_by("number")
    for entry in entries.iterator(chunk_size=2000):
        expected = 1 if last is None else last.number + 1
        sealed = entry_is_sealed(entry)
        if entry.number != expected:
            breaks.append(_removed(expected, entry.number - 1))
        elif sealed and entry.previous != ("" if last is None else last.digest):
            sentence = _("第%(number)s条与前一条不衔接：前一条被替换，或日志曾在此处中断。")
            breaks.append(Break("detached", entry.number, sentence % {"number": entry.number}))
        if not sealed:
            edited.append(entry)
        last = entry
    return sorted([*breaks, *_name_edited(edited, end)], key=lambda found: found.number or 0), last


def _removed(first: int, last: int) -> Break:
    if first == last:
        return Break("removed", first, _("第%(number)s条已被删除。") % {"number": first})
    sentence = _("第%(first)s条至第%(last)s条已被删除。") % {"first": first, "last": last}
    return Break("removed", first, sentence)


def _name_edited(edited: list[AuditEntry], end: int) -> list[Break]:
    """An entry whose seal fits under another's number was moved; every other one was edited."""
    candidates = sorted({entry.number for entry in edited} | {end, end + 1})
    breaks: list[Break] = []
    for entry in edited:
        origin = None
        if len(edited) <= _ORDER_TRIED:
            origin = next((number for number in candidates if entry_is_sealed(entry, number)), None)
        if origin is None:
            sentence = _("第%(number)s条的内容被修改过。") % {"number": entry.number}
            breaks.append(Break("edited", entry.number, sentence))
        else:
            sentence = _("第%(number)s条的位置被改动过：原为第%(origin)s条。")
            breaks.append(Break("reordered", entry.number, sentence % {"number": entry.number, "origin": origin}))
    return breaks


def _check_end(head: AuditHead | None, last: AuditEntry | None) -> list[Break]:
    if head is None:
        if _newest():
            return [Break("head", None, _("日志末端记录已被删除，无法判断末尾是否被截断。"))]
        return []
    breaks: list[Break] = []
    if not head_is_sealed(head):
        breaks.append(Break("head", None, _("日志末端记录被修改过，无法判断末尾是否被截断。")))
    number = 0 if last is None else last.number
    if number < head.count:
        sentence = _("日志末尾被截断：应有%(count)s条，最后一条是第%(number)s条。")
        breaks.append(Break("cut", number + 1, sentence % {"count": head.count, "number": number}))
    elif last is not None and last.digest != head.digest:
        sentence = _("最后一条（第%(number)s条）与日志末端记录不符。")
        breaks.append(Break("head", number, sentence % {"number": number}))
    newest = _newest()  # read before the end, which may meanwhile have grown
    now = AuditHead.objects.get(pk=AuditHead.SINGLE)
    if newest > now.count:
        sentence = _("末端记录（第%(count)s条）之后还有未经登记的条目，直到第%(newest)s条。")
        breaks.append(Break("head", newest, sentence % {"count": now.count, "newest": newest}))
    return breaks


def _check_triggers() -> list[Break]:
    sentence = _("数据库中缺少保护审计日志的触发器：%(name)s。")
    return [Break("unprotected", None, sentence % {"name": name}) for name in triggers.missing(connection)]
