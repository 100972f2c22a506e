"""The account pages beside a few that stand for the rest: a page, a page that refuses, and an API."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ipdash.core.errors import Conflict


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "LANGUAGE_CODE", "")))


def refusing_page(request: HttpRequest) -> HttpResponse:
    raise Conflict("stale", "数据已被他人修改，请刷新后重试。")


class Probe(APIView):
    def get(self, request: Request) -> Response:
        return Response({"username": request.user.get_username()})

    def post(self, request: Request) -> Response:
        return Response({"username": request.user.get_username()})


class RefusingProbe(APIView):
    def post(self, request: Request, **kwargs: Any) -> Response:
        raise Conflict("stale", "数据已被他人修改，请刷新后重试。")


urlpatterns = [
    path("", include("ipdash.accounts.urls")),
    path("", page, name="home"),
    path("plans/", page),
    path("rules/", page, name="rules"),
    path("refusing/", refusing_page),
    path("healthz", page),
    path("api/v1/probe/", Probe.as_view()),
    path("api/v1/refusing/", RefusingProbe.as_view()),
]
