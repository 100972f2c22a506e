"""Every change that results follow from asks for one recomputation, asked twice for no second, and the page's number changes.

Restoring a backup computes before the swap: `test_backups.py`. Changes of regions: `test_region_changes.py`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from indicators.models import Figure, TargetLine, Upload
from indicators.services import uploads
from indicators.services.catalogue import change_indicator
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, save_figures
from indicators.services.line_ends import end_line, reopen_line
from indicators.services.periods import end_duty
from indicators.services.region_changes import change_region
from indicators.services.staleness import request_recomputation
from indicators.services.targets import BaselineValue, TargetValue, adjust_target, change_line
from ipdash.accounts.services import issue_token
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.runner import run_due_jobs
from plans.services.plans import change_plan
from plans.services.region_tree import TreeChange
from tests import builders
from tests.conftest import MODEL_BACKEND

pytestmark = pytest.mark.django_db
TODAY = date(2025, 10, 12)
QUARTER = Quarter(2025, 3)
HEADER = "指标编码,指标名称,行政区划代码,行政区划,年份,季度,计量单位,本季值,备注"


class World:
    """A city of two counties with a stock that is added up from them, and a ratio to its people."""

    def __init__(self) -> None:
        self.counties = [builders.make_region(code) for code in ("610302", "610303")]
        self.city, self.other = builders.make_region("610300"), builders.make_region("610400")
        province = builders.make_region("610000")
        self.staff = builders.make_user("staff", region=province)
        self.reviewer = builders.make_user("reviewer", region=province)
        self.people = builders.make_indicator("people", unit="人")
        self.patents = builders.make_indicator("patents")
        self.ratio = builders.make_indicator(
            "ratio", quantity="ratio", numerator=self.patents, denominator=self.people, factor=Decimal(10000)
        )
        self.plan = builders.make_plan(province, (2021, 2025))
        self.line = builders.make_line(self.plan, self.patents, {2025: "100"}, baseline=(2020, "20"), region=self.city)
        self.per_head = builders.make_line(self.plan, self.ratio, {2025: "5"}, region=self.city)
        self.duties = [
            builders.make_duty(indicator, county, builders.make_unit(county))
            for indicator in (self.patents, self.people)
            for county in self.counties
        ]
        self.approve(*(Entry("patents", county.code, 2025, 3, Decimal(30)) for county in self.counties))
        self.approve(*(Entry("people", county.code, 2025, 3, Decimal(50000)) for county in self.counties))
        run_due_jobs()

    def enter(self, *entries: Entry) -> list[int]:
        saved = save_figures(self.staff, list(entries), source=Figure.Source.API, today=TODAY, reason="更正")
        assert all(result.ok for result in saved.results), saved.results
        return [result.id for result in saved.results if result.id is not None]

    def approve(self, *entries: Entry) -> None:
        outcome = approve_figures(self.reviewer, self.enter(*entries))
        assert all(result.ok for result in outcome.results), outcome.results

    def page(self, line: TargetLine) -> str:
        """The words of an indicator's page, without what a form's token brings along."""
        client = Client()
        client.force_login(self.staff, backend=MODEL_BACKEND)
        answer = client.get(f"/plans/{self.plan.pk}/indicators/{line.pk}/?quarter={QUARTER}")
        assert answer.status_code == 200
        content = answer.content.decode()
        main = content[content.index("<main") : content.index("</main>")]
        return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]*>", " ", main, flags=re.S))


def _upload(world: World) -> Upload:
    content = "\r\n".join([HEADER, "patents,,610302,,2025,3,,33,"]).encode("utf-8-sig")
    upload = uploads.receive(world.staff, io.BytesIO(content), "表.csv", TODAY)
    upload = uploads.preview(world.staff, upload, TODAY)
    uploads.commit(
        world.staff, upload, all_or_nothing=True, confirmed=set(upload.rows.values_list("pk", flat=True)), today=TODAY
    )
    return upload


def one_figure(world: World) -> None:
    world.approve(Entry("patents", "610302", 2025, 3, Decimal(31)))


def bulk_approval(world: World) -> None:
    world.approve(*(Entry("patents", county.code, 2025, 3, Decimal(40)) for county in world.counties))


def api(world: World) -> None:
    ids = world.enter(Entry("patents", "610302", 2025, 3, Decimal(41)))
    _token, key = issue_token(world.reviewer, "审核", actor=world.reviewer)
    answer = Client().post(
        "/api/v1/figures/approve/", {"figures": ids}, content_type="application/json",
        headers={"Authorization": f"Token {key}"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json()["job"] == JobRun.objects.get(state=JobState.QUEUED).pk


def undo(world: World) -> None:
    upload = _upload(world)
    approve_figures(world.reviewer, list(Figure.objects.filter(upload=upload).values_list("pk", flat=True)))
    run_due_jobs()
    uploads.undo(world.reviewer, upload, today=TODAY, reason="报送有误")


def denominator(world: World) -> None:
    world.approve(Entry("people", "610302", 2025, 3, Decimal(60000)))


def target(world: World) -> None:
    change_line(world.staff, world.line.pk, {"targets": [TargetValue(2025, ">=", Decimal(90))]}, reason="更正")


def adjustment(world: World) -> None:
    value = TargetValue(2025, ">=", Decimal(80))
    adjust_target(world.staff, world.line.pk, value, in_force_from=QUARTER, document="通知")


def baseline(world: World) -> None:
    change_line(world.staff, world.line.pk, {"baselines": [BaselineValue(2020, Decimal(10))]})


def thresholds(world: World) -> None:
    change_plan(world.staff, world.plan.pk, {"yellow_below": Decimal(-300), "red_below": Decimal(-400)})


def definition(world: World) -> None:
    change_indicator(world.staff, "ratio", {"factor": Decimal(1000)})


def duty(world: World) -> None:
    end_duty(world.staff, world.duties[0].pk, last_day=date(2025, 6, 30))


def ending(world: World) -> None:
    end_line(world.staff, world.line.pk, ended_from=QUARTER, document="修订稿")


def reopening(world: World) -> None:
    end_line(world.staff, world.line.pk, ended_from=QUARTER, document="修订稿")
    run_due_jobs()
    reopen_line(world.staff, world.line.pk)


def tree(world: World) -> None:
    wanted = TreeChange("moved", date(2025, 8, 1), "批复", code="610402", parent="610400")
    change_region(world.staff, "610302", wanted, today=TODAY)


CHANGES: dict[Callable[[World], None], str] = {
    one_figure: "line", bulk_approval: "line", api: "line", undo: "line", denominator: "per_head", target: "line",
    adjustment: "line", baseline: "line", thresholds: "line", definition: "per_head", duty: "line", ending: "line",
    reopening: "line", tree: "line",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _a_folder_and_a_day_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TODAY_OVERRIDE = TODAY


@pytest.mark.parametrize(("change", "line"), CHANGES.items(), ids=[change.__name__ for change in CHANGES])
def test_a_change_asks_for_one_recomputation_and_the_page_tells_another_number(
    change: Callable[[World], None], line: str
) -> None:
    world = World()
    followed = getattr(world, line)
    if change in (undo, reopening):
        before = ""
    else:
        before = world.page(followed)
    change(world)
    (run,) = JobRun.objects.filter(state=JobState.QUEUED)
    assert run.dedupe_key == f"recompute_attainment:{world.plan.pk}"
    request_recomputation(world.plan.pk, requested_by=world.staff)
    assert JobRun.objects.filter(state=JobState.QUEUED).count() == 1
    stale = world.page(followed)
    run_due_jobs()
    assert not JobRun.objects.exclude(state=JobState.DONE).exists()
    assert world.page(followed) not in (before, stale)
