"""`figures/bulk/`, `submit/`, `approve/`, `return/`: many figures in one request, an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.entries import EntryBody, Unreadable, read_entries
from indicators.models import Figure
from indicators.permissions import ENTERING, REVIEWING
from indicators.services.entry_rules import RowResult
from indicators.services.figure_batches import Outcome
from indicators.services.figures import approve_figures, return_figures, save_figures, submit_figures
from ipdash.core import clock
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import Text, Whole, YesNo, identifier
from ipdash.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotVisible
from ipdash.core.http import problem
from plans.api.base import ScopedResource, job_id
from plans.permissions import require_role

MOST_ROWS = 10_000
_KINDS: dict[str, type[DomainError]] = {
    "not_found": NotVisible,
    "not_allowed": NotAllowed,
    "stale_version": Conflict,
    "wrong_state": Conflict,
    "conflict": Conflict,
    "not_open": Conflict,
    "locked": Conflict,
}
"""What a refused row's code means for a request of that one row; the others are mistakes in it (400)."""
_FIELDS = {"unknown_indicator": "indicator", "reason_needed": "reason", "annual": "quarter", "derived": "indicator"}


def refusal(result: RowResult) -> DomainError:
    """A refused row as the refusal of a request that asked for it alone."""
    kind = _KINDS.get(result.code, Invalid)
    field = _FIELDS.get(result.code, "value" if kind in {Invalid, Conflict} else "")
    return kind(result.code, result.message, {field: [result.message]} if field else {})


class RowSerializer(serializers.Serializer[Any]):
    """What became of one row; `row` counts from 0 as given, `id` is the figure's where there is one."""

    row = Whole()
    ok = YesNo()
    code = Text()
    message = Text(allow_blank=True)
    id = identifier(allow_null=True)


class BatchSerializer(serializers.Serializer[Any]):
    """A result for every row, and the one recomputation asked for."""

    results = RowSerializer(many=True)
    job = identifier(allow_null=True)


class RefusedBatchSerializer(serializers.Serializer[Any]):
    """An error; with `results` where nothing is stored because a row is refused (all_or_nothing): `details` then maps the
    refused rows to sentences."""

    results = RowSerializer(many=True, required=False)
    job = identifier(allow_null=True, required=False)
    code = Text()
    message = Text()
    details = serializers.DictField(child=serializers.ListField(child=Text()))


class BulkBody(Body):
    """Up to 10,000 figures. `reason` is needed for corrections after the lock."""

    all_or_nothing = YesNo(required=False)
    figures = EntryBody(many=True)
    reason = Text(max_length=500, allow_blank=True, required=False)


class IdsBody(Body):
    """Up to 10,000 figures by their ids; `reason` is needed for a return."""

    figures = serializers.ListField(child=identifier(), max_length=MOST_ROWS)
    reason = Text(max_length=500, allow_blank=True, required=False)


class FigureBatches(ScopedResource):
    """The verbs on many figures."""

    @extend_schema(
        summary="填报数据：成批填报",
        description="逐条答复；all_or_nothing为true时，有一条不能接受则全部不入库，答复400并给出全部结果。",
        request=BulkBody,
        responses={200: BatchSerializer, 400: RefusedBatchSerializer},
        operation_id="figures_bulk",
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        require_role(self.scope, *ENTERING, *REVIEWING)
        body = _bulk_body(request.data)
        all_or_nothing, reason = body.get("all_or_nothing", False), body.get("reason", "")
        entries, unreadable = read_entries(body["figures"])
        places = list(entries)
        with transaction.atomic():
            outcome = save_figures(
                request.user, list(entries.values()), source=Figure.Source.API, today=clock.today(),
                all_or_nothing=all_or_nothing, reason=reason,
            )  # fmt: skip
            stored = outcome.stored and not (all_or_nothing and unreadable)
            transaction.set_rollback(outcome.stored and not stored)
        told = {places[result.row]: _told(result, places[result.row]) for result in outcome.results}
        told |= {row: _unread(row, error) for row, error in unreadable.items()}
        results = [told[row] for row in sorted(told)]
        if not stored:
            return Response(_nothing_stored(results), status=400)
        return Response({"results": results, "job": job_id(outcome.job)})

    @extend_schema(
        summary="填报数据：提交", request=IdsBody, responses={200: BatchSerializer}, operation_id="figures_submit"
    )
    @action(detail=False, methods=["post"])
    def submit(self, request: Request) -> Response:
        require_role(self.scope, *ENTERING)
        return self._moved(lambda ids, _reason: submit_figures(request.user, ids, today=clock.today()))

    @extend_schema(
        summary="填报数据：通过",
        description="任何人不能审核自己填报的数据。通过的数值计入完成情况，job为重新计算的作业。规划要求两级审核的，"
        "第一位审核人通过后答复first_approved，数据仍为“待审核”，另一位审核人通过后才生效。",
        request=IdsBody,
        responses={200: BatchSerializer},
        operation_id="figures_approve",
    )
    @action(detail=False, methods=["post"])
    def approve(self, request: Request) -> Response:
        require_role(self.scope, *REVIEWING)
        return self._moved(lambda ids, _reason: approve_figures(request.user, ids))

    @extend_schema(
        summary="填报数据：退回",
        description="须填写原因；原已通过的数值继续有效。",
        request=IdsBody,
        responses={200: BatchSerializer},
        operation_id="figures_return",
    )
    @action(detail=False, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request) -> Response:
        require_role(self.scope, *REVIEWING)
        return self._moved(lambda ids, reason: return_figures(request.user, ids, reason))

    def _moved(self, move: Callable[[list[int], str], Outcome]) -> Response:
        _refuse_too_many(self.request.data)
        body = self.read(IdsBody)
        outcome = move(body["figures"], body.get("reason", ""))
        return Response({"results": [_told(r, r.row) for r in outcome.results], "job": job_id(outcome.job)})


def take_reason(data: Any) -> str:
    """The reason of a correction that stands beside a single figure's fields, taken out of them."""
    reason = data.pop("reason", "") if isinstance(data, dict) else ""
    if not isinstance(reason, str) or len(reason) > 500:
        raise ValidationError({"reason": [_("原因应为文字，最多500个字。")]})
    return reason


def _bulk_body(data: Any) -> Mapping[str, Any]:
    """The request's frame; its rows are read one by one."""
    _refuse_too_many(data)
    frame = _Frame(data=data)
    frame.is_valid(raise_exception=True)
    values: Mapping[str, Any] = frame.validated_data
    return values


class _Frame(Body):
    all_or_nothing = YesNo(required=False)
    figures = serializers.ListField()
    reason = Text(max_length=500, allow_blank=True, required=False)


def _refuse_too_many(data: Any) -> None:
    rows = data.get("figures") if isinstance(data, Mapping) else None
    if isinstance(rows, list) and len(rows) > MOST_ROWS:
        raise Invalid(
            "too_many_rows", _("一次最多%(most)d条，本次有%(n)d条，请分批提交。") % {"most": MOST_ROWS, "n": len(rows)}
        )


def _told(result: RowResult, row: int) -> dict[str, Any]:
    return {"row": row, "ok": result.ok, "code": result.code, "message": result.message, "id": result.id}


def _unread(row: int, error: Unreadable) -> dict[str, Any]:
    return {"row": row, "ok": False, "code": "invalid", "message": error.sentence, "id": None}


def _nothing_stored(results: list[dict[str, Any]]) -> dict[str, Any]:
    refused = [result for result in results if not result["ok"]]
    for result in results:
        if result["ok"]:
            result.update(code="not_stored", message=_("本条可以接受，因其他条目不能接受而未入库。"), id=None)
    return {
        **problem(
            "nothing_stored",
            _("%(n)d条不能接受，按“全部或全不”的要求，本次数据均未入库。") % {"n": len(refused)},
            {str(result["row"]): [result["message"]] for result in refused},
        ),
        "results": results,
        "job": None,
    }
