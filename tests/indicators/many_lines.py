"""Run as a program in a scratch installation: one plan of so many lines, or `mark-all` lines that are there; recomputation asked for."""

from __future__ import annotations

import sys
from decimal import Decimal

import django


def main(regions: int) -> None:
    django.setup()
    from django.db import transaction

    from indicators.models import Figure, Target, TargetLine
    from indicators.services.staleness import mark_plan_changed
    from plans.models import Region
    from tests import builders

    with transaction.atomic():
        province = builders.make_region("330000")
        counties = [builders.make_region(f"33{n // 90 + 1:02d}{n % 90 + 1:02d}") for n in range(regions)]
        indicator = builders.make_indicator("patents")
        plan = builders.make_plan(province)
        lines = TargetLine.objects.bulk_create(
            TargetLine(plan=plan, region=region, indicator=indicator, basis="level", printed_name="专利")
            for region in counties
        )
        Target.objects.bulk_create(Target(line=line, year=2025, comparator=">=", value=100) for line in lines)
        Figure.objects.bulk_create(
            Figure(
                indicator=indicator, region=region, year=year, quarter=quarter, source="api", state="approved",
                value=Decimal(n), approved_value=Decimal(n + year - 2000),
            )
            for n, region in enumerate(counties) for year in range(2021, 2026) for quarter in range(1, 5)
        )  # fmt: skip
        assert Region.objects.filter(code="330101").exists()
        mark_plan_changed(plan.pk, requested_by=None)


def mark_all() -> None:
    django.setup()
    from django.db import transaction

    from indicators.models import TargetLine
    from indicators.services.staleness import mark_lines

    with transaction.atomic():
        mark_lines(list(TargetLine.objects.values_list("pk", flat=True)), requested_by=None)


if __name__ == "__main__":
    if sys.argv[1] == "mark-all":
        mark_all()
    else:
        main(int(sys.argv[1]))
