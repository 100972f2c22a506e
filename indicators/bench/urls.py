"""The product's addresses and the empty page; known to the server of a bench alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for somebody who is logged in."""
    return HttpResponse(f"<!doctype html><title>{request.user.pk}</title>")


urlpatterns: list[URLPattern | URLResolver] = [path("bench/empty", empty), path("", include("ipdash.urls"))]
