"""Promise 10: whatever stood there and whatever happened since, undoing restores every figure and result, or refuses."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction

from indicators.models import Attainment, Figure, Upload
from indicators.services import uploads
from indicators.services.entry_rules import Entry
from indicators.services.figures import approve_figures, return_figures, save_figures, submit_figures
from indicators.services.recompute import recompute_plan
from ipdash.accounts.models import User
from ipdash.core.errors import Conflict
from plans.models import Plan
from plans.services.evidence import add_evidence
from tests import builders
from tests.indicators.uploads.conftest import TODAY, World
from tests.indicators.uploads.test_undo import state_of_figures

HEADER = "指标编码,行政区划代码,年份,季度,本季值"
NOT_COMPARED = {"computed_at", "computed_as_of"}


class Town:
    """A county with a plan of two levels of review or of one, its people, and what they do at random."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.second = builders.make_user("reviewer", region=world.region)
        self.plan: Plan = builders.make_plan(world.region, second_review=random.random() < 0.5)
        for indicator in world.indicators:
            builders.make_line(self.plan, indicator, {2025: "50"}, baseline=(2020, "10"))

    def entry(self) -> Entry:
        indicator = self.random.choice(self.world.indicators)
        return Entry(indicator.code, "500120", 2025, 3, Decimal(self.random.randint(0, 90)), printed="x")

    def ids(self) -> list[int]:
        found = list(Figure.objects.order_by("pk").values_list("pk", flat=True))
        return self.random.sample(found, self.random.randint(0, len(found)))

    def save(self) -> None:
        submit = self.random.random() < 0.6
        save_figures(self.world.reporter, [self.entry()], source=Figure.Source.FORM, today=TODAY, submit=submit)

    def submit(self) -> None:
        submit_figures(self.world.reporter, self.ids(), today=TODAY)

    def approve(self) -> None:
        approve_figures(self.random.choice([self.world.reviewer, self.second]), self.ids())

    def send_back(self) -> None:
        return_figures(self.world.reviewer, self.ids(), "请核对")

    def attach(self) -> None:
        for pk in self.ids()[:1]:
            content = io.BytesIO(f"{self.random.random()}".encode())
            add_evidence(self.world.reporter, "figure", pk, content, "依据.txt", today=TODAY)

    def upload(self) -> Upload:
        chosen = self.random.sample(self.world.indicators, self.random.randint(1, 5))
        rows = [f"{indicator.code},500120,2025,3,{self.random.randint(0, 90)}" for indicator in chosen]
        content = io.BytesIO("\r\n".join([HEADER, *rows]).encode("utf-8-sig"))
        received = uploads.receive(self.world.reporter, content, "三季度.csv", TODAY)
        upload = uploads.preview(self.world.reporter, received, TODAY)
        every = set(upload.rows.values_list("pk", flat=True))
        uploads.commit(self.world.reporter, upload, all_or_nothing=False, confirmed=every, today=TODAY)
        upload.refresh_from_db()
        return upload

    def live(self, steps: int) -> None:
        acts: list[Callable[[], Any]] = [self.save, self.submit, self.approve, self.send_back, self.attach]
        for _ in range(steps):
            try:
                with transaction.atomic():
                    self.random.choice(acts)()
            except Conflict:
                continue  # a file is no longer attached, say

    def results(self) -> list[dict[str, Any]]:
        recompute_plan(self.plan.pk, today=TODAY, everything=True)
        rows = Attainment.objects.filter(line__plan=self.plan).order_by("line", "year", "quarter").values()
        return [{name: value for name, value in row.items() if name not in NOT_COMPARED} for row in rows]


def undone(who: User, upload: Upload) -> Any:
    """None where the upload is taken back, else what the refusal lists."""
    try:
        uploads.undo(who, upload, today=TODAY, reason="报错了")
    except Conflict as refused:
        return refused.details
    return None


def one_life(world: World, seed: int) -> str:
    """One random story; says whether it ended with an undoing or with a refusal."""
    random = Random(seed)
    town = Town(world, random)
    town.live(random.randint(0, 10))
    figures, results = state_of_figures(), town.results()
    upload = town.upload()
    since = random.choice((0, 0, 1, 3))
    town.live(since)
    before = state_of_figures()
    who: User = random.choice([world.reporter, world.reviewer])
    details = undone(who, upload)
    if details is not None:
        assert details, seed
        assert state_of_figures() == before, seed
        upload.refresh_from_db()
        assert upload.state == Upload.State.COMMITTED, seed
        return "refused"
    if since == 0:
        assert state_of_figures() == figures, seed
        assert town.results() == results, seed
    else:  # what happened to other figures since stays; the upload's own are as they were
        told = {row.pk for row in Figure.objects.filter(revisions__upload=upload, revisions__action="enter")}
        kept = [row for row in state_of_figures() if row["id"] in told]
        assert kept == [row for row in figures if row["id"] in told], seed
    return "undone"


@pytest.mark.parametrize(
    "seeds", [range(12), pytest.param(range(1000, 1300), marks=pytest.mark.thorough)], ids=["short", "long"]
)
def test_undoing_restores_every_figure_and_every_result_or_refuses_with_the_list(world: World, seeds: range) -> None:
    ends = set()
    for seed in seeds:
        with transaction.atomic():
            ends.add(one_life(world, seed))
            transaction.set_rollback(True)
    assert ends == {"undone", "refused"}
