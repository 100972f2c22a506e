"""Single labels: periods, units, regions and indicators as they are printed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from indicators.workbooks.mapping.model import Reference
from indicators.workbooks.mapping.periods import Period, find_basis, find_period, find_shift
from indicators.workbooks.mapping.regions import RegionLabel, resolve_list
from indicators.workbooks.mapping.units import factor_between, unit_within, units_of_line
from indicators.workbooks.mapping.words import head_role, is_derived, is_note, is_scope, is_sum

PERIODS = [
    ("2024年1-9月", "2024-01/2024-09", 3, "ytd"), ("2024年三季度", "2024Q3", 3, ""), ("截至2024年9月底", "2024-09", 3, "level"),
    ("2012-10", "2012-10", None, ""), ("2018", "2018", 4, ""), ("1-3月", "-01/-03", None, "ytd"), ("上半年", "-01/-06", None, "ytd"),
    ("Q3 2024", "2024Q3", 3, ""), ("一季度", "Q1", None, ""), ("2024Q3", "2024Q3", 3, ""), ("2023年度", "2023", 4, ""),
    ("2020年11月1日零时", "2020-11-01", None, ""), ("2024年前三季度", "2024-01/2024-09", 3, "ytd"), ("1—3季度", "-01/-09", None, "ytd"),
    ("二〇二四年三季度", "2024Q3", 3, ""), ("2024年末", "2024", 4, "level"), ("三季度末", "Q3", None, "level"), ("202409", "2024-09", 3, ""),
    ("2024-09-30", "2024-09-30", 3, ""), ("2024-09-29", "2024-09-29", None, ""), ("2024年第3季度累计", "2024Q3", 3, "ytd"),
    ("1至9月累计", "-01/-09", None, "ytd"), ("Jan-Sep 2024", "2024-01/2024-09", 3, "ytd"), ("2012年1-10月", "2012-01/2012-10", None, "ytd"),
    ("2024年4-6月", "2024Q2", 2, ""), ("２０２４年９月", "2024-09", 3, ""), ("2024 年 三 季 度", "2024Q3", 3, ""), ("全年", "year", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "quarter", "basis"), PERIODS)
def test_a_period_is_read_as_it_is_written(text: str, code: str, quarter: int | None, basis: str) -> None:
    found = find_period(text)
    assert found is not None
    assert (found.period.code, found.period.quarter, found.basis) == (code, quarter, basis)
    assert Period.from_code(found.period.code) == found.period


@pytest.mark.parametrize(
    "text",
    ["2016-2020年", "每万人发明专利拥有量", "维持10年以上的专利", "十四五", "第1名", "2018—2022年各市专利", "13月", ""],
)
def test_what_names_no_one_period_gives_none(text: str) -> None:
    assert find_period(text) is None


def test_pieces_of_a_period_complete_each_other() -> None:
    assert Period(None, "Q3").filled_from(Period(2024, "year")).code == "2024Q3"
    assert Period(2018, "year").filled_from(Period(None, "Q1")).code == "2018Q1"
    assert Period(2023, "year").filled_from(Period(2024, "01/09")).code == "2023"
    assert Period().filled_from(Period(2024, "09")).code == "2024-09"
    assert (Period(2024, "Q1").quarter_ago().code, Period(2024, "01/09").quarter_ago().code) == ("2023Q4", "2024Q2")
    assert (Period(2024, "").whole, Period(None, "Q1").whole, Period(2024, "Q1").year_ago().code) == (
        False,
        False,
        "2023Q1",
    )
    with pytest.raises(ValueError, match="2024年"):
        Period.from_code("2024年")


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("本年累计", "ytd"),
        ("当季", "quarter"),
        ("本月", "month"),
        ("期末数", "level"),
        ("授权量", ""),
        ("年初至今", "ytd"),
    ],
)
def test_the_basis_is_what_the_head_says(text: str, basis: str) -> None:
    assert find_basis(text)[0] == basis


def test_a_column_of_the_year_before_is_one() -> None:
    assert find_shift("上年同期累计") == ("year_ago", "累计")
    assert find_shift("上季值") == ("quarter_ago", "")
    assert find_shift("去年末有效发明专利") == ("year_end_ago", "有效发明专利")
    assert find_shift("上年") == ("last_year", "")
    assert find_shift("授权量") == ("", "授权量")


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("单位：件", ["件"]), ("（单位：万件、%）", ["万件", "%"]), ("计量单位:亿元", ["亿元"]), ("单 位：件", ["件"]), ("(件)", ["件"]),
        ("单位：万件，亿元", ["万件", "亿元"]), ("填报单位：市场监管局", []), ("制表单位：件", []), ("单位名称", []), ("单位：个（家）", ["个"]),
    ],
)  # fmt: skip
def test_a_line_of_units_names_its_units_and_nothing_else_does(text: str, units: list[str]) -> None:
    assert units_of_line(text) == units


@pytest.mark.parametrize(
    ("printed", "wanted", "factor"),
    [
        ("万件", "件", Decimal(10_000)), ("件", "件", Decimal(1)), ("万元", "亿元", Decimal("0.0001")), ("元", "亿元", Decimal("1E-8")),
        ("亿元", "万元", Decimal(10_000)), ("个", "家", Decimal(1)), ("项", "件", Decimal(1)), ("元", "件", None), ("%", "件", None),
        ("件/万人", "件", Decimal(1)), ("美元", "元", None), ("万人", "人", Decimal(10_000)), ("斤", "件", None),
    ],
)  # fmt: skip
def test_units_of_the_same_thing_have_an_exact_factor_and_others_none(
    printed: str, wanted: str, factor: Decimal | None
) -> None:
    assert factor_between(printed, wanted) == factor


def test_a_unit_inside_a_name_is_taken_out() -> None:
    assert unit_within("发明专利授权量（件）") == ("发明专利授权量", "件")
    assert unit_within("质押融资金额（单位：万元）") == ("质押融资金额", "万元")
    assert unit_within("有效发明专利拥有量/件") == ("有效发明专利拥有量", "件")
    assert unit_within("商标（马德里）") == ("商标(马德里)", "")


def test_sums_scopes_derived_heads_and_notes_are_known() -> None:
    assert all(is_sum(text) for text in ("合 计", "总计", "小计", "全省合计", "杭州市小计", "计", "Total"))
    assert all(is_scope(text) for text in ("全国", "全省", "全 市", "其他", "市本级", "东部地区", "国外", "全县合计"))
    assert not any(is_scope(text) for text in ("北京", "城关区", "发明", "全椒县"))
    assert all(is_derived(text) for text in ("同比增长(%)", "比上年增长%", "占比", "位次", "比上年±%", "Growth"))
    assert all(
        is_note(text) for text in ("注：1.…", "数据来源：统计局", "填表人：张三", "* 初步数", "Note: x", "备注:")
    )
    assert not is_note("注册商标量")
    heads = [
        "地 区",
        "县（市、区）",
        "行政区划代码",
        "序号",
        "计量单位",
        "年份",
        "季度",
        "指标名称",
        "备注",
        "有效发明专利",
    ]
    assert [head_role(text) for text in heads] == [
        "region", "region", "region_code", "ordinal", "unit", "year", "quarter", "indicator", "note", ""
    ]  # fmt: skip


def codes(reference: Reference, *names: str, scope: str | None = None) -> list[str]:
    found = resolve_list(reference.regions, [RegionLabel(name) for name in names], scope)
    return [resolution.code or resolution.why for resolution in found]


REGION_LISTS = [
    (("北 京", "天津", "河北", "山西", "内蒙古", "吉林", "海南"), ["110000", "120000", "130000", "140000", "150000", "220000", "460000"]),
    (("朝阳", "沈阳", "大连市"), ["211300", "210100", "210200"]), (("朝阳区", "海淀区", "东城"), ["110105", "110108", "110101"]),
    (("福州市", "鼓楼区", "台江区", "徐州市", "鼓楼区", "云龙区"), ["350100", "350102", "350103", "320300", "320302", "320303"]),
    (("鼓楼区",), ["region_ambiguous"]), (("福州市鼓楼区", "福建省福州市仓山区", "鼓楼区（徐州）"), ["350102", "350104", "320302"]),
    (("广西", "广西壮族自治区", "广西自治区", "恩施州", "延边"), ["450000", "450000", "450000", "422800", "222400"]),
    (("１．杭州市", "2、宁波", "（3）温州市①"), ["330100", "330200", "330300"]), (("凤翔县",), ["region_renamed"]),
    (("璧山区", "大足区", "江北区", "万州区"), ["500120", "500111", "region_elsewhere", "500101"]), (("兵团", "苏州工业园区"), ["region_unknown"] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("names", "expected"), REGION_LISTS)
def test_names_of_a_list_are_resolved_together_or_asked_about(
    names: tuple[str, ...], expected: list[str], reference: Reference
) -> None:
    assert codes(reference, *names) == expected


def test_the_title_decides_between_regions_of_one_name(reference: Reference) -> None:
    assert codes(reference, "鼓楼区", scope="320300") == ["320302"]
    assert codes(reference, "和平", "河东", "南开", scope="120000") == ["120101", "120102", "120104"]
    assert reference.regions.named_in("2024年浙江省杭州市各区县专利情况") == "330100"
    assert reference.regions.named_in("璧山区等区县情况") is None
    assert reference.regions.named_in("全国各省情况") is None


def test_a_code_decides_and_a_name_that_contradicts_it_is_asked_about(reference: Reference) -> None:
    labels = [RegionLabel("朝阳区", "220104"), RegionLabel("西城区", "110101"), RegionLabel("", "110102")]
    found = resolve_list(reference.regions, labels)
    assert [resolution.code or resolution.why for resolution in found] == ["220104", "region_code_differs", "110102"]
    assert found[1].candidates == ("110101", "110102")


INDICATORS = [
    (["有效发明专利拥有量（件）"], "valid_invention_patents"), (["一、专利", "有效发明专利量"], "valid_invention_patents"),
    (["商标", "注册量"], "trademarks_registered"), (["有效发明专利", "拥有量"], "valid_invention_patents"),
    (["有效发明专利拥有量", "其中：高价值发明专利拥有量"], "high_value_invention_patents"), (["PCT 国际专利申请量(件)"], "pct_applications"),
    (["知识产权质押融资", "金额"], "ip_pledge_financing_amount"), (["企业", "有效发明专利拥有量"], None), (["企业有效发明专利拥有量"], None),
    (["外观设计专利授权量"], "designs_granted"), (["集成电路布图设计登记量"], None), (["1.每万人口发明专利拥有量"], "invention_patents_per_10k"), ([], None),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), INDICATORS)
def test_an_indicator_is_matched_by_its_whole_wording_or_not_at_all(
    parts: list[str], code: str | None, reference: Reference
) -> None:
    assert reference.indicators.match(parts).code == code


def test_a_wording_that_is_not_in_the_catalogue_has_its_nearest_names(reference: Reference) -> None:
    assert "valid_invention_patents" in reference.indicators.match(["企业有效发明专利拥有量"]).candidates
    assert reference.indicators.nearest("旅游收入") == ()
