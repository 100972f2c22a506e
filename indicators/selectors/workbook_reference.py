"""What the names in people's files are looked up in: the regions and the catalogue as they stand in the database."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath

from indicators.models import Indicator, IndicatorAlias
from indicators.permissions import ENTERING
from indicators.workbooks.mapping.catalogue import IndicatorEntry, IndicatorIndex
from indicators.workbooks.mapping.model import Hints, Reference
from indicators.workbooks.mapping.regions import RegionDirectory, RegionEntry
from plans.models import Region
from plans.querysets import code_within
from plans.scope import Scope

_LISTED = 300


def read_reference() -> Reference:
    """The look-up of every region and indicator, in three queries."""
    aliases: dict[int, list[str]] = defaultdict(list)
    for indicator, name in IndicatorAlias.objects.values_list("indicator", "name").order_by("pk"):
        aliases[indicator].append(name)
    fields = ("code", "name", "unit", "quantity", "reporting_basis", "frequency")
    entries = [
        IndicatorEntry(code, name, unit, quantity, basis, frequency, tuple(aliases[pk]))
        for pk, code, name, unit, quantity, basis, frequency in Indicator.objects.order_by("pk").values_list(
            "pk", *fields
        )
    ]
    regions = Region.objects.values_list("code", "name", "short_name", "level", "parent__code").order_by("code")
    places = [
        RegionEntry(code, name, short, level, parent or "") for code, name, short, level, parent in regions.iterator()
    ]
    return Reference(RegionDirectory.of(places), IndicatorIndex.of(entries))


def hints_for(scope: Scope, file_name: str) -> Hints:
    """What is known beside a person's file: its name, and the region that 全市 means where the person has one alone."""
    return Hints(PurePath(file_name).name, region=next(iter(scope.homes)) if len(scope.homes) == 1 else None)


def regions_to_choose(scope: Scope) -> list[tuple[str, str]]:
    """(code, name) of the regions that a person may report about, the first few hundred of them."""
    inside = code_within("code", scope.prefixes(*ENTERING))
    found = Region.objects.filter(inside) | Region.objects.filter(code__in=scope.homes)
    return list(found.order_by("code").values_list("code", "name")[:_LISTED])


def indicators_to_choose() -> list[tuple[str, str]]:
    """(code, name) of the catalogue."""
    return list(Indicator.objects.order_by("name").values_list("code", "name"))
