"""A document's target lines with their baselines and targets, converted into the catalogue's units and stored at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import Baseline, Indicator, Target, TargetLine
from indicators.services.line_rules import refuse_unsupported
from ipdash.accounts import audit
from ipdash.core.constraints import explained
from ipdash.core.errors import Invalid
from plans.models import Plan
from plans.services.directory import resolve_units

Data = Mapping[str, Any]
GROWTH = (TargetLine.Basis.GROWTH, TargetLine.Basis.AVERAGE_GROWTH)
CHUNK = 500


@transaction.atomic
def store_lines(plan: Plan, items: Sequence[Data], *, actor: Any) -> list[TargetLine]:
    """Adds a document's target lines to its plan, in order; all are stale until they are computed.

    `unit_factor` × printed value = value in the catalogue's unit; growth is in % whatever the unit. `increase` stays as
    printed. Raises `Invalid` for an indicator that is not in the catalogue or a basis that it cannot have.
    """
    indicators = {i.code: i for i in Indicator.objects.filter(code__in={item["indicator"] for item in items})}
    leads, _added = resolve_units(plan.region, [item["lead_unit"] for item in items if item["lead_unit"]])
    lines = [_line(plan, position, item, indicators, leads) for position, item in enumerate(items)]
    with explained():
        TargetLine.objects.bulk_create(lines, batch_size=CHUNK)
        pairs = list(zip(lines, items, strict=True))
        Baseline.objects.bulk_create([b for line, item in pairs for b in _baselines(line, item)], batch_size=CHUNK)
        Target.objects.bulk_create([t for line, item in pairs for t in _targets(line, item)], batch_size=CHUNK)
    audit.record(
        "target_line.import",
        plan,
        actor=actor,
        region_code=plan.region.code,
        after={line.pk: [line.indicator.code, line.basis] for line in lines},
    )
    return lines


def _line(
    plan: Plan, position: int, item: Data, indicators: Mapping[str, Indicator], leads: Mapping[str, int]
) -> TargetLine:
    indicator = indicators.get(item["indicator"])
    if indicator is None:
        raise Invalid("unknown_indicator", _("指标目录中没有编码“%(code)s”。") % {"code": item["indicator"]})
    refuse_unsupported(indicator, item["basis"])
    overall, source = item.get("overall"), item.get("source") or {}
    return TargetLine(
        plan=plan,
        region=plan.region,
        indicator=indicator,
        basis=item["basis"],
        basis_reason=item.get("basis_reason", ""),
        basis_ambiguous=item.get("ambiguous", False),
        printed_name=item["printed_name"],
        unit=item["unit"],
        unit_factor=int(_factor(item)),
        attribute=item["attribute"],
        lead_unit_id=leads.get(item["lead_unit"]) if item["lead_unit"] else None,
        where=item["where"],
        requirement=item["requirement"],
        overall_comparator=overall["comparator"] if overall else None,
        overall_value=Decimal(overall["value"]) * _factor(item) if overall else None,
        increase=_decimal(item["increase"]),
        measures_growth=item.get("measures_growth", False),
        position=position,
        source_line=source.get("line"),
        source_text=source.get("text", ""),
    )


def _baselines(line: TargetLine, item: Data) -> Iterator[Baseline]:
    for baseline in item["baselines"]:
        value = Decimal(baseline["value"]) * _factor(item)
        yield Baseline(line=line, year=baseline["year"], value=value, counted_from=baseline["counted_from"])


def _targets(line: TargetLine, item: Data) -> Iterator[Target]:
    for target in item["targets"]:
        upper = _decimal(target["upper"])
        yield Target(
            line=line,
            year=target["year"],
            comparator=target["comparator"],
            value=Decimal(target["value"]) * _factor(item),
            upper=None if upper is None else upper * _factor(item),
            printed=target["printed"],
        )


def _factor(item: Data) -> Decimal:
    return Decimal(1) if item["basis"] in GROWTH else Decimal(item.get("unit_factor", "1"))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
