"""The single rules: units in a bracket, cells of a table, numbers run together, what is reported."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.documents.assignments import parsed
from plans.documents.directory import unknown_units
from plans.documents.quantities import cell_quantity
from plans.documents.run_together import columns_run_together, row_run_together
from plans.documents.signs import chinese_number, date_in, squeezed
from tests.plans.documents.support import read

BRACKETS = {
    "牵头单位：市编办；责任单位：各县区政府、市科技局": "lead 市编办|responsible 各县区政府|responsible 市科技局",
    "责任单位:市林业和草原局、市科技局和市财政局": "responsible 市林业和草原局|responsible 市科技局|responsible 市财政局",
    "责任单位：各市、县（市、区）人民政府，省财政厅": "responsible 各市、县（市、区）人民政府|responsible 省财政厅",
    "责任单位：各区、县（市）政府，市级有关部门": "responsible 各区、县（市）政府|responsible 市级有关部门",
    "市科技局牵头，市财政局、市税务局按职责分工负责": "lead 市科技局|responsible 市财政局|responsible 市税务局",
    "市科技局牵头、市教育局等部门配合": "lead 市科技局|cooperating 市教育局",
    "省知识产权局会同省商务厅负责": "lead 省知识产权局|cooperating 省商务厅",
    "责任单位：市科技局；完成时限：2021年底": "responsible 市科技局",
    "执行部门：市局 配合单位：市委宣传部": "executing 市局|cooperating 市委宣传部",
    "责任处室：办公室、规划处": "office 办公室|office 规划处",
}


@pytest.mark.parametrize("bracket", BRACKETS)
def test_a_bracket_is_taken_apart_into_roles_and_units(bracket):
    assert "|".join(f"{role} {unit}" for role, unit in parsed(bracket)) == BRACKETS[bracket]


CELLS = {
    "5.3": (">=", "5.3", None, None), "≥40%": (">=", "40", None, "%"), "100家": (">=", "100", None, "家"), "6-7个": ("range", "6", "7", "个"),
    "3,000": (">=", "3000", None, None), "不超过90天": ("<=", "90", None, "天"), "80以上": (">=", "80", None, None), "超过20件": (">", "20", None, "件"),
}  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_says_its_number_comparator_and_unit(cell):
    comparator, value, upper, unit = CELLS[cell]
    quantity = cell_quantity(cell)
    assert quantity is not None
    assert (quantity.comparator, quantity.value, quantity.upper, quantity.unit) == (
        comparator, Decimal(value), upper and Decimal(upper), unit,
    )  # fmt: skip


@pytest.mark.parametrize("cell", ["", "——", "/", "稳步提升", "1.2.3", "持续增长，保持前列"])
def test_a_cell_without_a_number_gives_none(cell):
    assert cell_quantity(cell) is None


def test_cells_run_together_are_cut_where_they_agree():
    columns = columns_run_together("序号指标名称要求目标值2021目标值2022目标值")
    assert columns is not None
    kinds = [column for _text, column in columns]
    assert row_run_together("1贯标企业200家≥20030家200家", kinds, 1) == (
        ("1", "贯标企业", "200家", "≥200", "30家", "200家"),
        True,
    )


def test_a_sum_that_does_not_match_the_printed_increase_is_reported():
    text = "某市规划（2016-2020年）\n一、目标\n| 指标 | 2015年 | 2020年 | 累计增加值 |\n| --- | --- | --- | --- |\n| 专利量（件） | 10 | 25 | 12 |\n"
    assert "increase_mismatch" in {finding.code for finding in read(text).findings}


def test_a_bracket_before_any_task_is_reported():
    codes = {
        finding.code
        for finding in read(
            "某市工作方案\n（责任单位：市科技局）\n一、任务\n（一）加强保护。健全机制。（责任单位：市法院）\n"
        ).findings
    }
    assert "bracket_without_task" in codes


def test_figures_of_the_past_are_no_goals():
    text = "甘肃省规划（2021-2025年）\n一、发展目标\n截至2020年底，全省有效专利5万件。到2025年，有效专利从2020年的5万件增加到9万件，培训8000人次。\n"
    assert [(i.targets[0].value, i.unit) for i in read(text).indicators] == [
        (Decimal(9), "万件"),
        (Decimal(8000), "人次"),
    ]


def test_dates_and_numbers_in_chinese_signs():
    assert str(date_in("二○○九年一月五日")) == "2009-01-05"
    assert str(date_in("二〇二一年十二月二十日")) == "2021-12-20"
    assert [chinese_number(text) for text in ("十三", "二十", "二十一", "九", "〇")] == [13, 20, 21, 9, 0]
    assert date_in("2021年2月30日") is None


SIGNS = "一二三四五（）()、，。；：:〔〕《》“”【】|-—\n\t 年月日第章节专栏附件目标任务责任单位牵头负责指标序号属性市局各县区2025 10.5%≥件家亿万个以上超过分别达到"


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(alphabet=SIGNS, max_size=600), st.text(max_size=200)))
def test_no_text_makes_reading_raise_and_no_value_is_read_that_is_not_printed(text):
    reading = read(text.encode("utf-8", "ignore"))
    compact = squeezed(text).replace(",", "")
    for indicator in reading.indicators:
        for target in indicator.targets:
            assert format(target.value, "f") in compact


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"<html><body><table>", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_no_bytes_make_reading_raise(content, head):
    reading = read(head + content)
    assert reading.refused == (reading.text == "" and any(f.line == 0 for f in reading.findings))


def test_a_hostile_length_of_signs_ends_soon():
    units = (
        "（责任单位：",
        "2020年\n",
        "1.《",
        "至少1个、",
        "第一季度",
        "、和及与",
        "|a|b|\n",
        "“十三五”",
        "到2020年",
        "锟斤拷\n",
    )
    for unit in units:
        assert not read("某市方案\n一、任务\n" + unit * 4_000).refused
    for unit in ("专栏1\n", "（一）\n", "目录\n", "名词解释\n1.甲：乙\n", "1 2 3 4\n"):
        assert not read("某市方案\n一、任务\n" + unit * 8_000).refused


def test_findings_of_one_kind_end_where_nobody_reads_on():
    table = "指标 2015年 2020年 属性\n" * 300
    found = [f for f in read(f"某市规划\n一、目标\n{table}").findings if f.code == "row_not_understood"]
    assert len(found) == 201
    assert found[-1].message == "从这里起还有 99 处同样的问题，没有逐一列出。"


def test_a_unit_that_the_directory_lacks_is_reported_once_with_the_nearest_names():
    text = "深圳市工作方案\n一、任务\n（一）保护。健全机制。（责任单位：市科技局、市财政局）\n（二）运用。发展金融。（责任单位：市科技局）\n"
    findings = unknown_units(read(text), ["市科学技术局", "市财政局"])
    assert [(finding.line, finding.code, finding.text) for finding in findings] == [(3, "unit_unknown", "市科技局")]
    assert "市科学技术局" in findings[0].message
