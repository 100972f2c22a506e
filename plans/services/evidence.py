"""Evidence files in and out: the one door for pages, API and whatever holds files (plans.evidence says how)."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.core.file_kinds import FileKind, NotTaken, kind_of, named_as
from ipdash.core.file_names import clean_name
from plans.evidence import Holder, get_evidence_for, get_held_for, holder_of
from plans.models import EvidenceFile
from plans.models.evidence import evidence_path
from plans.scope import Scope, scope_of

MEGABYTE = 1024 * 1024
FILE_BYTES = 20 * MEGABYTE
FILES = 10
"""At most so many files on one holder."""


def add_evidence(actor: Any, kind: str, holder_id: int, file: IO[bytes], name: str, *, today: date) -> EvidenceFile:
    """Attaches a file; the same content on the same holder again gives back what is there.

    Raises `NotVisible`, what the holder refuses with, `Invalid` for a file that is not taken in, `Conflict` where there
    are too many.
    """
    scope = scope_of(actor)
    holder, _thing = get_held_for(scope, kind, holder_id)
    content = file.read(FILE_BYTES + 1)
    with transaction.atomic():
        thing = _locked(holder, scope, holder_id)
        refusal = holder.refuse_adding(scope, thing, today)
        if refusal is not None:
            raise refusal
        found = recognised(content)
        evidence = EvidenceFile(
            holder_kind=kind, holder_id=thing.pk, name=named_as(found, clean_name(name)), kind=found.code,
            size=len(content), checksum=hashlib.sha256(content).hexdigest(), added_by=actor, added_at=timezone.now(),
        )  # fmt: skip
        there = list(EvidenceFile.objects.filter(holder_kind=kind, holder_id=thing.pk, removed_at=None))
        same = next((other for other in there if other.checksum == evidence.checksum), None)
        if same is not None:
            return same
        if len(there) >= FILES:
            raise Conflict(
                "too_many_files", _("最多附%(most)d份材料，请合并后再附，或先移除不需要的。") % {"most": FILES}
            )
        _store(evidence, content)
        after = {"name": evidence.name, "checksum": evidence.checksum, "size": evidence.size}
        audit.record("evidence.add", (kind, thing.pk), actor=actor, after=after, region_code=holder.region_code(thing))
    return evidence


def _locked(holder: Holder, scope: Scope, pk: int) -> Any:
    """The thing as it stands until the transaction ends: two people together attach no more than the limit, nothing twice,
    and nothing to what has been decided on meanwhile."""
    holder.existing().select_for_update().filter(pk=pk).first()
    return get_held_for(scope, holder.kind, pk)[1]


def _store(evidence: EvidenceFile, content: bytes) -> None:
    """One file for one content, however often it comes. The file is there before the row that names it."""
    storage, path = evidence.file.storage, evidence_path(evidence, "")
    evidence.file.name = path if storage.exists(path) else storage.save(path, ContentFile(content))
    check(evidence)
    with explained():
        evidence.save(force_insert=True)


@transaction.atomic
def remove_evidence(actor: Any, evidence_id: int, *, today: date) -> EvidenceFile:
    """Takes a file away; its row stays with who did it and when. Raises `NotVisible` and what the holder refuses with."""
    scope = scope_of(actor)
    seen = get_evidence_for(scope, evidence_id)
    holder = holder_of(seen.holder_kind)
    thing = _locked(holder, scope, seen.holder_id)
    evidence = get_evidence_for(scope, evidence_id)  # nobody else has removed it since
    refusal = holder.refuse_removing(scope, thing, evidence, today)
    if refusal is not None:
        raise refusal
    evidence.removed_by, evidence.removed_at = actor, timezone.now()
    evidence.save(update_fields=["removed_by", "removed_at"])
    before = {"name": evidence.name, "checksum": evidence.checksum}
    audit.record(
        "evidence.remove",
        (seen.holder_kind, thing.pk),
        actor=actor,
        before=before,
        region_code=holder.region_code(thing),
    )
    return evidence


def recognised(content: bytes) -> FileKind:
    """The kind of a file that may be attached; raises `Invalid` with what it is instead and what to do."""
    if len(content) > FILE_BYTES:
        sentence = _("文件超过%(limit)d MB，请压缩图片或拆分后再附。") % {"limit": FILE_BYTES // MEGABYTE}
        raise Invalid("too_big", sentence, {"file": [sentence]})
    try:
        return kind_of(content)
    except NotTaken as refused:
        sentence = _refusal(refused.code)
        raise Invalid(f"file_{refused.code}", sentence, {"file": [sentence]}) from refused


def _refusal(code: str) -> str:
    return {
        "empty": _("文件是空的，请重新选择。"),
        "cut_off": _("文件不完整，可能没有保存或传输完。请打开确认后重新保存，再附上。"),
        "encrypted": _("文件有密码保护，审核人打不开。请取消密码后再附上。"),
        "macros": _("文件含有宏或程序，不能附上。请另存为不含宏的文档，或导出为PDF。"),
        "archive": _("这是压缩包，不能附上。请解压后把其中的文件逐一附上。"),
        "program": _("这是程序文件，不能附上。"),
        "markup": _("这是网页或XML文件，不能附上。请打印或另存为PDF后再附上。"),
        "heic": _("这是HEIC格式的照片，很多电脑打不开。请在手机上改存为JPG，或截图后再附上。"),
    }.get(
        code,
        _("认不出文件的内容。可以附PDF、OFD、Word、Excel、PowerPoint、PNG、JPG和文本文件；其他文件请导出为PDF。"),
    )
