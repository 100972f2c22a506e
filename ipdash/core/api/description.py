"""The description of the API at `/api/schema/`: made once a process and language, not at each call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response


class DescriptionView(SpectacularAPIView):
    """The OpenAPI description.

    It is open without login, on purpose: whoever connects a program reads it before there is an account, it holds names
    and forms alone and nothing of the installation's data, and since it is made once it costs no more than a page.
    """

    def _get_schema_response(self, request: Request) -> Response:
        name = self._get_filename(request, None)  # type: ignore[no-untyped-call]
        return Response(
            description(get_language() or ""), headers={"Content-Disposition": f'inline; filename="{name}"'}
        )


@lru_cache(maxsize=8)
def description(_language: str) -> dict[str, Any]:
    """The description in the language in force; nobody changes what is kept."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made
