"""The marks and charts: what they show, that they say it in a sentence, and that nothing overlaps or escapes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from ipdash.core.marks import RankRow, TimelineRow, TrendPoint, bullet, rank_bars, sparkline, timeline, trend_chart
from ipdash.core.marks.axes import QuarterScale, value_axis
from ipdash.core.marks.svg import shortened, text_width
from ipdash.core.periods import Quarter, quarters_between


def tree(svg):
    return ElementTree.fromstring(svg)


def having(svg, class_):
    """The elements that carry the class."""
    return [element for element in tree(svg).iter() if class_ in element.get("class", "").split()]


def number_of(percent):
    return float(percent.removesuffix("%"))


def texts(svg):
    return [element.text for element in tree(svg).iter("text")]


def quarters(first, last, values=None, **kwargs):
    span = list(quarters_between(Quarter.parse(first), Quarter.parse(last)))
    values = values or [D(10) + i for i in range(len(span))]
    return [TrendPoint(quarter, value, **kwargs) for quarter, value in zip(span, values, strict=True)]


EVIL = '"><script>alert(1)</script>&'
DRAWINGS = {
    "bullet": lambda: bullet(D(3), D(2), D(4), previous=D(1), unit=EVIL, label=EVIL),
    "bullet without a figure": lambda: bullet(None, None, D(4), missing=EVIL),
    "sparkline": lambda: sparkline([D(1), None, D(3)], target=D(4), label=EVIL),
    "trend": lambda: trend_chart(
        quarters("2024Q1", "2025Q2", note=EVIL, href=f"/x/?a=1&b={EVIL}"),
        targets=quarters("2025Q4", "2025Q4"),
        label=EVIL,
    ),
    "ranking": lambda: rank_bars([RankRow(EVIL, D(1), text=EVIL, href="javascript:x" + EVIL)], label=EVIL),
    "timeline": lambda: timeline([TimelineRow(EVIL, date(2025, 1, 1), date(2025, 6, 30), text=EVIL)], label=EVIL),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS.keys())
def test_every_drawing_is_well_formed_says_itself_and_holds_no_style_and_no_foreign_text(draw):
    svg = draw()
    root = tree(svg)
    assert root.get("role") in {"img", "group"}
    assert root.get("aria-label")
    assert "<script" not in svg
    assert not any(name in {"style", "id"} or name.startswith("on") for e in root.iter() for name in e.keys())  # noqa: SIM118
    assert svg == draw()


def test_a_drawing_with_links_is_a_group_because_an_image_hides_what_is_in_it():
    plain, linked = quarters("2025Q1", "2025Q3"), quarters("2025Q1", "2025Q3", href="/figures/1/")
    assert tree(trend_chart(plain)).get("role") == "img"
    assert tree(trend_chart(linked)).get("role") == "group"
    assert [link.get("aria-label") for link in tree(trend_chart(linked)).iter("a")] == [
        "2025年一季度：10",
        "2025年二季度：11",
        "2025年三季度：12",
    ]


# Bullet bars


@pytest.mark.parametrize(("actual", "target"), [("4.86", "5"), ("0", "300"), ("61", "90"), (None, "12")])
def test_the_target_stands_at_the_same_place_in_every_row(actual, target):
    svg = bullet(None if actual is None else D(actual), D(target) / 2, D(target))
    assert [tick.get("x") for tick in having(svg, "c-target")] == ["80.0%"]
    assert [tick.get("x") for tick in having(svg, "c-now")] == ["40.0%"]


def test_the_bar_is_as_long_as_the_actual_and_the_shade_as_what_should_be_reached():
    svg = bullet(D(3), D(2), D(4))
    assert [bar.get("width") for bar in having(svg, "c-bar")] == ["60.0%"]
    assert [shade.get("width") for shade in having(svg, "c-pace")] == ["40.0%"]


def test_the_bullet_says_its_numbers():
    svg = bullet(D("18.5"), D("18.4175"), D(19), previous=D("17.9"), unit="件", places=1, label="高价值发明专利")
    assert tree(svg).get("aria-label") == (
        "高价值发明专利：实际值18.5件，序时进度目标值18.4件，年度目标19.0件，上季17.9件。"
    )


def test_a_missing_figure_leaves_the_track_empty_with_its_word():
    svg = bullet(None, D(2), D(4), previous=D(1), missing="未填报", label="甲")
    assert having(svg, "c-bar") == []
    assert texts(svg) == ["未填报"]
    assert tree(svg).get("aria-label") == "甲：未填报，序时进度目标值2，年度目标4，上季1。"


def test_zero_is_drawn_and_said_and_is_not_missing():
    svg = bullet(D(0), D(2), D(4), label="甲")
    assert len(having(svg, "c-bar")) == 2  # the bar of no length, and the stroke that shows it
    assert texts(svg) == []
    assert tree(svg).get("aria-label") == "甲：实际值0，序时进度目标值2，年度目标4。"


def test_without_a_target_there_is_nothing_to_compare_with():
    svg = bullet(D(5), None, None, label="甲")
    assert having(svg, "c-bar") == having(svg, "c-target") == []
    assert texts(svg) == ["无年度目标"]
    assert tree(svg).get("aria-label") == "甲：实际值5，无年度目标。"


def test_far_beyond_the_target_the_bar_is_broken_at_the_edge():
    inside, beyond = bullet(D("4.9"), D(3), D(4)), bullet(D(16), D(3), D(4))
    assert [bar.get("width") for bar in having(beyond, "c-bar")] == ["100.0%"]
    assert "<path" in beyond
    assert "<path" not in inside


def test_for_a_falling_indicator_the_shade_is_what_is_too_much():
    svg = bullet(D(14), D(15), D(20), lower_is_better=True, unit="件")
    shade = having(svg, "c-pace")[0]
    assert (shade.get("x"), shade.get("width")) == ("80.0%", "20.0%")
    assert "年度目标不超过20件" in tree(svg).get("aria-label")


def test_a_falling_target_of_zero_shows_any_case_as_too_much():
    svg = bullet(D(3), D(0), D(0), lower_is_better=True)
    assert [tick.get("x") for tick in having(svg, "c-target")] == ["0.0%"]
    assert [bar.get("width") for bar in having(svg, "c-bar")] == ["80.0%"]


def test_a_range_shows_both_bounds_and_what_lies_between():
    svg = bullet(D(6), None, D(6), upper=D(8), unit="个")
    assert [tick.get("x") for tick in having(svg, "c-target")] == ["60.0%", "80.0%"]
    assert having(svg, "c-pace")[0].get("width") == "20.0%"
    assert tree(svg).get("aria-label") == "实际值6个，年度目标区间6–8个。"


def test_a_fall_below_zero_is_drawn_to_the_left_of_zero():
    svg = bullet(D(-3), D(10), D(10))
    bar, shade = having(svg, "c-bar")[0], having(svg, "c-pace")[0]
    zero = number_of(shade.get("x"))
    assert 0 < number_of(bar.get("x")) < zero
    assert number_of(bar.get("x")) + number_of(bar.get("width")) == pytest.approx(zero, abs=0.1)


def test_the_quarter_before_is_marked_only_where_the_bar_covers_it():
    assert len(having(bullet(D(3), D(2), D(4), previous=D(1)), "c-previous")) == 1
    assert having(bullet(D(3), D(2), D(4), previous=D("3.5")), "c-previous") == []


# Sparklines


def test_a_gap_breaks_the_line_and_a_lonely_value_is_a_dot():
    svg = sparkline([D(1), D(2), None, D(4), None])
    assert len(list(tree(svg).iter("polyline"))) == 1
    assert len(having(svg, "c-dot")) == 1
    assert tree(svg).get("aria-label") == "近5个季度从1到—，其中2个季度没有数据。"


def test_equal_values_are_a_level_line():
    points = next(tree(sparkline([D(5), D(5), D(5)])).iter("polyline")).get("points")
    assert {point.split(",")[1] for point in points.split()} == {"14"}


def test_nothing_known_is_a_dash():
    svg = sparkline([None, None], target=D(5), label="甲")
    assert texts(svg) == ["—"]
    assert tree(svg).get("aria-label") == "甲：近2个季度没有数据。"


# Axes


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        (["12.01", "25"], ["0", "5", "10", "15", "20", "25"]),
        (["18.5", "25"], ["18", "20", "22", "24", "26"]),
        (["0", "0"], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (["5", "5"], ["4.4", "4.6", "4.8", "5.0", "5.2", "5.4", "5.6"]),
        (["-3", "10"], ["−5", "0", "5", "10"]),
        (["-10", "-4"], ["−10", "−8", "−6", "−4", "−2", "0"]),
        (["0.001", "0.0042"], ["0.000", "0.001", "0.002", "0.003", "0.004", "0.005"]),
        (["120000", "987654"], ["0", "200,000", "400,000", "600,000", "800,000", "1,000,000"]),
        ([], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_the_value_axis_has_round_ticks_around_all_values(values, ticks):
    assert value_axis([D(value) for value in values]).texts() == ticks


@pytest.mark.parametrize("last", ["2021Q1", "2021Q4", "2022Q3", "2023Q4", "2025Q3", "2040Q4"])
@pytest.mark.parametrize("width", [326, 640, 1180])
def test_no_two_tick_labels_overlap_and_none_leaves_the_drawing(last, width):
    points = quarters("2021Q1", last)
    svg = trend_chart(points, unit="件", width=width)
    boxes = boxes_of(svg)
    for (text, a), (other, b) in combinations(boxes, 2):
        assert not overlap(a, b), (text, other)
    assert all(left >= -0.5 and right <= width + 0.5 for _text, (left, _top, right, _bottom) in boxes)
    names = QuarterScale(points[0].quarter.index, points[-1].quarter.index, 40, width).quarter_names()
    assert len(names) <= 12
    assert sum(text.endswith("年") for text in texts(svg)) <= 12


def boxes_of(svg):
    """Where the words on and around the plot stand; the legend, moved by its groups, is above all of them."""
    found = []
    for element in tree(svg).iter("text"):
        x, y, width = float(element.get("x")), float(element.get("y")), text_width(element.text)
        if y == 4.5:
            continue
        classes = element.get("class", "").split()
        left = x - width / 2 if "middle" in classes else x - width if "end" in classes else x
        found.append((element.text, (left, y - 9, left + width, y + 2)))
    return found


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# Trends


def full_trend(width=640, **kwargs):
    return trend_chart(
        quarters("2021Q1", "2025Q3"),
        path=quarters("2021Q1", "2025Q4"),
        targets=[TrendPoint(Quarter(year, 4), D(year - 2008)) for year in range(2021, 2026)],
        forecast=TrendPoint(Quarter(2025, 4), D("17.4")),
        label="甲",
        unit="件",
        width=width,
        **kwargs,
    )


@pytest.mark.parametrize("width", [326, 640, 1180])
def test_direct_labels_do_not_cover_each_other_and_the_last_value_is_always_there(width):
    svg = full_trend(width)
    for (text, a), (other, b) in combinations(boxes_of(svg), 2):
        assert not overlap(a, b), (text, other)
    assert [element.text for element in having(svg, "strong")] == ["28"]


def test_the_trend_says_its_last_value_target_and_forecast():
    assert tree(full_trend()).get("aria-label") == "甲：2025年三季度实际值28件，2025年目标17件，2025年末预计17.4件。"


def test_a_missing_quarter_breaks_the_line_and_its_hint_says_so():
    svg = trend_chart(quarters("2025Q1", "2025Q4", [D(1), None, D(3), D(4)]), path=quarters("2025Q1", "2025Q1"))
    lines = [line for line in tree(svg).iter("polyline") if line.get("class") == "c-line"]
    assert [len(line.get("points").split()) for line in lines] == [1, 2]
    hints = [part.get("data-hint") for part in tree(svg).iter() if part.get("data-hint")]
    assert hints == ["2025年一季度：1，序时进度目标值10", "2025年二季度：—", "2025年三季度：3", "2025年四季度：4"]


def test_the_forecast_is_joined_to_the_last_value_by_a_dotted_line():
    assert len(having(full_trend(), "c-dash")) == 1
    assert len(having(full_trend(), "c-open")) == 2  # in the legend, and in the plot
    assert having(trend_chart(quarters("2025Q1", "2025Q3")), "c-open") == []


def test_the_legend_names_only_what_is_drawn():
    assert texts(full_trend())[:4] == ["实际值", "序时进度目标值", "年度目标", "年末预计"]
    assert "年度目标" not in texts(trend_chart(quarters("2025Q1", "2025Q3")))


def test_a_series_without_any_value_is_a_sentence_and_no_empty_axes():
    svg = trend_chart(quarters("2025Q1", "2025Q2", [None, None]), label="甲")
    assert texts(svg) == ["没有可以显示的数值"]
    assert tree(svg).get("aria-label") == "甲：没有实际值。"


# Rankings and timelines


def test_bars_stand_in_the_order_given_and_the_own_region_is_stressed():
    rows = [RankRow("甲县", D(4), status="on_track"), RankRow("乙县", D(2), current=True), RankRow("丙县", None)]
    svg = rank_bars(rows, unit="%", places=1, label="完成率")
    assert tree(svg).get("aria-label") == "完成率：共3项，甲县4.0%在首位，乙县2.0%在末位，1项没有数据。"
    assert len(having(svg, "c-bar")) == len(having(svg, "c-soft")) == 1
    assert [text for text in texts(svg) if text.endswith("县")] == ["甲县", "乙县", "丙县"]
    assert "—" in texts(svg)
    assert "甲县：4.0%，● 达到序时进度" in svg


def test_bars_grow_with_their_values_from_a_common_zero():
    rows = [RankRow(str(value), D(value)) for value in (8, 4, 2)]
    widths = [float(bar.get("width")) for bar in having(rank_bars(rows), "c-bar")]
    assert widths[0] == pytest.approx(widths[1] * 2, abs=0.2)
    assert widths[1] == pytest.approx(widths[2] * 2, abs=0.2)


def test_a_negative_value_goes_left_of_zero():
    bars = having(rank_bars([RankRow("甲", D(5)), RankRow("乙", D(-5))]), "c-bar")
    up, down = (float(bar.get("x")) for bar in bars)
    assert down + float(bars[1].get("width")) == pytest.approx(up, abs=0.2)


def test_a_long_name_is_shortened_on_the_bar_and_whole_in_the_hint():
    name = "石柱土家族自治县高新技术产业开发区管理委员会知识产权局"
    svg = rank_bars([RankRow(name, D(1))], width=326)
    shown = texts(svg)[0]
    assert shown.endswith("…")
    assert text_width(shown) <= 326 * 0.4
    assert f"{name}：1" in svg


def test_a_text_that_fits_is_left_whole():
    assert shortened("知识产权局", 65) == "知识产权局"
    assert shortened("知识产权局", 64) == "知识产…"


def test_nothing_to_rank_is_still_a_drawing():
    assert tree(rank_bars([], label="甲")).get("aria-label") == "甲：共0项。"


PHASES = [
    TimelineRow("起步阶段", date(2021, 1, 1), date(2021, 12, 31)),
    TimelineRow("推进阶段", date(2022, 1, 1), date(2024, 12, 31)),
    TimelineRow("总结阶段", date(2025, 1, 1), date(2025, 12, 31)),
]


def test_phases_follow_each_other_and_the_running_one_is_stressed():
    svg = timeline(PHASES, today=date(2025, 10, 12), label="实施阶段")
    assert [element.text for element in having(svg, "strong")] == ["今天 2025年10月12日", "总结阶段"]
    bars = sorted((float(b.get("x")), float(b.get("width"))) for b in having(svg, "c-soft") + having(svg, "c-bar"))
    for (x, width), (following, _width) in pairwise(bars):
        assert x + width == pytest.approx(following - 2, abs=0.3)
    assert tree(svg).get("aria-label") == ("实施阶段：共3项，2021年1月1日至2025年12月31日，正在进行：总结阶段。")


@pytest.mark.parametrize(
    ("today", "shown"), [(date(2020, 12, 31), 0), (date(2021, 1, 1), 1), (date(2025, 12, 31), 1), (date(2026, 1, 1), 0)]
)
def test_today_is_drawn_only_inside_the_plan(today, shown):
    assert len(having(timeline(PHASES, today=today), "c-today")) == shown


def test_no_milestones_is_a_sentence():
    assert texts(timeline([], today=date(2025, 1, 1))) == ["没有进度安排"]


# Tags


def test_the_tags_draw_for_the_page_and_for_the_phone_and_a_wide_chart_for_paper_too():
    template = Template("{% load marks %}{% trend_chart points label='甲' width=width %}")
    classes = {"wide-only": 1, "narrow-only": 1, "print-only": 0}
    drawn = template.render(Context({"points": quarters("2025Q1", "2025Q3"), "width": 640}))
    assert {name: drawn.count(name) for name in classes} == classes
    drawn = template.render(Context({"points": quarters("2025Q1", "2025Q3"), "width": 1180}))
    assert {name: drawn.count(name) for name in classes} == {**classes, "print-only": 1}


def test_the_filters_write_as_the_drawer_does():
    template = Template(
        "{% load ui %}{{ a|number:2 }} {{ b|number }} {{ a|signed:1 }} {{ a|percent }} {{ a|points }} {{ d|day }}"
        "{% status_tag 'behind' %}{% result_name 'completion' %}{% light_meaning 'grey' %}"
    )
    drawn = template.render(Context({"a": D("1234.5"), "b": None, "d": date(2025, 1, 2)}))
    assert drawn.startswith("1,234.50 — +1,234.5 1,234.5% +1,234.5个百分点 2025年1月2日")
    assert '<span class="tag yellow"><svg' in drawn
    assert "滞后</span>年度目标完成率未填报、无法计算或无法判断进度" in drawn


def test_the_course_starts_at_its_baseline_and_shows_how_far_the_forecast_may_be_off():
    svg = trend_chart(
        quarters("2025Q1", "2025Q3"),
        baseline=TrendPoint(Quarter(2024, 4), D(9)),
        forecast=TrendPoint(Quarter(2025, 4), D(13)),
        band=(D(12), D(15)),
        unit="件",
    )
    assert {"基期值", "预计区间", "9"} <= set(texts(svg))
    assert len(having(svg, "c-band")) == 2  # in the legend and in the plot
    hints = [part.get("data-hint") for part in tree(svg).iter() if part.get("data-hint")]
    assert "2024年基期值9件" in hints
    assert "2025年末预计13件，预计区间12–15件" in hints


def test_a_year_s_running_total_is_not_joined_to_the_next_year_s():
    svg = trend_chart(quarters("2024Q1", "2025Q2"), yearly=True)
    assert len(having(svg, "c-line")) == 2 + 1  # and the legend's
