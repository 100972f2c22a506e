"""The synthetic nation in small: it computes and verifies, says that it is synthetic, and keeps away from real plans."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from indicators.models import Attainment, Figure, TargetLine
from indicators.services.demo import load_reference_data
from indicators.services.national_data import READER
from indicators.services.verification import verify_all
from ipdash.accounts.models import User
from ipdash.core import clock
from plans.models import Plan
from tests import builders

pytestmark = pytest.mark.django_db


def make(*arguments: str) -> str:
    out = io.StringIO()
    call_command("make_national_data", "--regions", "60", "--indicators", "40", "--years", "3", *arguments, stdout=out)
    return out.getvalue()


def test_a_small_nation_computes_and_verifies_and_a_second_run_changes_nothing() -> None:
    load_reference_data(settings.BASE_DIR / "fixtures")
    told = make()
    assert "合成数据，不是真实数据" in told
    assert TargetLine.objects.count() == 60 * 40
    assert all("合成数据" in title for title in Plan.objects.values_list("title", flat=True))
    assert Figure.objects.filter(approved_value=0).exists()
    assert not User.objects.get(username=READER).has_usable_password()
    call_command("recompute_attainment", "--all", stdout=io.StringIO())
    found = verify_all(today=clock.today())
    assert (found.differing, found.waiting, found.rows) == (0, 0, 60 * 40 * 12)
    # Every kind is there, and its results are of every sort.
    assert {"achieved", "missed", "missing", "undefined", "not_due"} <= set(
        Attainment.objects.values_list("status", flat=True)
    )
    assert Attainment.objects.exclude(coverage_expected=None).exists()
    figures = list(Figure.objects.order_by("pk").values_list("pk", "value"))
    assert "没有改动" in make()
    assert list(Figure.objects.order_by("pk").values_list("pk", "value")) == figures


def test_real_plans_are_left_alone() -> None:
    load_reference_data(settings.BASE_DIR / "fixtures")
    builders.make_plan(builders.make_region("610300"))
    with pytest.raises(CommandError, match="--force"):
        make()
    assert not Figure.objects.exists()


def test_without_the_region_tree_it_says_what_to_run_first() -> None:
    with pytest.raises(CommandError, match="load_reference_data"):
        make()


def test_a_size_out_of_range_is_refused() -> None:
    with pytest.raises(CommandError, match="34"):
        call_command("make_national_data", "--regions", "1")
