"""The one way into the audit log, and the check that nobody went another way.

`record` is the last call of a service's transaction: it locks the log's end until the transaction closes.
`record_refusal` is for edges, outside any transaction, once the refused one has been rolled back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise

from ipdash.accounts.models import AuditEntry, AuditHead, User
from ipdash.core.logs import request_number
from ipdash.core.numbers import decimal_text

Subject = models.Model | tuple[str, object] | None
Values = Mapping[str, object] | Iterable[object] | None

_ENTRY_SALT = "ipdash.accounts.audit.entry"
_HEAD_SALT = "ipdash.accounts.audit.head"
_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")  # PostgreSQL stores neither NUL nor half characters


@dataclass
class Origin:
    """Where the request being answered came from, and whether its refusal stands in the log already."""

    address: str
    refusal_recorded: bool = False


_origin: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


@contextmanager
def from_address(address: str) -> Iterator[Origin]:
    """Everything recorded inside comes from this address."""
    origin = Origin(address)
    token = _origin.set(origin)
    try:
        yield origin
    finally:
        _origin.reset(token)


def clean_text(text: str) -> str:
    """The text with what no database stores (NUL, half surrogates) replaced by U+FFFD."""
    return text.translate(_UNSTORABLE)


def storable(value: object) -> Any:
    """The value as JSON that reads back unchanged from both databases: decimals, days and times become text.

    Raises `TypeError` for anything else, a float before all: it would not read back as it was.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str | UUID | Promise):
        return clean_text(str(value))
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):  # and datetime, which is one
        return value.isoformat()
    if isinstance(value, models.Model):
        return storable(value.pk)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | models.QuerySet):
        return [storable(item) for item in value]
    raise TypeError(f"the audit log cannot hold a {type(value).__name__}: {value!r}")


def record(
    action: str,
    obj: Subject = None,
    *,
    actor: User | None,
    before: Values = None,
    after: Values = None,
    result: str = AuditEntry.Result.DONE,
    reason: str = "",
    region_code: str = "",
    address: str | None = None,
    actor_name: str = "",
) -> AuditEntry:
    """Adds one entry, inside the caller's transaction if there is one; if it fails, that transaction fails too.

    `action` is a code such as `figure.approve`; `obj` a stored object or its type and id; a bulk write is one entry
    whose `before` and `after` list ids with old and new values. `actor` is None for the system itself. The address
    is the request's unless given.
    """
    object_type, object_id = _subject(obj)
    origin = _origin.get()
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor,
        actor_name=clean_text(actor_name or ("" if actor is None else str(actor)))[:255],
        address=(address if address is not None else origin.address if origin else "")[:64],
        action=action,
        object_type=object_type,
        object_id=object_id,
        region_code=region_code,
        before=storable(before),
        after=storable(after),
        result=result,
        reason=clean_text(reason),
        request_number=request_number.get()[:32],
    )
    with transaction.atomic(savepoint=False):
        number, entry.previous = _next_place()
        entry.number = number
        entry.digest = _seal(_ENTRY_SALT, _content(entry))
        entry.save(force_insert=True)
        seal = _seal(_HEAD_SALT, _head_content(number, entry.digest))
        AuditHead.objects.filter(pk=AuditHead.SINGLE).update(count=number, digest=entry.digest, seal=seal)
    return entry


def record_refusal(
    action: str,
    obj: Subject = None,
    *,
    actor: User | None,
    after: Values = None,
    reason: str = "",
    region_code: str = "",
    actor_name: str = "",
) -> AuditEntry:
    """Adds an entry for an attempt that was refused. Call it at the edge: inside a transaction that is about to be
    rolled back the entry would vanish with it. The middleware then adds none of its own for this request."""
    entry = record(
        action,
        obj,
        actor=actor,
        after=after,
        result=AuditEntry.Result.REFUSED,
        reason=reason,
        region_code=region_code,
        actor_name=actor_name,
    )
    origin = _origin.get()
    if origin is not None:
        origin.refusal_recorded = True
    return entry


def _subject(obj: Subject) -> tuple[str, str]:
    if obj is None:
        return "", ""
    if isinstance(obj, tuple):
        kind, key = obj
        return kind[:64], clean_text("" if key is None else str(key))[:255]
    return str(obj._meta.model_name), str(obj.pk)


def _next_place() -> tuple[int, str]:
    """The next number and the digest before it, with the log's end locked.

    An end that is missing or whose seal is wrong is not believed: the chain then starts anew with an empty
    `previous`. Writing goes on, and the gap stays visible to `verify` for ever.
    """
    head = AuditHead.objects.select_for_update().filter(pk=AuditHead.SINGLE).first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(count=0)], ignore_conflicts=True)
        head = AuditHead.objects.select_for_update().get(pk=AuditHead.SINGLE)
    if head_is_sealed(head):
        return head.count + 1, head.digest
    last = AuditEntry.objects.aggregate(last=models.Max("number"))["last"]
    return max(head.count, 0 if last is None else last) + 1, ""


def head_is_sealed(head: AuditHead) -> bool:
    """Whether the log's end was written by this product."""
    return _is_seal(head.seal, _HEAD_SALT, _head_content(head.count, head.digest))


def entry_is_sealed(entry: AuditEntry, number: int | None = None) -> bool:
    """Whether the entry reads as it was written; with `number`: as it was written under that number."""
    return _is_seal(entry.digest, _ENTRY_SALT, _content(entry, number))


def _head_content(count: int, digest: str) -> str:
    return json.dumps([count, digest])


def _content(entry: AuditEntry, number: int | None = None) -> str:
    """Every column but the digest as canonical JSON."""
    fields: dict[str, object] = {
        "number": entry.number if number is None else number,
        "at": _utc(entry.at),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "region_code": entry.region_code,
        "before": entry.before,
        "after": entry.after,
        "result": str(entry.result),
        "reason": entry.reason,
        "request_number": entry.request_number,
        "previous": entry.previous,
    }
    return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _seal(salt: str, content: str, secret: str | bytes | None = None) -> str:
    return salted_hmac(salt, content, secret=secret, algorithm="sha256").hexdigest()


def _is_seal(seal: str, salt: str, content: str) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(seal, _seal(salt, content, key)) for key in keys)
