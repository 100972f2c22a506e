"""The demonstration's targets below the plans' own regions: none of the five documents gives any, so they are split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from indicators.models import Decomposition, TargetLine
from indicators.selectors.decomposition.base import Goal, Over, Wish
from indicators.selectors.decomposition.preview import preview
from indicators.services.decomposition import store_split
from ipdash.accounts.models import User

REASON = "演示数据：为展示地区对比而虚构的分解，文件中没有"


def split_targets(entries: Sequence[Mapping[str, Any]], staff: User, today: date) -> int:
    """Splits these targets over the regions below as staff would have, each once; gives how many were split.

    The lines of the same plan are left to be recomputed: their regions now have others beside them.
    """
    made = 0
    for entry in entries:
        lines = TargetLine.objects.filter(plan__slug=entry["plan"], plan__is_demo=True, region=F("plan__region"))
        line = lines.select_related("plan__region", "region", "indicator").get(indicator__code=entry["indicator"])
        if Decomposition.objects.filter(line=line, over=Over.REGIONS).exists():
            continue
        store_split(staff, preview(line, _wish(entry), today), REASON, today)
        TargetLine.objects.filter(pk=line.pk).update(input_version=F("input_version") + 1)
        made += 1
    return made


def _wish(entry: Mapping[str, Any]) -> Wish:
    return Wish(
        Over.REGIONS,
        entry["method"],
        years=(entry["year"],),
        values={code: Goal(Decimal(value)) for code, value in entry.get("values", {}).items()},
        base_year=entry.get("base_year"),
    )
