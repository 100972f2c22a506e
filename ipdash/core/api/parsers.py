"""Reading a request's JSON without losing a digit or a mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

from ipdash.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A JSON number with a point or an exponent, as the digits that were sent: a float would change them."""

    text: str

    def __str__(self) -> str:
        return self.text


class TooLarge(DomainError):
    """The request is larger than what is taken at once (413)."""

    status = 413


class ExactJSONParser(JSONParser):
    """JSON with exact numbers; NaN, Infinity and a name given twice are refused, since one of two readings would be wrong."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge("too_large", _("请求内容超过%(limit)d兆字节，请分批提交。") % {"limit": limit // 1024**2})
        try:
            return json.loads(
                raw.decode("utf-8"),
                parse_float=JsonNumber,
                parse_constant=_refuse_constant,
                object_pairs_hook=_without_doubles,
            )
        except UnicodeDecodeError as error:
            raise ParseError(_("请求内容不是UTF-8编码的JSON，请转换编码后重试。")) from error
        except (ValueError, RecursionError) as error:
            place = (
                _(" 第%(line)d行第%(column)d列有误") % {"line": error.lineno, "column": error.colno}
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise ParseError(_("请求内容不是有效的JSON%(place)s，请核对后重试。") % {"place": place}) from error


def _refuse_constant(name: str) -> Any:
    raise ParseError(_("“%(name)s”不是数值；没有数据请给null。") % {"name": name})


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ParseError(_("“%(name)s”在同一个对象中出现了两次，请只保留一个。") % {"name": double[:40]})
    return found


class FormParser(MultiPartParser):
    """A multipart form; says in the user's words where it is broken."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(_("请求内容不是完整的multipart/form-data，请重新上传文件。")) from error
