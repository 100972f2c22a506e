"""The bench itself: limits are judged as written, medians are medians, and a page that fails is not measured."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from indicators.bench import registry
from indicators.bench.registry import Broken, Lacking, Measure, Options, limit_words, timed_in_turn


def test_a_limit_is_reached_at_the_limit_itself_and_not_beyond() -> None:
    assert Measure("a", 0.5, most=0.5).reached is True
    assert Measure("a", 0.51, most=0.5).reached is False
    assert Measure("a", 59.9, least=60).reached is False
    assert Measure("a", 2.5, floor=2, most_ratio=1.25).reached is True
    assert Measure("a", 2.6, floor=2, most_ratio=1.25).reached is False
    assert Measure("a", 3, floor=10, least_ratio=0.3).reached is True


def test_every_limit_must_hold_and_without_one_nothing_is_judged() -> None:
    assert Measure("a", 1, floor=10, most=0.5, most_ratio=0.2).reached is False
    assert Measure("a", 1, floor=10).reached is None


def test_a_ratio_without_a_floor_is_never_reached() -> None:
    assert Measure("a", 1, floor=0.0, most_ratio=2).reached is False


def test_the_limits_are_told_as_people_write_them() -> None:
    assert limit_words(Measure("a", 1, most=0.5)) == "≤ 0.5 s"
    assert limit_words(Measure("a", 1, "kB", floor=1, most=2, most_ratio=1.25)) == "≤ 2 kB，与基准之比 ≤ 1.25"


def test_jobs_take_turns_and_the_median_of_their_own_seconds_counts() -> None:
    calls: list[str] = []
    own = iter([5.0, 1.0, 3.0])

    def job() -> float:
        calls.append("job")
        return next(own)

    taken = timed_in_turn(3, job=job, floor=lambda: calls.append("floor"))
    assert taken["job"] == 3.0
    assert calls == ["job", "floor", "floor", "job", "job", "floor"]


@pytest.fixture
def benches(monkeypatch: pytest.MonkeyPatch) -> dict[str, registry.Spec]:
    def missed(options: Options) -> list[Measure]:
        return [Measure("慢", options.rounds, most=1)]

    def lacking(options: Options) -> list[Measure]:
        raise Lacking("没有数据。")

    def broken(options: Options) -> list[Measure]:
        raise Broken("500")

    def fine(options: Options) -> list[Measure]:
        return [Measure("快", 0.5, floor=1.0, most_ratio=0.6)]

    named = {run.__name__: registry.Spec(run.__name__, "标题", run) for run in (missed, lacking, broken, fine)}
    monkeypatch.setattr("indicators.management.commands.bench.all_benches", lambda: named)
    return named


def test_a_missed_goal_is_told_and_ends_with_1(benches: object) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("bench", "missed", "--rounds", "3", stdout=out)
    assert ended.value.code == 1
    assert "慢 3 s，目标 ≤ 1 s：未达到" in out.getvalue()


def test_a_broken_job_is_no_success(benches: object) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("bench", "broken", stdout=io.StringIO())
    assert ended.value.code == 1


def test_lacking_data_is_told_and_ends_with_2(benches: object) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("bench", "lacking", "fine", stdout=out)
    assert ended.value.code == 2
    assert "未测：没有数据。" in out.getvalue()
    assert "之比 0.5" in out.getvalue()


def test_json_is_nothing_but_json(benches: object) -> None:
    out = io.StringIO()
    call_command("bench", "fine", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["benches"][0]["measures"][0]["ratio"] == 0.5
    assert told["machine"]["cpus"] >= 1


def test_an_unknown_name_is_refused_with_the_known_ones(benches: object) -> None:
    with pytest.raises(CommandError, match="fine"):
        call_command("bench", "nothing", stdout=io.StringIO())


def test_every_bench_of_the_product_has_a_title() -> None:
    assert all(str(spec.title) for spec in registry.all_benches().values())
    assert "read_plan" in registry.all_benches()
