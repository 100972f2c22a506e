"""Two quarters of two tasks, day by day: reported, sent back, accepted — and urged, warned, answered, closed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from indicators.services.supervision_round import run_round
from ipdash.core.periods import Quarter
from plans.models import Milestone, PlanTask, Supervision
from plans.permissions import visible_reports
from plans.scope import forget_scope, scope_of
from plans.services.task_reports import accept_report, return_report, save_report
from tests import builders
from tests.conftest import MODEL_BACKEND
from tests.supervision_world import World, make_world

pytestmark = pytest.mark.django_db


class Story:
    """The world on a day that moves, with a browser for everybody."""

    def __init__(self, settings: Any) -> None:
        self.settings, self.world = settings, make_world()
        self.browsers: dict[str, Client] = {}
        for name, user in self.world.everybody.items():
            self.browsers[name] = Client()
            self.browsers[name].force_login(user, backend=MODEL_BACKEND)

    def on(self, day: date) -> date:
        self.settings.TODAY_OVERRIDE = day
        for user in self.world.everybody.values():
            forget_scope(user)
        return day

    def moves(self, who: str, slip: Supervision, action: str, words: str = "") -> None:
        answer = self.browsers[who].post(f"/supervision/{slip.pk}/{action}/", {"words": words})
        assert answer.status_code == 302, answer.content.decode()[:500]

    def seen_by(self, slip: Supervision) -> set[str]:
        return {
            name for name, client in self.browsers.items() if client.get(f"/supervision/{slip.pk}/").status_code == 200
        }


@pytest.fixture
def story(settings: Any) -> Story:
    return Story(settings)


INSIDE = {"staff", "colleague"}
TOLD = INSIDE | {"leader", "clerk"}


def slip_of(task: PlanTask) -> Supervision:
    return Supervision.objects.get(task=task, state="proposed")


def test_a_quarter_is_reminded_contributed_consolidated_returned_and_accepted(story: Story) -> None:
    world: World = story.world
    Milestone.objects.all().delete()
    builders.open_period(world.region, 2025, 2)
    quarter, task = Quarter(2025, 2), world.task
    day = story.on(date(2025, 7, 8))
    assert run_round(day)["proposed"] == 1
    urge = slip_of(task)
    assert (urge.level, urge.reason, story.seen_by(urge)) == ("urge", "report", INSIDE)
    story.moves("staff", urge, "send")
    assert story.seen_by(urge) == TOLD
    day = story.on(date(2025, 7, 9))
    part = save_report(world.outsider, task.pk, world.other.pk, quarter, {"text": "经费已落实"}, today=day, submit=True)
    seen = {
        n for n, u in world.everybody.items() if type(part).objects.filter(visible_reports(scope_of(u)), pk=part.pk)
    }
    assert seen == INSIDE | {"outsider", "clerk", "reviewer"}
    whole = save_report(world.clerk, task.pk, world.unit.pk, quarter, {"text": "办法已起草"}, today=day, submit=True)
    assert whole.is_lead
    return_report(world.staff, whole.pk, "请写明完成时间")
    assert run_round(day)["proposed"] == 0  # the urge is on its way already
    save_report(world.clerk, task.pk, world.unit.pk, quarter, {"text": "九月底前印发"}, today=day, submit=True)
    accept_report(world.colleague, whole.pk, today=day)
    story.moves("clerk", urge, "sign")
    story.moves("clerk", urge, "answer", "已提交反馈")
    story.moves("staff", urge, "close")
    assert run_round(story.on(date(2025, 7, 16)))["proposed"] == 0


def test_a_late_task_is_urged_then_warned_yellow_then_red_answered_and_closed(story: Story) -> None:
    world = story.world
    task = world.task
    Milestone.objects.all().delete()
    Milestone.objects.create(task=task, label="三季度", year=2025, from_quarter=3, to_quarter=3, text="印发办法")
    expected = [(date(2025, 9, 24), "urge"), (date(2025, 10, 21), "yellow"), (date(2025, 11, 4), "red")]
    for day, level in expected:
        run_round(story.on(day))
        slip = slip_of(task)
        assert (slip.level, story.seen_by(slip)) == (level, INSIDE)
        story.moves("staff", slip, "send", f"请说明{level}")
        assert story.seen_by(slip) == TOLD
        page = story.browsers["clerk"].get("/notices/").content.decode()
        assert slip.task.title in page
    red = Supervision.objects.get(task=task, state="sent")
    assert red.level == "red"
    assert set(Supervision.objects.exclude(pk=red.pk).values_list("state", flat=True)) == {"raised"}
    story.moves("clerk", red, "sign")
    story.moves("clerk", red, "answer", "办法已印发，文号宝政办发〔2025〕8号")
    printed = story.browsers["leader"].get(f"/supervision/{red.pk}/print/").content.decode()
    assert "办法已印发" in printed
    story.moves("colleague", red, "close", "同意")
    red.refresh_from_db()
    assert (red.state, red.ended_on) == ("closed", date(2025, 11, 4))
    assert run_round(story.on(date(2025, 11, 5)))["proposed"] == 0
    overview = story.browsers["leader"].get(f"/plans/{world.plan.pk}/").content.decode()
    assert "本季度已销号" in overview
    assert "财政局" not in story.browsers["outsider"].get("/supervision/").content.decode().replace(
        "市财政局联络员", ""
    ).replace("财政局联络员", "")
