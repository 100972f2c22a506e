"""What a decomposition is asked for and answered with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from indicators.decomposition_words import sum_text
from indicators.models import Decomposition
from indicators.selectors.decomposition.base import Balance, Goal, Verdict, Wish
from indicators.services.decomposition import Decomposed
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import (
    Choice,
    DecimalOut,
    DecimalText,
    Text,
    Whole,
    YesNo,
    identifier,
    indicator_code,
    region_code,
    year,
)
from ipdash.core.comparators import Comparator


class DecomposeBody(Body):
    """How a target is to be split.

    `shares` (percent, together 100), `values` and `uppers` are objects keyed by year (over years) or region code (over
    regions). `preview` true works everything out and stores nothing; its `seen`, sent along when saving, refuses to store
    anything else than what was seen.
    """

    over = Choice(Decomposition.Over.choices)
    method = Choice(Decomposition.Method.choices)
    years = serializers.ListField(child=year(), max_length=50, required=False)
    regions = serializers.ListField(child=region_code(), max_length=1000, allow_null=True, default=None)
    shares = serializers.DictField(child=DecimalText(), required=False)
    values = serializers.DictField(child=DecimalText(), required=False)
    uppers = serializers.DictField(child=DecimalText(), required=False)
    indicator = indicator_code(required=False)
    base_year = year(allow_null=True, default=None)
    total = DecimalText(allow_null=True, default=None)
    reason = Text(max_length=200, allow_blank=True, default="")
    allow_shortfall = YesNo(default=False)
    preview = YesNo(default=False)
    seen = Text(max_length=32, required=False)


def wish_of(values: dict[str, Any]) -> Wish:
    """The body as the service takes it."""
    goals, uppers = values.get("values", {}), values.get("uppers", {})
    if alone := sorted(set(uppers) - set(goals)):
        raise ValidationError({"uppers": [_("“%(key)s”只有上限，没有下限。") % {"key": alone[0][:40]}]})
    regions = values["regions"]
    return Wish(
        over=values["over"],
        method=values["method"],
        years=tuple(values.get("years", ())),
        regions=None if regions is None else tuple(regions),
        shares=values.get("shares", {}),
        values={key: Goal(goal, uppers.get(key)) for key, goal in goals.items()},
        indicator=values.get("indicator", ""),
        base_year=values["base_year"],
        total=values["total"],
    )


class DecomposedTarget(serializers.Serializer[Any]):
    """One target as it stands after saving, beside what it was; `target_line` is null while its line does not exist."""

    region = region_code(source="region.code")
    year = year()
    target_line = identifier(source="line.pk", allow_null=True, default=None)
    verdict = Choice([(verdict.value, verdict.value) for verdict in Verdict])
    comparator = Choice(Comparator.choices)
    value = DecimalOut(source="goal.value")
    upper = DecimalOut(source="goal.upper", allow_null=True)
    before = DecimalOut(source="before.value", allow_null=True, default=None)
    share = DecimalOut(allow_null=True)


class DecomposedSum(serializers.Serializer[Any]):
    """What the targets of a year (null: of all years) add up to beside what they should; `without` have no target."""

    year = year(allow_null=True)
    value = DecimalOut(source="got.value")
    upper = DecimalOut(source="got.upper", allow_null=True)
    wanted = DecimalOut(source="wanted.value")
    wanted_upper = DecimalOut(source="wanted.upper", allow_null=True)
    balance = Choice([(balance.value, balance.value) for balance in Balance])
    without = Whole()
    message = Text()


class DecomposedSerializer(serializers.Serializer[Any]):
    """What saving does, or did: `decomposition` and `job` are null for a preview and where nothing differs."""

    seen = Text()
    changes = YesNo()
    asks = serializers.ListField(child=Text())
    needs_allow_shortfall = YesNo()
    notes = serializers.ListField(child=Text())
    targets = DecomposedTarget(many=True)
    sums = DecomposedSum(many=True)
    decomposition = identifier(allow_null=True)
    job = identifier(allow_null=True)


def answer_of(done: Decomposed) -> dict[str, Any]:
    """The answer to a preview or a saved decomposition."""
    found = done.preview
    sums = [{**DecomposedSum(_with_message(found.line, item)).data} for item in found.sums]
    return {
        "seen": found.seen,
        "changes": found.changes,
        "asks": found.asks,
        "needs_allow_shortfall": found.short,
        "notes": found.notes,
        "targets": DecomposedTarget(found.cells, many=True).data,
        "sums": sums,
        "decomposition": None if done.made is None else done.made.pk,
        "job": None if done.job is None else done.job.pk,
    }


def _with_message(line: Any, found: Any) -> dict[str, Any]:
    return {
        "year": found.year, "got": found.got, "wanted": found.wanted, "balance": found.balance,
        "without": found.without, "message": sum_text(line, found),
    }  # fmt: skip
