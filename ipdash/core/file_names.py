"""Names of files as people give them: shown and given back, never used in the file system."""

from __future__ import annotations

import unicodedata
from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

NAME_LENGTH = 200
Response = TypeVar("Response", bound=HttpResponseBase)


def clean_name(name: str) -> str:
    """The name to show: no folders, nothing invisible, at most 200 characters with the extension kept."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in base if unicodedata.category(char)[0] != "C").strip()
    if len(shown) > NAME_LENGTH:
        stem, point, extension = shown.rpartition(".")
        tail = point + extension[:10]
        shown = stem[: NAME_LENGTH - len(tail)] + tail if point else shown[:NAME_LENGTH]
    return shown or _("未命名文件")


def as_download(response: Response, name: str) -> Response:
    """The answer as a file to be saved under a name of any characters (RFC 5987)."""
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
