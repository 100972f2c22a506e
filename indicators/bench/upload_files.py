"""Files of synthetic figures, and somebody who may report them, as the upload benches use them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product
from typing import IO, TYPE_CHECKING

from indicators.workbooks import columns
from indicators.workbooks.export import Column, Sheet, write_workbook
from ipdash.core.periods import Quarter

if TYPE_CHECKING:
    from indicators.models import Indicator
    from ipdash.accounts.models import User
    from plans.models import Region

HEADS = (columns.INDICATOR, columns.REGION, columns.YEAR, columns.QUARTER, columns.VALUE)
Row = tuple[str, str, int, int, Decimal]
LONG_AGO = Quarter(1990, 1)
"""Long before any plan, so that no other figures lie there."""
_USERNAME = "bench-uploads"


@dataclass(frozen=True)
class Places:
    """What rows are made of."""

    indicators: Sequence[tuple[str, bool]]  # code, and whether running totals are reported
    regions: Sequence[str]
    quarters: Sequence[Quarter]


def places(count: int, *, quarters: Sequence[Quarter], regions: Sequence[str] = ()) -> Places:
    """Indicators, regions (all counties unless given) and quarters that give at least `count` rows; raises `Lacking`."""
    from django.utils.translation import gettext as _

    from indicators.bench.registry import Lacking
    from indicators.models import Indicator
    from plans.models import Region

    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code").values_list("code", flat=True)
    known = Indicator.objects.filter(
        numerator__isnull=True, part_of__isnull=True, frequency=Indicator.Frequency.QUARTERLY,
        quantity__in=[Indicator.Quantity.STOCK, Indicator.Quantity.FLOW], minimum__isnull=True, maximum__isnull=True,
    )  # fmt: skip
    ytd = Indicator.ReportingBasis.YTD
    found = [(code, basis == ytd) for code, basis in known.order_by("code").values_list("code", "reporting_basis")]
    of = Places(found, regions or list(counties), quarters)
    if len(of.regions) * len(of.indicators) * len(of.quarters) < count:
        raise Lacking(_("没有行政区划和指标目录，请先运行 load_reference_data。"))
    return of


def by_code(of: Places) -> tuple[dict[str, Indicator], dict[str, Region]]:
    """The catalogue's entries and the regions."""
    from indicators.models import Indicator
    from plans.models import Region

    indicators = Indicator.objects.filter(code__in=[code for code, _running in of.indicators])
    return {i.code: i for i in indicators}, {r.code: r for r in Region.objects.filter(code__in=of.regions)}


def rows(of: Places, count: int) -> Iterator[Row]:
    """`count` figures, all different and none odd beside the others: they grow evenly."""
    figures = product(enumerate(of.indicators), enumerate(of.regions), of.quarters)
    for (i, (indicator, running)), (r, region), quarter in islice(figures, count):
        value = Decimal((1009 + 37 * i + 13 * r) * (quarter.quarter if running else quarter.quarter + 20))
        yield indicator, region, quarter.year, quarter.quarter, value


def made_up(count: int) -> Iterator[Row]:
    """Rows for which no database is asked."""
    regions = [f"{code:06}" for code in range(110101, 112101)]
    return rows(Places([(f"indicator_{n:03}", True) for n in range(50)], regions, [LONG_AGO]), count)


def write(target: IO[bytes], lines: Iterable[Row]) -> None:
    """The rows as an .xlsx with the columns of a plain table, by our own writer."""
    kinds = ("text", "text", "whole", "whole", "number")
    heads = [Column(head, kind) for head, kind in zip(HEADS, kinds, strict=True)]  # type: ignore[arg-type]
    write_workbook(target, [Sheet("数据", heads, lines)])


def write_with_openpyxl(target: IO[bytes], lines: Iterable[Row]) -> None:
    """The same cells by openpyxl's write-only mode."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(HEADS)
    for line in lines:
        sheet.append(line)
    book.save(target)


def workbook(lines: Iterable[Row]) -> bytes:
    """The rows as a file in memory."""
    target = io.BytesIO()
    write(target, lines)
    return target.getvalue()


def reporter() -> User:
    """Staff of every province. Made inside a transaction that is rolled back."""
    from ipdash.accounts.models import User
    from plans.models import Membership, Region, Role

    user = User.objects.create(username=_USERNAME)
    provinces = Region.objects.filter(level=Region.Level.PROVINCE)
    Membership.objects.bulk_create(Membership(user=user, role=Role.STAFF, region=province) for province in provinces)
    return user
