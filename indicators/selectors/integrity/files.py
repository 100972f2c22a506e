"""What must be true of the files that people brought: uploads and evidence, and what lies on the disk."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from indicators.models import Upload
from indicators.selectors.integrity.rule import Rules
from plans.evidence import holders
from plans.models import EvidenceFile

RULES = Rules()
_FETCH = _("请从备份中取回 media/ 下的文件，或由上传人重新上传。")
_UPLOAD_AGAIN = _("请上传人重新上传该文件；已入库的数据不受影响。")
_WRITING = 3600
"""Seconds after which a file that no row names is not on its way any more."""


def _contents(rows: QuerySet[Any]) -> Iterator[tuple[Any, str | None]]:
    """Every row with the digest of what is stored; None where nothing is."""
    for row in rows.order_by("pk").iterator(chunk_size=500):
        try:
            with row.file.open("rb") as file:
                yield row, hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            yield row, None


def _missing(rows: QuerySet[Any]) -> Iterator[str]:
    return (f"{row.pk} {row.name}" for row, digest in _contents(rows) if digest is None)


def _changed(rows: QuerySet[Any]) -> Iterator[str]:
    return (f"{row.pk} {row.name}" for row, digest in _contents(rows) if digest not in {None, row.checksum})


def _uploads() -> QuerySet[Upload]:
    return Upload.objects.exclude(file="")


@RULES.add("upload_file_missing", _("上传的文件不在了"), _FETCH)
def upload_file_missing(_today: date) -> Iterator[str]:
    return _missing(_uploads())


@RULES.add("upload_file_changed", _("上传的文件与当初的校验值不符，内容已被改动或损坏"), _UPLOAD_AGAIN)
def upload_file_changed(_today: date) -> Iterator[str]:
    return _changed(_uploads())


@RULES.add("evidence_file_missing", _("佐证材料的文件不在了"), _FETCH)
def evidence_file_missing(_today: date) -> Iterator[str]:
    return _missing(EvidenceFile.objects.all())


@RULES.add(
    "evidence_file_changed",
    _("佐证材料与当初的校验值不符，内容已被改动或损坏"),
    _("请从备份中取回该文件，或由填报人重新附上。"),
)
def evidence_file_changed(_today: date) -> Iterator[str]:
    return _changed(EvidenceFile.objects.all())


@RULES.add("evidence_without_holder", _("佐证材料所附的记录不在了"), _("请核对审计日志，查明该记录是怎样被删去的。"))
def evidence_without_holder(_today: date) -> Iterator[str]:
    known = {holder.kind: holder.existing() for holder in holders()}
    for kind in EvidenceFile.objects.order_by("holder_kind").values_list("holder_kind", flat=True).distinct():
        files = EvidenceFile.objects.filter(holder_kind=kind)
        if kind in known:
            files = files.exclude(holder_id__in=known[kind].order_by().values("pk"))
        yield from (f"{pk} {name}" for pk, name in files.order_by("pk").values_list("pk", "name"))


@RULES.add(
    "file_without_row",
    _("media/ 下有不属于任何上传或佐证材料的文件"),
    _("可能是写入中途断电留下的。确认不需要后可以移走，不影响已有数据。"),
)
def file_without_row(_today: date) -> Iterator[str]:
    root = Path(settings.MEDIA_ROOT)
    named = set(_uploads().values_list("file", flat=True)) | set(EvidenceFile.objects.values_list("file", flat=True))
    before = time.time() - _WRITING
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in named and path.stat().st_mtime < before:
            yield name
