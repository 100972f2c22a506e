"""A document's bytes as a reading, opened in a confined process of its own: strangers made the file."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from ipdash.core.children import ChildEnded, output_of
from ipdash.core.errors import Invalid
from plans.documents.places import Place, Places
from plans.documents.read import read_document
from plans.documents.recognise import FILE_BYTES, refusal
from plans.documents.results import as_data, as_json
from plans.models import Region

log = logging.getLogger(__name__)

MEMORY = 512 * 1024 * 1024
SECONDS = 10.0
_PDF = b"%PDF"


@dataclass(frozen=True)
class ReadPlan:
    """What a document says: `data` as `plans.documents.results.as_data` gives it, numbers as texts of the printed digits."""

    data: dict[str, Any]
    text: str


def read_plan(content: bytes, name: str) -> ReadPlan:
    """Reads an issued document. Raises `Invalid` with the reader's own sentence where the file is not one that is read."""
    if len(content) > FILE_BYTES:
        raise _refused(refusal("too_big").message, "too_big")
    # The reader opens a PDF in a confined process by itself, and a confined process may not start another.
    answer = _read_here(content, name) if content.startswith(_PDF) else _read_apart(content, name)
    data: dict[str, Any] = json.loads(answer["reading"], parse_float=str)
    if answer["refused"]:
        finding = data["findings"][0]
        raise _refused(finding["message"], finding["code"])
    return ReadPlan(data, _storable(answer["text"]))


def _read_here(content: bytes, name: str) -> dict[str, Any]:
    reading = read_document(content, name, Places.of(Place(*row) for row in _regions()))
    return {"reading": as_json(as_data(reading)), "text": reading.text, "refused": reading.refused}


def _read_apart(content: bytes, name: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="ipdash-document-") as folder:
        place = Path(folder)
        (place / "document").write_bytes(content)
        (place / "places").write_text(json.dumps(_regions(), ensure_ascii=False), encoding="utf-8")
        request = {
            "path": str(place / "document"), "places": str(place / "places"), "name": name, "workspace": folder,
            "memory": MEMORY, "seconds": SECONDS,
        }  # fmt: skip
        try:
            answer = json.loads(output_of(request, folder, SECONDS, ("-m", "plans.documents.child")))
        except (ChildEnded, ValueError) as ended:
            log.warning("the process that reads documents ended: %s", ended)
            raise _refused(
                _("这个文件读了很久也没有读完，可能内容异常。请只保留规划正文，另存为 .docx 后再读入。")
            ) from None
    if "result" not in answer:
        log.error("the process that reads documents failed: %s", answer["failure"])
        raise _refused(_("这个文件读不出来，可能已损坏。请用 WPS 或 Word 打开，另存为 .docx 后再读入。"))
    found: dict[str, Any] = answer["result"]
    return found


def _regions() -> list[tuple[str, str, str, str]]:
    rows = Region.objects.values_list("code", "name", "short_name", "parent__code")
    return [(code, name, short, parent or "") for code, name, short, parent in rows]


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot store; lines stay where they are."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _refused(message: str, code: str = "document_not_read") -> Invalid:
    return Invalid(code, message, {"file": [message]})
