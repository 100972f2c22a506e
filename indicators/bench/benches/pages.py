"""The leader's page, an indicator's and a reporter's under load, and the results over the API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bench.pages import page_bench
from indicators.bench.registry import Broken, Lacking, Measure, Options, bench, timed_in_turn
from indicators.models import Attainment, Figure, ReportingDuty, ReportingPeriod, TargetLine
from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.periods import Quarter
from plans.models import Membership, Role

ROWS = 1000
API_RATIO = 3


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


@bench("page_my_work", title=gettext_lazy("我的工作页面"))
def page_my_work(options: Options) -> Iterator[Measure]:
    """For a reporter of the unit with the most duties, in an open quarter, while figures are sent back and approved."""
    with _reporter() as (reporter, change):
        yield from page_bench("/my-work/", reporter, change=change, rounds=options.rounds)


@contextmanager
def _reporter() -> Iterator[tuple[User, Callable[[], object]]]:
    """Somebody who has to report now, and what changes their work; afterwards everything is as it was."""
    today = clock.today()
    quarter = Quarter.last_ended(today)
    by_unit = ReportingDuty.objects.in_force_on(quarter.last_day).order_by().values("unit", "region")
    duty = by_unit.annotate(count=Count("pk")).order_by("-count", "unit").first()
    figure = Figure.objects.filter(region=duty["region"], state=Figure.State.APPROVED).last() if duty else None
    if duty is None or figure is None:
        raise Lacking(_("没有填报责任和填报数据；请先载入演示数据（load_demo）或全国数据（make_national_data）。"))
    period, made = ReportingPeriod.objects.get_or_create(
        region_id=duty["region"], year=quarter.year, quarter=quarter.quarter,
        defaults={"opens": today, "due": today, "locks": today},
    )  # fmt: skip
    reporter = User.objects.create(username=f"bench-{time.time_ns()}", display_name=_("测速"))
    Membership.objects.create(user=reporter, role=Role.REPORTER, unit_id=duty["unit"])
    states = cycle([Figure.State.RETURNED, Figure.State.APPROVED])
    try:
        yield reporter, lambda: Figure.objects.filter(pk=figure.pk).update(state=next(states))
    finally:
        Figure.objects.filter(pk=figure.pk).update(state=Figure.State.APPROVED)
        Membership.objects.filter(user=reporter).delete()
        User.objects.filter(pk=reporter.pk).delete()
        if made:
            period.delete()


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


@bench("api_attainment", title=gettext_lazy("接口读出1000条完成情况"))
def api_attainment(options: Options) -> Iterator[Measure]:
    """A page of results over the API, beside the same rows by `values_list` and `json.dumps`."""
    leader, row = _leader_and_row()
    rows = Attainment.objects.filter(plan=row.plan_id).order_by("pk")[:ROWS]
    fields = [field.attname for field in Attainment._meta.local_fields]
    client = Client(headers={"host": "localhost"})
    client.force_login(leader, backend=settings.AUTHENTICATION_BACKENDS[-1])
    path = f"/api/v1/attainment/?plan={row.plan_id}&page_size={ROWS}"

    def told() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise Broken(f"{path} answers {answer.status_code}")

    def first_time() -> None:
        cache.clear()
        told()

    def floor() -> None:
        json.dumps([dict(zip(fields, values, strict=True)) for values in rows.values_list(*fields)], default=str)

    told()
    taken = timed_in_turn(options.rounds, told=told, first_time=first_time, floor=floor)
    client.logout()
    yield Measure(_("读过、数据未变"), taken["told"], floor=taken["floor"], most_ratio=API_RATIO)
    yield Measure(_("头一次"), taken["first_time"], floor=taken["floor"])
