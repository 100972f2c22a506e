"""The leader's page and the page of an indicator, under load."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bench.pages import page_bench
from indicators.bench.registry import Lacking, Measure, Options, bench
from indicators.models import Attainment, TargetLine
from ipdash.accounts.models import User
from plans.models import Membership, Role


@bench("page_overview", title=gettext_lazy("总览页面"))
def page_overview(options: Options) -> Iterator[Measure]:
    """The plan and region with the most lines, for a leader, at its latest quarter with results."""
    leader, row = _leader_and_row()
    region = row.region.code
    path = f"/plans/{row.plan_id}/?region={region}&quarter={row.as_quarter}"
    yield from page_bench(path, leader, change=_recomputed(row), rounds=options.rounds)


@bench("page_indicator", title=gettext_lazy("指标页面"))
def page_indicator(options: Options) -> Iterator[Measure]:
    """One indicator of that region."""
    leader, row = _leader_and_row()
    path = f"/plans/{row.plan_id}/indicators/{row.line_id}/?quarter={row.as_quarter}"
    yield from page_bench(path, leader, change=_recomputed(row), rounds=options.rounds)


def _leader_and_row() -> tuple[User, Attainment]:
    """Somebody who leads the region of some result, and that result."""
    for member in Membership.objects.filter(role=Role.LEADER, region__isnull=False).select_related("user", "region"):
        rows = Attainment.objects.filter(region=member.region, actual__isnull=False, target__isnull=False)
        row = rows.select_related("region").order_by("-year", "-quarter").first()
        if row is not None and TargetLine.objects.filter(plan=row.plan_id, region=row.region_id).count() > 1:
            return member.user, row
    raise Lacking(_("没有可供领导查看的结果；请先载入演示数据（load_demo）或全国数据（make_national_data）。"))


def _recomputed(row: Attainment) -> Callable[[], object]:
    """One result written anew, as a recomputation does it."""
    rows = Attainment.objects.filter(line=row.line_id, year=row.year, quarter=row.quarter)

    def write() -> None:
        rows.update(computed_at=timezone.now())

    return write
