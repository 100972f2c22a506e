"""`target-lines/ID/end/` and `reopen/`: a target that a plan no longer sets."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.services.line_ends import end_line, reopen_line
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import Day, Text, Whole
from ipdash.core.periods import Quarter
from plans.api.base import ScopedWritable, job_id
from plans.permissions import require_role


def quarter_of(text: str, name: str) -> Quarter:
    """The quarter that a field means; raises `ValidationError` beside it."""
    quarter = Quarter.parse(text)
    if quarter is None or not 1949 <= quarter.year <= 2200:
        raise ValidationError({name: [_("应为1949至2200年间的季度，例如2023Q3。")]})
    return quarter


class EndBody(Body):
    """终止: the first quarter that is not judged any more (2025Q3), the document that says so, and its day."""

    ended_from = serializers.RegexField(r"^[0-9]{4}Q[1-4]$")
    ending_document = Text(max_length=200)
    ended_on = Day(allow_null=True, default=None)
    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class ReopenBody(Body):
    """Takes an end back; nothing has to be said."""

    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class EndingLines(ScopedWritable):
    """The two actions of a target line's end."""

    @extend_schema(
        operation_id="target_lines_end",
        summary="目标：终止",
        description="自所给季度起不再考核；此前各季的完成情况和判断不变。再次提交则更改终止的季度或依据。",
        request=EndBody,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        found, values = self.get_object(), self.read(EndBody)
        done = end_line(
            request.user, found.pk, ended_from=quarter_of(values["ended_from"], "ended_from"),
            document=values["ending_document"], ended_on=values["ended_on"], version=values.get("version"),
        )  # fmt: skip
        return self.shown(found.pk, job_id(done.job))

    @extend_schema(operation_id="target_lines_reopen", summary="目标：撤回终止", request=ReopenBody)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *self.writers)
        found, values = self.get_object(), self.read(ReopenBody)
        return self.shown(found.pk, job_id(reopen_line(request.user, found.pk, version=values.get("version")).job))
