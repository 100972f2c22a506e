"""The figures around reported ones, read for whole batches, and what the checks find in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Q

from indicators.checks import REMEMBERED, Around, Finding, Measure, findings
from indicators.models import Figure, Indicator
from ipdash.core.periods import Quarter

Key = tuple[int, int, Quarter]
"""indicator id, region id, quarter"""
# Whole or nothing: half a patent is a slip of the pen.
COUNTED = frozenset("件个家户人次项单起例")


def check_values(
    values: Mapping[Key, Decimal | None], indicators: Iterable[Indicator], beside: Mapping[Key, Decimal] | None = None
) -> dict[Key, list[Finding]]:
    """What is odd about these values, each judged beside what counts or was last handed in, and beside the others.

    `indicators` are those of the keys; `beside` are further values that come with these. Two queries, whatever the
    number of values; a key without a finding is absent.
    """
    known = {indicator.pk: indicator for indicator in indicators}
    given = {key: value for key, value in values.items() if value is not None and key[0] in known}
    if not given:
        return {}
    parts = _parts(known)
    wholes = {indicator.part_of_id for indicator in known.values() if indicator.part_of_id}
    annual = any(indicator.frequency == Indicator.Frequency.ANNUAL for indicator in known.values())
    series = _series(given, {*known, *parts, *wholes}, beside or {}, annual=annual)
    found = {}
    for (indicator, region, quarter), value in given.items():
        entry = known[indicator]
        around = Around(
            series={q: v for q, v in series[indicator, region].items() if q != quarter},
            whole=series[entry.part_of_id, region].get(quarter) if entry.part_of_id else None,
            parts=[
                series[part, region][quarter]
                for part, whole in parts.items()
                if whole == indicator and quarter in series[part, region]
            ],
        )
        odd = findings(value, quarter, measure_of(entry), around)
        if odd:
            found[indicator, region, quarter] = odd
    return found


def measure_of(indicator: Indicator) -> Measure:
    """An indicator as the checks see it."""
    return Measure(
        is_running=indicator.reporting_basis == Indicator.ReportingBasis.YTD,
        adds_up=indicator.quantity == Indicator.Quantity.FLOW,
        is_annual=indicator.frequency == Indicator.Frequency.ANNUAL,
        is_count=indicator.decimals == 0 and indicator.unit in COUNTED,
        decimals=indicator.decimals,
        minimum=indicator.minimum,
        maximum=indicator.maximum,
        mad_times=indicator.mad_times,
        jump_percent=indicator.jump_percent,
    )


def _parts(known: Mapping[int, Indicator]) -> dict[int, int]:
    """Indicators that are part of these: part → whole."""
    return dict(Indicator.objects.filter(part_of__in=known).values_list("pk", "part_of_id"))


def _series(
    given: Mapping[Key, Decimal], indicators: set[int], beside: Mapping[Key, Decimal], *, annual: bool
) -> dict[tuple[int, int], dict[Quarter, Decimal]]:
    """What counts, or is handed in, of these indicators in the regions and years concerned; the given values on top."""
    last = max(quarter.year for _indicator, _region, quarter in given)
    first = min(quarter.year for _indicator, _region, quarter in given) - (
        REMEMBERED if annual else REMEMBERED // 4 + 1
    )
    series: dict[tuple[int, int], dict[Quarter, Decimal]] = defaultdict(dict)
    rows = (
        Figure.objects.filter(
            indicator__in=indicators,
            region__in={region for _indicator, region, _quarter in given},
            year__range=(first, last),
        )
        .filter(Q(approved_value__isnull=False) | Q(state=Figure.State.SUBMITTED, value__isnull=False))
        .values_list("indicator_id", "region_id", "year", "quarter", "value", "approved_value", "state")
    )
    for indicator, region, year, quarter, value, approved, state in rows.iterator(chunk_size=5000):
        waits = state == Figure.State.SUBMITTED and value is not None
        series[indicator, region][Quarter(year, quarter)] = value if approved is None or waits else approved
    for (indicator, region, quarter), value in (*beside.items(), *given.items()):
        series[indicator, region][quarter] = value
    return series
