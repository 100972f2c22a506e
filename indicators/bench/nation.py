"""The synthetic nation of `make_national_data`, as benches use it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils.translation import gettext as _

from indicators.bench.registry import Lacking
from indicators.models import Attainment, TargetLine
from indicators.services.national_data import READER, SLUG, STAFF
from ipdash.accounts.models import User
from plans.models import Plan


def plans() -> list[Plan]:
    """The synthetic plans, largest first by their region's number of lines; raises `Lacking` where there are none."""
    found = list(Plan.objects.filter(slug__startswith=SLUG).defer("source_text").order_by("pk"))
    if not found:
        raise Lacking(
            _(
                "没有全国规模的合成数据。请在 PostgreSQL 上运行 load_reference_data 和 make_national_data，再运行 recompute_attainment。"
            )
        )
    if connection.vendor != "postgresql":
        raise Lacking(_("全国规模在 PostgreSQL 上测，请设置 DATABASE_URL。"))
    sizes = {plan.pk: TargetLine.objects.filter(plan=plan).count() for plan in found}
    return sorted(found, key=lambda plan: -sizes[plan.pk])


def computed_plans() -> list[Plan]:
    """The same, all of them computed."""
    found = plans()
    if TargetLine.objects.filter(plan__in=found).stale().exists() or not Attainment.objects.exists():
        raise Lacking(_("合成数据的完成情况尚未计算，请先运行 recompute_attainment。"))
    return found


def reader() -> User:
    """Somebody who may see every synthetic plan and changes nothing."""
    plans()
    return User.objects.get(username=READER)


def staff() -> User:
    """Somebody who looks after every synthetic plan."""
    plans()
    return User.objects.get(username=STAFF)


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever the block writes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
