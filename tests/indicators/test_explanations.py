"""Every number opens to its explanation: a sentence for each status whose numbers are the page's, and what it rests on."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.display import baseline_text, figure_value_text, line_display, target_text, value_text
from indicators.explanations import Explanation, explain, explain_many
from indicators.models import Attainment, Figure, TargetLine
from indicators.models.attainment import Status
from indicators.permissions import get_line_for
from indicators.selectors.line_page import line_page
from indicators.selectors.ranking import rankings
from indicators.services.entry_rules import Entry
from indicators.services.figures import save_figures
from indicators.services.recompute import recompute_plan
from indicators.services.targets import TargetValue, adjust_target
from ipdash.core.periods import Quarter
from plans.scope import scope_of
from tests import builders
from tests.indicators.test_regions_add_up import TODAY, City

NUMBER = re.compile(r"[−+]?\d[\d,]*(?:\.\d+)?")
Q3 = Quarter(2025, 3)


def numbers(*texts: str) -> set[str]:
    return {found.lstrip("+−") for text in texts for found in NUMBER.findall(text)}


def demo_rows() -> list[Attainment]:
    lines = "line__plan", "line__region", "line__indicator__numerator", "line__indicator__denominator"
    return list(Attainment.objects.select_related(*lines).order_by("line", "year", "quarter"))


@pytest.mark.usefixtures("demo")
class TestEveryResultOfTheFivePlans:
    def test_has_a_sentence_that_ends_in_its_status(self) -> None:
        rows = demo_rows()
        told = explain_many(rows)
        assert {row.status for row in rows} >= set(Status.values) - {Status.NO_PACE}
        for row in rows:
            sentence = told[row.line_id, row.as_quarter].sentence
            if row.status == Status.NOT_DUE:
                assert "未到考核期" in sentence
            else:
                assert f"判定为“{Status(row.status).label}”。" in sentence, sentence
            assert sentence.startswith(("截至", str(row.year), "本指标", "基期以来", str(row.line.plan.start_year)))

    def test_says_only_numbers_of_the_page(self) -> None:
        rows = demo_rows()
        told = explain_many(rows)
        by_place = {(row.line_id, row.as_quarter): row for row in rows}
        for row in rows:
            why = told[row.line_id, row.as_quarter]
            assert numbers(why.text) <= self.on_the_page(row, why, by_place), why.text

    @staticmethod
    def on_the_page(row: Attainment, why: Explanation, by_place: dict[Any, Attainment]) -> set[str]:
        """The strings of this quarter, of the year's end before, of the line's targets and of the figures used."""
        line, plan = row.line, row.line.plan
        ended = by_place.get((row.line_id, Quarter(row.year - 1, 4)))
        shown = [*line_display(line, row).values(), *(line_display(line, ended).values() if ended else ())]
        targets = [word for target in line.targets.all() for word in (target_text(target, line), target.printed)]
        baselines = [baseline_text(line, baseline.value) for baseline in line.baselines.all()]
        used = [item.text for item in why.inputs]
        years = {str(year) for year in range(plan.start_year - 4, plan.end_year + 1)}
        points = numbers(*(value_text(line, target.value) for target in line.targets.all()))
        first = Figure.objects.filter(indicator=line.indicator_id, region=line.region_id, quarter=4)
        before = [
            figure_value_text(line.indicator, figure.approved_value)
            for figure in (first.filter(year=plan.start_year - 1) if row.year == plan.start_year else ())
        ]
        small = {"0", "1", "2", "3", "4", "10", str(len(why.inputs))}
        factor = numbers(f"{line.indicator.factor:,}") if line.indicator.factor is not None else set()
        zero = numbers(value_text(line, Decimal(0)))
        return numbers(*shown, *targets, *baselines, *used, *before) | years | points | small | factor | zero

    def test_names_the_actual_the_target_and_the_gap_as_they_are_shown(self) -> None:
        rows = demo_rows()
        told = explain_many(rows)
        for row in rows:
            shown, text = line_display(row.line, row), told[row.line_id, row.as_quarter].text
            if row.actual is not None:
                assert shown["actual"] in text
            if row.status in {Status.ON_TRACK, Status.BEHIND, Status.FAR_BEHIND} and row.year_gap is not None:
                assert shown["year_gap"] in text
                assert shown["target"] in text
            if row.forecast is not None and row.quarter != 4 and row.status != Status.NOT_DUE:
                assert f"年末预计{shown['forecast']}" in text
                assert shown["forecast_method"] in text

    def test_is_read_with_as_many_queries_as_there_are_plans(self) -> None:
        rows = [row for row in demo_rows() if row.line.plan.slug == "bishan"]

        def queries(some: list[Attainment]) -> int:
            with CaptureQueriesContext(connection) as seen:
                explain_many(some, insider_of=["50"])
            # A column is copied out of PostgreSQL in a transaction of its own, whose statements are no reading.
            return sum("SELECT" in str(query["sql"]) for query in seen)

        assert queries(demo_rows()[:0]) == 0
        few, many = queries(rows[:20]), queries(rows)
        assert many <= few + 1 <= 10

    def test_is_the_same_on_the_page_and_over_the_api(self, client_of: Any, api_of: Any) -> None:
        rows = [row for row in demo_rows() if row.line.plan.slug == "bishan" and row.as_quarter == Q3]
        api = api_of("staff").get("/api/v1/attainment/?region=500120&year=2025&quarter=3&page_size=100").json()
        by_line = {result["target_line"]: result for result in api["results"]}
        browser: Client = client_of("staff")
        for row in rows[::6]:
            page = browser.get(f"/plans/{row.plan_id}/indicators/{row.line_id}/?quarter=2025Q3").content.decode()
            told = explain(row, insider_of=["50"])
            assert told.sentence in page
            assert by_line[row.line_id]["explanation"] == told.text
            assert all(words in page for words in told.further)
            assert [item["text"] for item in by_line[row.line_id]["inputs"]] == [item.text for item in told.inputs]


class Told(City):
    def explained(self, line: TargetLine | None = None, quarter: Quarter = Q3) -> Explanation:
        recompute_plan(self.plan.pk, today=TODAY)
        return explain(Attainment.objects.at(quarter).get(line=line or self.line), insider_of=["61"])


@pytest.mark.django_db
class TestWhatAResultRestsOn:
    def test_a_partial_sum_is_said_to_be_incomplete_and_names_who_reported(self) -> None:
        world = Told()
        world.approve(world.counties[0], "30")
        told = world.explained()
        assert "2个县区中1个已报，合计30件（不完整）" in told.sentence
        assert [finding.code for finding in told.findings] == ["partial"]

    def test_a_complete_sum_says_how_many_it_was_added_from(self) -> None:
        world = Told()
        world.approve(world.counties[0], "30")
        world.approve(world.counties[1], "40")
        told = world.explained()
        assert "实际值为70件（2个下级地区合计，全部已报）" in told.sentence
        assert (told.inputs[0].text, told.inputs[0].source) == (
            "指标patents2025年三季度：70件（2个下级地区合计）",
            None,
        )
        assert told.findings == []

    def test_an_own_figure_that_is_not_the_sum_is_a_finding_and_stands(self) -> None:
        world = Told()
        world.approve(world.counties[0], "30")
        world.approve(world.counties[1], "40")
        world.approve(world.city, "75")
        told = world.explained()
        assert [finding.code for finding in told.findings] == ["children_differ"]
        assert "本级填报75件，2个县区合计70件，相差5件" in told.findings[0].message
        assert "实际值为75件" in told.sentence

    def test_the_person_and_cell_are_those_of_the_approved_value_and_not_of_a_newer_draft(self) -> None:
        world = Told()
        world.approve(world.city, "75")
        other = builders.make_user("staff", region=world.city, name="李四")
        entry = Entry(world.indicator.code, world.city.code, 2025, 3, Decimal(80), cell="D7")
        assert save_figures(other, [entry], source=Figure.Source.UPLOAD, today=TODAY).results[0].ok
        source = world.explained().inputs[0].source
        assert source is not None
        assert (source.entered_by, source.words) == (world.staff.display_name, "接口")
        assert source.approved_by == world.reviewer.display_name

    def test_an_interpolated_target_names_the_points_it_lies_between_and_where_the_year_starts(self) -> None:
        world = Told()
        line = builders.make_line(world.plan, builders.make_indicator("stock"), {2025: "25"}, baseline=(2020, "15"))
        figure = Figure.objects.create(
            indicator=line.indicator, region=world.city, year=2024, quarter=3, source="api", state="approved",
            value=Decimal(20), approved_value=Decimal(20),
        )  # fmt: skip
        told = world.explained(line, Quarter(2024, 3))
        assert "按线性分解：在2020年基期值15件与2025年目标25件之间" in told.sentence
        assert "上年末没有实际值，以上年目标21件为起点" in told.sentence
        assert told.inputs[0].value == figure.approved_value

    def test_earlier_quarters_keep_the_target_they_were_judged_by(self) -> None:
        world = Told()
        world.approve(world.city, "75")
        adjust_target(
            world.staff, world.line.pk, TargetValue(2025, ">=", Decimal(80), printed="80件"),
            in_force_from=Quarter(2025, 3), document="市政府办〔2025〕6号", adjusted_on=date(2025, 7, 1),
        )  # fmt: skip
        now = world.explained()
        assert (
            "2025年目标已按市政府办〔2025〕6号（2025年7月1日）调整，自2025年三季度起执行，调整前为不低于100件"
            in now.sentence
        )
        assert now.origin is not None
        assert (now.origin.document, now.origin.in_force_from) == ("市政府办〔2025〕6号", Q3)
        before = world.explained(quarter=Quarter(2025, 2))
        assert before.origin is not None
        assert (before.origin.in_force_from, before.origin.later) == (None, "不低于80件")
        page = line_page(
            scope_of(world.staff), get_line_for(scope_of(world.staff), world.line.pk), Quarter(2025, 2), TODAY
        )
        assert [row.holds for row in page.targets] == [True, False]

    def test_a_decomposed_target_is_marked(self) -> None:
        world = Told()
        world.line.targets.update(source="decomposed", printed="")
        world.approve(world.city, "75")
        told = world.explained()
        assert "目标为100件（分解）" in told.sentence
        assert told.origin is not None
        assert told.origin.decomposed


@pytest.mark.django_db
class TestRanking:
    def world(self) -> tuple[Told, list[TargetLine]]:
        world = Told()
        third = builders.make_region("610304")
        lines = [
            builders.make_line(world.plan, world.indicator, {2025: "10"}, region=region)
            for region in (*world.counties, third)
        ]
        world.approve(world.counties[0], "30")
        world.approve(world.counties[1], "30")
        recompute_plan(world.plan.pk, today=TODAY)
        return world, lines

    def test_ties_share_a_place_and_the_missing_come_last_without_one(self) -> None:
        world, lines = self.world()
        found = rankings(scope_of(world.staff), lines[0], Q3).siblings
        assert found is not None
        assert [(place.rank, place.tied, place.current) for place in found.places] == [
            (1, True, True), (1, True, False), (None, False, False),
        ]  # fmt: skip
        assert (found.total, found.missing, found.hidden, found.children) == (3, 1, False, "县区")

    def test_a_region_sees_those_below_it_ranked(self) -> None:
        world, lines = self.world()
        found = rankings(scope_of(world.staff), world.line, Q3)
        assert found.siblings is None
        assert found.below is not None
        assert {place.line.pk for place in found.below.places} == {line.pk for line in lines}

    def test_where_regions_are_hidden_from_each_other_each_sees_its_own_rank_and_how_many_there_are(self) -> None:
        world, lines = self.world()
        world.plan.hide_siblings = True
        world.plan.save()
        county = builders.make_user("leader", region=world.counties[0])
        found = rankings(scope_of(county), TargetLine.objects.select_related("plan").get(pk=lines[0].pk), Q3).siblings
        assert found is not None
        assert [place.current for place in found.places] == [True]
        assert (found.total, found.missing, found.hidden) == (3, 1, True)
