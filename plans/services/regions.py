"""The region tree: the national list and the functional zones, loaded from `fixtures/`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import transaction

from ipdash.accounts import audit
from plans.models import Region

FILES = ("regions.csv", "zones.csv")
_DEPTH = {Region.Level.PROVINCE: 0, Region.Level.PREFECTURE: 1, Region.Level.COUNTY: 2, Region.Level.ZONE: 2}


@transaction.atomic
def load_regions(folder: Path) -> int:
    """Adds the regions of `regions.csv` and `zones.csv` that are not there; gives how many.

    A region that is there stays as it is kept here: names and dates are corrected by people, not by a reload.
    """
    rows = [row for name in FILES for row in _rows(folder / name)]
    ids = dict(Region.objects.values_list("code", "pk"))
    absent = [row for row in rows if row["code"] not in ids]
    for depth in range(3):
        # Parents first: a child needs its parent's id.
        fresh = Region.objects.bulk_create(
            [_region(row, ids) for row in absent if _DEPTH[Region.Level(row["level"])] == depth], batch_size=1000
        )
        ids |= {region.code: region.pk for region in fresh}
    if absent:
        audit.record("region.load", ("region", ""), actor=None, after={"added": len(absent)})
    return len(absent)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _region(row: Mapping[str, str], ids: Mapping[str, int]) -> Region:
    parent = ids[row["parent"]] if row["parent"] else None
    return Region(
        code=row["code"], name=row["name"], short_name=row["short_name"], level=row["level"], parent_id=parent
    )
