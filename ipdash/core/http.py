"""What every request and answer has in common: its log line, its errors, its pages of a list."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from ipdash.core.errors import DomainError
from ipdash.core.logs import request_number

logger = logging.getLogger("ipdash.request")
GetResponse = Callable[[HttpRequest], HttpResponse]


def client_address(request: HttpRequest) -> str:
    """The address the request came from: as the web server saw it, or as the outermost of our own `PROXIES` did.

    Of `X-Forwarded-For` only the entries that our proxies appended count; what a client wrote itself stands left of them.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if not 0 < settings.PROXIES <= len(chain):
        return seen
    try:
        return str(ip_address(chain[-settings.PROXIES]))
    except ValueError:
        return seen


_SECRET_PATH = re.compile(r"^(/calendar/).+")
"""Addresses that are a secret themselves: no log tells them."""


class RequestLogMiddleware:
    """Numbers the request and writes one line when it is answered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(4)
        token = request_number.set(number)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Number"] = number
            logger.info(
                "%s %s %s",
                request.method,
                _SECRET_PATH.sub(r"\1…", request.path),
                response.status_code,
                extra={
                    "data": {"ms": round((time.perf_counter() - started) * 1000, 1), "from": client_address(request)}
                },
            )
            return response
        finally:
            request_number.reset(token)


class DomainErrorMiddleware:
    """Shows a `DomainError` as written, on a page that fits its status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        return render(request, "error.html", {"error": exception, "status": exception.status}, status=exception.status)


def problem(code: str, message: object, details: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The body of every API error."""
    return {"code": code, "message": str(message), "details": dict(details or {})}


def _sentences(detail: Any) -> list[str]:
    if isinstance(detail, list):
        return [sentence for item in detail for sentence in _sentences(item)]
    if isinstance(detail, Mapping):
        return [sentence for item in detail.values() for sentence in _sentences(item)]
    return [str(detail)]


_KNOWN: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not_found"),
    PermissionDenied: (403, "not_allowed"),
    RequestDataTooBig: (413, "too_large"),
}


def _message(status: int) -> str:
    return {
        401: _("请先登录，或在请求头中给出有效的令牌（Authorization: Token …）。"),
        403: _("您可以查看此内容，但无权进行这项操作；如需权限，请联系本单位管理员。"),
        404: _("没有找到所请求的内容，或您无权查看。"),
        405: _("此地址不支持这种请求方法。"),
        406: _("只能以application/json答复，请修改请求头Accept。"),
        413: _("请求内容过大，请分批提交。"),
        415: _("请求的内容类型不受支持，请使用 application/json（上传文件用 multipart/form-data）。"),
        429: _("请求过于频繁，请稍后再试。"),
    }.get(status, _("请求无法处理，请按 details 中的说明修改后重试。"))


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turns every refusal into `{"code", "message", "details"}`; unknown exceptions stay 500 and are logged."""
    if isinstance(exc, DomainError):
        return Response(problem(exc.code, exc.message, exc.details), status=exc.status)
    for kind, (status, code) in _KNOWN.items():
        if isinstance(exc, kind):
            return Response(problem(code, _message(status)), status=status)
    if isinstance(exc, exceptions.ValidationError):
        detail = exc.detail
        details = (
            {str(field): _sentences(value) for field, value in detail.items()}
            if isinstance(detail, Mapping)
            else {"": _sentences(detail)}
        )
        return Response(problem("invalid", _message(400), details), status=400)
    if isinstance(exc, exceptions.APIException):
        status = 401 if isinstance(exc, exceptions.AuthenticationFailed) else exc.status_code
        headers = {"WWW-Authenticate": "Token"} if status == 401 else {}
        code = {401: "not_authenticated", 403: "not_allowed", 404: "not_found"}.get(status, exc.default_code)
        message = str(exc.detail) if isinstance(exc, exceptions.ParseError) else _message(status)
        return Response(problem(code, message), status=status, headers=headers)
    return None


class Pages(PageNumberPagination):
    """`count, next, previous, results`; `page_size` up to 1,000."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000

    def get_page_size(self, request: Request) -> int | None:
        """A size that cannot be given is refused: a shorter list than asked for looks complete."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if re.fullmatch(r"[0-9]{1,4}", asked, re.ASCII) and 1 <= int(asked) <= self.max_page_size:
            return int(asked)
        raise exceptions.ValidationError({"page_size": [_("每页条数应为1至1000的整数。")]})
