"""The comparison pages under load: one indicator ranked, and regions × indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bench.pages import page_bench
from indicators.bench.registry import Lacking, Measure, Options, bench
from indicators.models import Attainment, TargetLine
from ipdash.accounts.models import User
from plans.models import Membership, Plan, Role


@bench("page_ranking", title=gettext_lazy("地区排名页面"))
def page_ranking(options: Options) -> Iterator[Measure]:
    """The region with the most children, by an indicator in which its own result is written anew."""
    yield from _measured("/compare/", options, by_indicator=True)


@bench("page_matrix", title=gettext_lazy("地区 × 指标页面"))
def page_matrix(options: Options) -> Iterator[Measure]:
    """The same region, by everything that its children are measured by."""
    yield from _measured("/compare/regions/", options)


def _measured(page: str, options: Options, *, by_indicator: bool = False) -> Iterator[Measure]:
    leader, row = _leader_and_row()
    path = f"{page}?plan={row.plan_id}&region={row.region.code}&quarter={row.as_quarter}"
    if by_indicator:
        path += f"&indicator={row.line.indicator.code}"
    with _recomputed(row) as change:
        yield from page_bench(path, leader, change=change, rounds=options.rounds)


def _leader_and_row() -> tuple[User, Attainment]:
    """A leader of a plan's region, and the latest result of the region of that plan that has the most children in it."""
    leaders = {
        member.region_id: member.user
        for member in Membership.objects.filter(role=Role.LEADER, region__isnull=False).select_related("user")
    }
    plans = Plan.objects.filter(region__in=leaders).exclude(state=Plan.State.DRAFT)
    of_parent = TargetLine.objects.filter(plan=OuterRef("plan"), region=OuterRef("region__parent"))
    families = (
        TargetLine.objects.filter(Exists(of_parent), plan__in=plans)
        .order_by()
        .values("plan", "region__parent")
        .annotate(children=Count("region", distinct=True))
        .filter(children__gt=1)
        .order_by("-children", "plan", "region__parent")
    )
    for family in families[:20]:
        rows = Attainment.objects.filter(plan=family["plan"], region=family["region__parent"], actual__isnull=False)
        row = rows.select_related("region", "plan", "line__indicator").order_by("-year", "-quarter").first()
        if row is not None:
            return leaders[row.plan.region_id], row
    raise Lacking(_("没有可以比较的下级区划；请先载入全国数据（make_national_data）并重算（recompute_attainment）。"))


@contextmanager
def _recomputed(row: Attainment) -> Iterator[Callable[[], object]]:
    """Writes one result anew, as a recomputation does it; afterwards it is as it was."""
    rows = Attainment.objects.filter(line=row.line_id, year=row.year, quarter=row.quarter)
    try:
        yield lambda: rows.update(computed_at=timezone.now())
    finally:
        rows.update(computed_at=row.computed_at)
