"""The overview in words: whether the plan keeps up, what is worst, what changed most, whether the year will be reached."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from indicators.selectors.conclusion import conclusion
from ipdash.core.periods import Quarter

Q3, Q4 = Quarter(2025, 3), Quarter(2025, 4)
LIGHT = {
    "achieved": "green", "on_track": "green", "behind": "yellow", "far_behind": "red", "missed": "red",
    "missing": "grey", "undefined": "grey", "not_due": "none", "no_target": "none",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    name: str
    status: str
    status_before: str = ""
    year_gap: Decimal | None = None
    misses: bool | None = None
    owner_name: str = ""
    told: str = "实际1件"

    @property
    def light(self) -> str:
        return LIGHT[self.status]

    @property
    def light_before(self) -> str:
        return LIGHT.get(self.status_before, "none")

    @property
    def changed(self) -> bool:
        return bool(self.status_before) and self.light != self.light_before


def points(*lines: Line, quarter: Quarter = Q3) -> dict[str, str]:
    return {point.label: point.text for point in conclusion(quarter, lines).points}


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (("on_track", "achieved"), "全部跟上进度。"),
        (("achieved", "achieved"), "全部完成。"),
        (("achieved", "not_due"), "全部完成。"),
        (("on_track", "behind", "far_behind", "missing"), "没有全部跟上进度，2项落后。"),
        (("achieved", "missed"), "没有全部完成，1项未完成。"),
        (("missed", "behind"), "没有全部跟上进度，2项落后。"),
        (("on_track", "missing", "undefined"), "能判断的都跟上了进度，还有2项不能判断。"),
        (("missing",), "能判断的都跟上了进度，还有1项不能判断。"),
        (("not_due", "no_target"), "还没有到考核的时候。"),
    ],
)
def test_the_verdict_counts_what_falls_behind(statuses: tuple[str, ...], verdict: str) -> None:
    assert conclusion(Q3, [Line(str(n), status) for n, status in enumerate(statuses)]).verdict == verdict


def test_the_worst_comes_with_its_owner_and_numbers_and_the_next_two_by_name() -> None:
    lines = [
        Line("甲", "behind", year_gap=Decimal(-50), owner_name="一局"),
        Line("乙", "far_behind", year_gap=Decimal(-20), owner_name="二局", told="实际9件，年度目标12件"),
        Line("丙", "far_behind", year_gap=Decimal(-15)),
        Line("丁", "behind", year_gap=Decimal(-60)),
        Line("戊", "on_track"),
    ]
    assert points(*lines)["差距最大"] == "乙（二局），实际9件，年度目标12件；其次是丙、丁"
    assert "差距最大" not in points(Line("戊", "on_track"))


def test_the_largest_change_is_the_longest_way_between_states_that_were_judged() -> None:
    lines = [
        Line("甲", "behind", "on_track"),
        Line("乙", "achieved", "far_behind", owner_name="二局"),
        Line("丙", "on_track", "behind"),
        Line("丁", "missing", "achieved"),
        Line("戊", "achieved", "on_track"),
    ]
    assert points(*lines)["变化最大"] == "乙（二局）由“严重滞后”变为“已完成”；较上季2项变好、1项变差（甲）"
    assert points(lines[1])["变化最大"].endswith("；较上季1项变好")
    assert points(lines[0])["变化最大"].endswith("；较上季1项变差")
    assert points(Line("丁", "missing", "achieved"))["变化最大"] == "没有指标的状态比上季变好或变差"


def test_the_forecast_names_who_would_fall_short_or_says_why_there_is_none() -> None:
    lines = [Line(name, "behind", misses=True) for name in "甲乙丙"] + [Line("丁", "on_track", misses=False)]
    assert points(*lines)["年末预计"] == "有年末预计的4项中，3项预计达不到年度目标（甲等）"
    assert points(*lines[2:])["年末预计"] == "有年末预计的2项中，1项预计达不到年度目标（丙）"
    assert points(lines[3])["年末预计"] == "有年末预计的1项均预计能达到年度目标"
    assert points(Line("甲", "missing"))["年末预计"] == "数据还不够，不能预计"


def test_a_year_that_has_ended_tells_its_result_and_forecasts_nothing() -> None:
    ended = points(Line("甲", "missed"), Line("乙", "achieved"), Line("丙", "missing"), quarter=Q4)
    assert ended["全年结果"] == "2项可以判断，1项完成年度目标，1项没有完成"
    assert "年末预计" not in ended
    assert points(Line("丙", "missing"), quarter=Q4)["全年结果"] == "没有可以判断的指标"


def test_a_plan_without_targets_says_so_and_nothing_else() -> None:
    assert conclusion(Q3, []).text == "本规划在该区划没有目标指标。"
