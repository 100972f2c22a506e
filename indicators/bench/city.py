"""A city's quarter: a plan with a thousand target lines, its figures from one file, approved, and its overview anew."""

from __future__ import annotations

import io
import time
from itertools import islice, product

from django.db.models import Count
from django.utils.translation import gettext as _

from indicators.bench import upload_files as files
from indicators.bench.nation import rolled_back
from indicators.bench.registry import Broken, Lacking
from indicators.models import Figure, Target, TargetLine
from indicators.selectors.overview import overview
from indicators.services import uploads
from indicators.services.figures import approve_figures
from indicators.services.recompute import recompute_plan
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.periods import Quarter
from plans.models import Membership, Plan, Region, Role
from plans.scope import scope_of

ROWS = 1000


def committed_and_shown() -> float:
    """Seconds from the request to store a city's figures until the overview that shows them; nothing of it stays."""
    with rolled_back():
        city, places = _city()
        plan = _plan(city, places)
        today, quarter = clock.today(), places.quarters[0]
        reporter, reviewer = files.reporter(), User.objects.create(username="bench-review")
        for role in (Role.REVIEWER, Role.LEADER):
            Membership.objects.create(user=reviewer, role=role, region=city)
        content = files.workbook(files.rows(places, ROWS))
        upload = uploads.preview(reporter, uploads.receive(reporter, io.BytesIO(content), "bench.xlsx", today), today)
        began = time.perf_counter()
        uploads.commit(reporter, upload, all_or_nothing=True, confirmed=(), today=today)
        stored = list(Figure.objects.filter(upload=upload).values_list("pk", flat=True))
        approve_figures(reviewer, stored)
        recompute_plan(plan.pk, today=today)
        shown = overview(scope_of(reviewer), plan, city, quarter)
        seconds = time.perf_counter() - began
        if len(stored) != ROWS or not shown.lines:
            raise Broken(f"{len(stored)} figures stored, {len(shown.lines)} lines shown")
        return seconds


def _city() -> tuple[Region, files.Places]:
    """The city with the most counties, and what its thousand figures are made of."""
    cities = Region.objects.filter(level=Region.Level.PREFECTURE).annotate(number=Count("children"))
    city = cities.order_by("-number", "code").first()
    if city is None:
        raise Lacking(_("没有行政区划和指标目录，请先运行 load_reference_data。"))
    last = Quarter.last_ended(clock.today())
    codes = [city.code, *city.children.order_by("code").values_list("code", flat=True)]
    return city, files.places(ROWS, regions=codes, quarters=[last])


def _plan(city: Region, places: files.Places) -> Plan:
    """A plan that asks for each of the figures."""
    quarter = places.quarters[0]
    plan = Plan.objects.create(
        title="bench", region=city, start_year=quarter.year - 1, end_year=quarter.year + 1, state=Plan.State.ACTIVE
    )
    indicators, regions = files.by_code(places)
    pairs = islice(product((code for code, _running in places.indicators), places.regions), ROWS)
    lines = TargetLine.objects.bulk_create(
        TargetLine(
            plan=plan, region=regions[region], indicator=indicators[code], printed_name=indicators[code].name[:120],
            basis=TargetLine.Basis.LEVEL,
        )
        for code, region in pairs
    )  # fmt: skip
    Target.objects.bulk_create(
        Target(line=line, year=quarter.year, comparator=">=", value=100_000, printed="100000") for line in lines
    )
    return plan
