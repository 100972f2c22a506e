"""A target split over years and over regions: small ones worked by hand, and what is kept, asked, refused and undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.models import Attainment, Decomposition, Figure, Indicator, Target, TargetLine
from indicators.selectors.decomposition.base import Balance, Goal, Verdict, Wish
from indicators.selectors.decomposition.preview import preview
from indicators.services.decomposition import decompose, preview_decomposition, undo_decomposition
from indicators.services.recompute import recompute_plan
from indicators.services.targets import TargetValue, adjust_target, change_line
from indicators.services.verification import verify
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Plan, Region, Role
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = date(2021, 2, 1)
CITIES = ("330100", "330200", "330300")


@pytest.fixture
def province(db: None) -> Region:
    region = builders.make_region("330000", "浙江省")
    for code, name in zip(CITIES, ("杭州市", "宁波市", "温州市"), strict=True):
        builders.make_region(code, name)
    return region


@pytest.fixture
def plan(province: Region) -> Plan:
    return builders.make_plan(province)


@pytest.fixture
def staff(province: Region) -> Any:
    return builders.make_user(Role.STAFF, region=province)


@pytest.fixture
def stock(db: None) -> Indicator:
    return builders.make_indicator("trademarks")


@pytest.fixture
def flow(db: None) -> Indicator:
    return builders.make_indicator("loans", quantity="flow", reporting_basis="ytd", unit="亿元", decimals=2)


def over_years(method: str = "straight", **more: Any) -> Wish:
    return Wish(over="years", method=method, **more)


def over_regions(method: str = "equal", **more: Any) -> Wish:
    return Wish(over="regions", method=method, **more)


def by_hand(**values: str) -> dict[str, Goal]:
    return {key.strip("_"): Goal(Decimal(value)) for key, value in values.items()}


def of_years(line: TargetLine) -> dict[int, str]:
    """What stands in the line's years, latest versions, as text."""
    found = TargetLine.objects.get(pk=line.pk).targets.order_by("year", "in_force_from")
    return {t.year: f"{t.comparator}{t.value}" + ("" if t.source == "stated" else "分") for t in found}


def of_regions(line: TargetLine, year: int = 2025) -> dict[str, str]:
    rows = Target.objects.filter(line__plan=line.plan, line__region__parent=line.region, year=year)
    return {t.line.region.code: str(t.value) for t in rows.select_related("line__region").order_by("line__region")}


def approve(indicator: Indicator, year: int, **values: str) -> None:
    for code, value in values.items():
        Figure.objects.create(
            indicator=indicator, region=Region.objects.get(code=code.strip("_")), year=year, quarter=4, source="api",
            state="approved", value=Decimal(value), approved_value=Decimal(value),
        )  # fmt: skip


# Over years


def test_a_level_goes_straight_from_its_baseline_to_its_target(plan: Plan, staff: Any) -> None:
    patents = builders.make_indicator("patents", quantity="score", unit="件", decimals=2)
    line = builders.make_line(plan, patents, {2025: "25"}, baseline=(2020, "12.01"))
    done = decompose(staff, line.pk, over_years(), today=TODAY)
    assert of_years(line) == {2021: ">=14.61分", 2022: ">=17.21分", 2023: ">=19.8分", 2024: ">=22.4分", 2025: ">=25"}
    assert [cell.verdict for cell in done.preview.cells] == [Verdict.NEW] * 4 + [Verdict.KEPT]


def test_a_falling_target_keeps_its_comparator(plan: Plan, staff: Any) -> None:
    days = builders.make_indicator("days", quantity="score", direction="down", unit="天")
    line = builders.make_line(plan, days, {}, baseline=(2020, "100"))
    Target.objects.create(line=line, year=2025, comparator="<", value=80)
    decompose(staff, line.pk, over_years(), today=TODAY)
    assert of_years(line) == {2021: "<96分", 2022: "<92分", 2023: "<88分", 2024: "<84分", 2025: "<80"}


def test_a_range_goes_straight_with_both_its_bounds(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {}, baseline=(2022, "0"))
    Target.objects.create(line=line, year=2025, comparator="range", value=6, upper=9)
    decompose(staff, line.pk, over_years(), today=TODAY)
    found = line.targets.filter(source="decomposed").order_by("year")
    assert [(t.year, t.comparator, t.value, t.upper) for t in found] == [(2023, "range", 2, 3), (2024, "range", 4, 6)]


def test_a_cumulative_target_is_split_by_shares_of_what_comes_on_top(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {2025: "3"}, basis="cumulative", baseline=(2020, "0.2"))
    shares = {"2021": "10", "2022": "15", "2023": "20", "2024": "25", "2025": "30"}
    wish = over_years("shares", shares={year: Decimal(share) for year, share in shares.items()})
    decompose(staff, line.pk, wish, today=TODAY)
    # 2.8 on top of 0.2: 0.28, 0.7, 1.26, 1.96 have gone by
    assert of_years(line) == {2021: ">=0.48分", 2022: ">=0.9分", 2023: ">=1.46分", 2024: ">=2.16分", 2025: ">=3"}
    with pytest.raises(Invalid, match="合计应为100%，且没有负数；现在合计95%") as refused:
        preview(line, over_years("shares", shares={**wish.shares, "2025": Decimal(25)}), TODAY)
    assert list(refused.value.details) == ["shares"]
    with pytest.raises(Invalid, match="请填写2024、2025年的比例"):
        preview(
            line, over_years("shares", shares={"2021": Decimal(50), "2022": Decimal(25), "2023": Decimal(25)}), TODAY
        )


def test_a_cumulative_target_without_a_baseline_starts_from_nothing(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {2025: "1"}, basis="cumulative")
    decompose(staff, line.pk, over_years(), today=TODAY)
    assert of_years(line) == {2021: ">=0.2分", 2022: ">=0.4分", 2023: ">=0.6分", 2024: ">=0.8分", 2025: ">=1"}


def test_yearly_flows_add_up_to_the_cumulative_target_beside_them(plan: Plan, staff: Any, flow: Indicator) -> None:
    builders.make_line(plan, flow, {2025: "10"}, basis="cumulative")
    line = builders.make_line(plan, flow, {2025: "4"}, basis="year", baseline=(2020, "0.5"))
    done = decompose(staff, line.pk, over_years(), today=TODAY)
    # 6 are left; the straight line would be 1.2, 1.9, 2.6, 3.3 = 9: two thirds of each
    assert of_years(line) == {2021: ">=0.8分", 2022: ">=1.27分", 2023: ">=1.73分", 2024: ">=2.2分", 2025: ">=4"}
    assert sum(t.value for t in line.targets.all()) == 10
    (found,) = done.preview.sums
    assert (found.balance, found.wanted.value) == (Balance.EQUAL, Decimal(10))


def test_a_total_is_split_evenly_or_by_shares_and_a_wrong_one_is_refused(
    plan: Plan, staff: Any, flow: Indicator
) -> None:
    Indicator.objects.filter(pk=flow.pk).update(decimals=0)
    line = builders.make_line(plan, Indicator.objects.get(pk=flow.pk), {}, basis="year")
    decompose(staff, line.pk, over_years(total=Decimal(23)), today=TODAY)
    assert list(of_years(line).values()) == [">=5分", ">=5分", ">=5分", ">=4分", ">=4分"]
    shares = {str(year): Decimal(20) for year in range(2021, 2026)}
    with pytest.raises(Invalid, match="没有可分的总量"):
        preview(line, over_years("shares", shares=shares), TODAY)
    change_line(staff, line.pk, {"targets": [TargetValue(2021, ">=", Decimal(30))]})
    with pytest.raises(Invalid, match="已定年份合计30，超过总量23"):
        preview(TargetLine.objects.get(pk=line.pk), over_years(total=Decimal(23)), TODAY)


def test_growth_is_the_next_known_year_s(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2023: "10", 2025: "12"}, basis="growth")
    decompose(staff, line.pk, over_years(), today=TODAY)
    assert of_years(line) == {2021: ">=10分", 2022: ">=10分", 2023: ">=10", 2024: ">=12分", 2025: ">=12"}
    with pytest.raises(Invalid, match="增速不能按比例拆分"):
        preview(line, over_years("shares"), TODAY)


def test_the_overall_goal_stands_for_the_last_year_that_has_none(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {}, basis="cumulative")
    TargetLine.objects.filter(pk=line.pk).update(overall_comparator=">", overall_value=Decimal(5))
    decompose(staff, line.pk, over_years(), today=TODAY)
    assert of_years(line) == {2021: ">1分", 2022: ">2分", 2023: ">3分", 2024: ">4分", 2025: ">5分"}


def test_without_a_point_to_start_from_nothing_is_made_up(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    with pytest.raises(Invalid, match="缺少可依据的基期值"):
        preview(line, over_years(), TODAY)
    done = decompose(staff, line.pk, over_years("hand", values=by_hand(_2022="40", _2024="80")), today=TODAY)
    assert of_years(line) == {2022: ">=40分", 2024: ">=80分", 2025: ">=100"}
    assert done.made is not None
    line = builders.make_line(plan, builders.make_indicator(), {2022: "10", 2024: "20"})
    found = preview(line, over_years(), TODAY)
    assert [cell.year for cell in found.cells if cell.verdict is Verdict.NEW] == [2023]
    assert found.notes == ["2021、2025年前后没有可依据的基期值或目标，没有分解；需要时请逐项填写。"]


def test_a_year_that_the_document_states_is_not_overwritten(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    with pytest.raises(Invalid, match="2025年是文件规定的目标"):
        decompose(staff, line.pk, over_years("hand", values=by_hand(_2025="90")), today=TODAY)
    with pytest.raises(Invalid, match="不是可以分解的年份"):
        decompose(staff, line.pk, over_years("hand", values=by_hand(_2020="60")), today=TODAY)
    assert of_years(line) == {2025: ">=100"}


def test_a_sum_over_the_years_that_falls_is_asked_about(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {2025: "10"}, basis="cumulative")
    wish = over_years("hand", values=by_hand(_2022="6", _2023="5"))
    with pytest.raises(Invalid) as refused:
        decompose(staff, line.pk, wish, today=TODAY)
    assert "在2023年比上一年还低" in refused.value.details["reason"][0]
    decompose(staff, line.pk, wish, today=TODAY, reason="退回一批")


# Over regions


def test_a_stock_is_split_by_population_to_the_last_item(plan: Plan, staff: Any, stock: Indicator) -> None:
    people = builders.make_indicator("population", unit="万人", decimals=1)
    approve(people, 2020, _330100="1196.5", _330200="941.8", _330300="958.7")
    line = builders.make_line(plan, stock, {2025: "1000"})
    wish = over_regions("indicator", indicator="population", base_year=2020)
    done = decompose(staff, line.pk, wish, today=TODAY)
    # of 3,097: 386.34, 304.10, 309.56
    assert of_regions(line) == {"330100": "386", "330200": "304", "330300": "310"}
    assert [cell.share for cell in done.preview.cells] == [Decimal("38.63"), Decimal("30.41"), Decimal("30.96")]
    below = TargetLine.objects.get(plan=plan, region__code="330100")
    assert (below.printed_name, below.basis, below.indicator, below.position) == ("指标trademarks", "level", stock, 1)
    target = below.targets.get()
    assert (target.source, target.decomposition, target.comparator) == ("decomposed", done.made, ">=")
    assert done.made is not None
    assert (done.made.made_by, done.made.by_indicator, done.made.base_year) == (staff, people, 2020)


def test_figures_that_are_missing_are_never_taken_for_zero(plan: Plan, stock: Indicator) -> None:
    people = builders.make_indicator("population")
    approve(people, 2020, _330100="0", _330200="5")
    line = builders.make_line(plan, stock, {2025: "10"})
    with pytest.raises(Invalid, match="没有审核通过的2020年“指标population”数值：温州市"):
        preview(line, over_regions("indicator", indicator="population", base_year=2020), TODAY)
    some = over_regions("indicator", indicator="population", base_year=2020, regions=("330100", "330200"))
    assert [cell.goal.value for cell in preview(line, some, TODAY).cells] == [0, 10]
    rate = builders.make_indicator("rate", quantity="rate", unit="%")
    with pytest.raises(Invalid, match="相加没有意义，不能作为分解比例"):
        preview(line, over_regions("indicator", indicator=rate.code, base_year=2020), TODAY)


def test_a_flow_is_split_by_its_own_last_year(plan: Plan, staff: Any, flow: Indicator) -> None:
    approve(flow, 2020, _330100="6", _330200="3", _330300="1")
    line = builders.make_line(plan, flow, {2021: "11.11"}, basis="year")
    decompose(staff, line.pk, over_regions("own", base_year=2020), today=TODAY)
    # 6.666, 3.333, 1.111
    assert of_regions(line, 2021) == {"330100": "6.67", "330200": "3.33", "330300": "1.11"}


def test_every_year_of_the_line_is_split_at_once_or_those_asked_for(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {2024: "3", 2025: "6"}, basis="year")
    decompose(staff, line.pk, over_regions(years=(2025,)), today=TODAY)
    assert Target.objects.filter(source="decomposed").count() == 3
    decompose(staff, line.pk, over_regions(), today=TODAY)
    assert of_regions(line, 2024) == dict.fromkeys(CITIES, "1")
    with pytest.raises(Invalid, match="2023年还没有目标"):
        preview(line, over_regions(years=(2023,)), TODAY)


def test_a_stated_target_below_is_kept_and_the_rest_split(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    builders.make_line(plan, stock, {2025: "41"}, region=Region.objects.get(code="330200"))
    done = decompose(staff, line.pk, over_regions(), today=TODAY)
    assert of_regions(line) == {"330100": "30", "330200": "41", "330300": "29"}
    assert [c.verdict for c in done.preview.cells] == [Verdict.NEW, Verdict.KEPT, Verdict.NEW]
    assert done.preview.sums[0].balance is Balance.EQUAL
    with pytest.raises(Invalid, match="宁波市2025年是文件规定的目标"):
        preview(line, over_regions("hand", years=(2025,), values=by_hand(_330200="40")), TODAY)
    Target.objects.filter(source="stated", line__region__code="330200").update(value=Decimal(120))
    with pytest.raises(Invalid, match=r"宁波市.*合计超过上级目标"):
        preview(line, over_regions(), TODAY)


def test_a_cumulative_target_is_shared_without_its_baseline(plan: Plan, staff: Any, flow: Indicator) -> None:
    line = builders.make_line(plan, flow, {2025: "10"}, basis="cumulative", baseline=(2020, "1"))
    hangzhou = Region.objects.get(code="330100")
    builders.make_line(plan, flow, {}, basis="cumulative", baseline=(2020, "0.6"), region=hangzhou)
    done = decompose(staff, line.pk, over_regions(), today=TODAY)
    assert of_regions(line) == {"330100": "3.6", "330200": "3", "330300": "3"}
    assert done.preview.sums[0].balance is Balance.EQUAL


def test_a_range_is_split_with_both_bounds_in_order(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {})
    Target.objects.create(line=line, year=2025, comparator="range", value=7, upper=8)
    decompose(staff, line.pk, over_regions(), today=TODAY)
    found = Target.objects.filter(source="decomposed").order_by("line__region")
    assert [(t.value, t.upper) for t in found] == [(3, 4), (2, 2), (2, 2)]


def test_shares_are_percent_and_may_be_rounded(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    thirds = dict.fromkeys(CITIES, Decimal("33.33"))
    decompose(staff, line.pk, over_regions("shares", shares=thirds), today=TODAY)
    assert of_regions(line) == {"330100": "34", "330200": "33", "330300": "33"}
    with pytest.raises(Invalid, match="现在合计90%"):
        preview(line, over_regions("shares", shares=dict.fromkeys(CITIES, Decimal(30))), TODAY)
    with pytest.raises(Invalid, match="“440100”不是浙江省的下级地区"):
        preview(line, over_regions("shares", shares={"440100": Decimal(100)}), TODAY)


def test_more_than_the_parent_asks_needs_a_reason(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    wish = over_regions("hand", years=(2025,), values=by_hand(_330100="40", _330200="40", _330300="30"))
    with pytest.raises(Invalid) as refused:
        decompose(staff, line.pk, wish, today=TODAY)
    assert refused.value.code == "reason_needed"
    assert refused.value.details == {
        "reason": ["2025年各地区目标合计110件，比上级目标100件多10件（加码）；请写明理由。"]
    }
    decompose(staff, line.pk, wish, today=TODAY, reason="留有余地")
    assert Decomposition.objects.get().reason == "留有余地"


def test_less_than_the_parent_asks_is_accepted_only_knowingly(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    wish = over_regions("hand", years=(2025,), values=by_hand(_330100="40", _330200="40", _330300="15"))
    with pytest.raises(Invalid) as refused:
        decompose(staff, line.pk, wish, today=TODAY, reason="其余由省本级完成")
    assert (refused.value.code, list(refused.value.details)) == ("sum_too_small", ["allow_shortfall"])
    assert "少5件：全部完成也达不到" in str(refused.value)
    with pytest.raises(Invalid, match="请填写理由"):
        decompose(staff, line.pk, wish, today=TODAY, allow_shortfall=True)
    decompose(staff, line.pk, wish, today=TODAY, allow_shortfall=True, reason="其余由省本级完成")


def test_of_a_ceiling_less_is_stricter_and_more_is_short(plan: Plan, stock: Indicator) -> None:
    complaints = builders.make_indicator("complaints", quantity="flow", reporting_basis="ytd", direction="down")
    line = builders.make_line(plan, complaints, {}, basis="year")
    Target.objects.create(line=line, year=2025, comparator="<=", value=20)
    for last, balance in (("6", Balance.STRICTER), ("8", Balance.EQUAL), ("9", Balance.SHORT)):
        wish = over_regions("hand", years=(2025,), values=by_hand(_330100="6", _330200="6", _330300=last))
        found = preview(line, wish, TODAY)
        assert found.sums[0].balance is balance
        assert {cell.comparator for cell in found.cells} == {"<="}


def test_a_rate_has_no_sum_and_goes_to_all_as_it_is(plan: Plan, staff: Any) -> None:
    rate = builders.make_indicator("rate", quantity="rate", unit="%")
    line = builders.make_line(plan, rate, {2025: "95"})
    with pytest.raises(Invalid, match="各地区值不能相加，不能按比例分"):
        preview(line, over_regions(), TODAY)
    done = decompose(staff, line.pk, over_regions("same"), today=TODAY)
    assert (of_regions(line), done.preview.sums) == (dict.fromkeys(CITIES, "95"), [])
    grown = builders.make_line(plan, builders.make_indicator(), {2025: "10"}, basis="growth")
    assert preview(grown, over_regions("same"), TODAY).sums == []


def test_what_adds_up_is_not_given_whole_to_each(plan: Plan, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    with pytest.raises(Invalid, match="不能都与上级相同"):
        preview(line, over_regions("same"), TODAY)


def test_a_functional_zone_takes_part_only_where_its_county_leaves_it_out(plan: Plan, stock: Indicator) -> None:
    parent = Region.objects.get(code="330100")
    zone = Region.objects.create(code="330171", name="高新区", short_name="高新区", level="zone", parent=parent)
    builders.make_region("330106", "西湖区")
    line = builders.make_line(plan, stock, {2025: "100"}, region=parent)
    assert [cell.region.code for cell in preview(line, over_regions(), TODAY).cells] == ["330106"]
    duty = builders.make_duty(stock, zone, builders.make_unit(zone))
    duty.beside_county = True
    duty.save()
    assert [cell.region.code for cell in preview(line, over_regions(), TODAY).cells] == ["330106", "330171"]


def test_a_region_without_regions_below_cannot_be_split(plan: Plan, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "1"}, region=builders.make_region("330106"))
    with pytest.raises(Invalid, match="没有下级地区"):
        preview(line, over_regions(), TODAY)


# The same again, later, and back


def test_the_same_again_changes_nothing(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    first = decompose(staff, line.pk, over_regions(), today=TODAY)
    entries, jobs = AuditEntry.objects.count(), JobRun.objects.count()
    versions = list(TargetLine.objects.order_by("pk").values_list("version", "input_version"))
    again = decompose(staff, line.pk, over_regions(), today=TODAY)
    assert first.job is not None
    assert (again.made, again.job) == (None, None)
    assert (AuditEntry.objects.count(), JobRun.objects.count()) == (entries, jobs)
    assert list(TargetLine.objects.order_by("pk").values_list("version", "input_version")) == versions


def test_one_act_leaves_one_entry_and_one_recomputation(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2024: "50", 2025: "100"})
    done = decompose(staff, line.pk, over_regions(), today=TODAY)
    assert done.made is not None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id, entry.region_code) == ("target_line.decompose", str(line.pk), "330000")
    assert entry.after is not None
    assert len(entry.after) == 2 + 6
    assert JobRun.objects.get() == done.job
    assert TargetLine.objects.stale().count() >= 3
    recompute_plan(plan.pk, today=TODAY)
    assert verify(today=TODAY) == []
    row = Attainment.objects.get(line__region__code="330100", year=2025, quarter=4)
    assert (row.target, row.target_source) == (34, "decomposed")


def test_before_a_year_is_judged_its_split_is_changed_in_place(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    decompose(staff, line.pk, over_years(), today=TODAY)
    done = decompose(staff, line.pk, over_years("hand", values=by_hand(_2022="65", _2023="80")), today=TODAY)
    assert [c.verdict for c in done.preview.cells if c.year < 2024] == [Verdict.CHANGED, Verdict.UNCHANGED]
    assert of_years(line)[2022] == ">=65分"
    assert line.targets.get(year=2023).decomposition != done.made


def test_a_judged_year_s_split_changes_from_the_present_quarter_on(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    decompose(staff, line.pk, over_years(), today=TODAY)
    summer, autumn = date(2023, 8, 1), date(2023, 9, 1)
    wish = over_years("hand", values=by_hand(_2023="75", _2024="85"))
    with pytest.raises(Invalid) as refused:
        decompose(staff, line.pk, wish, today=summer)
    assert refused.value.details["reason"] == [
        "2023年已在考核，改动只从本季度起生效，此前各季度仍按原目标；请写明理由。"
    ]
    done = decompose(staff, line.pk, wish, today=summer, reason="上半年政策变化")
    assert [c.verdict for c in done.preview.cells if c.verdict is not Verdict.KEPT] == [
        Verdict.ADJUSTED,
        Verdict.CHANGED,
    ]
    old, new = line.targets.filter(year=2023).order_by("pk")
    assert (old.value, old.in_force_from, new.value, new.in_force_from) == (80, None, 75, Quarter(2023, 3).index)
    assert (new.adjusting_document, new.adjusted_on) == ("上半年政策变化", summer)
    assert not decompose(staff, line.pk, wish, today=autumn).preview.changes
    decompose(staff, line.pk, over_years("hand", values=by_hand(_2023="76")), today=autumn, reason="再核")
    assert [t.value for t in line.targets.filter(year=2023).order_by("pk")] == [80, 76]


def test_a_target_for_a_year_whose_quarters_have_ended_needs_a_reason(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    late = date(2022, 5, 1)
    with pytest.raises(Invalid) as refused:
        decompose(staff, line.pk, over_years(), today=late)
    assert refused.value.details["reason"] == ["2021、2022年已有季度结束，补上目标后这些季度的结果会重算；请写明理由。"]
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.DRAFT)
    decompose(staff, line.pk, over_years(), today=late)


def test_what_a_document_has_adjusted_is_kept(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    decompose(staff, line.pk, over_years(), today=TODAY)
    adjust_target(
        staff, line.pk, TargetValue(2023, ">=", Decimal(70)), in_force_from=Quarter(2022, 1), document="〔2022〕1号"
    )
    found = preview(TargetLine.objects.get(pk=line.pk), over_years(), TODAY)
    # 2023 is a point of its own now: 50 … 70 … 100
    assert [(c.year, int(c.goal.value), c.verdict) for c in found.cells] == [
        (2021, 57, Verdict.CHANGED), (2022, 63, Verdict.CHANGED), (2023, 70, Verdict.KEPT),
        (2024, 85, Verdict.CHANGED), (2025, 100, Verdict.KEPT),
    ]  # fmt: skip


def test_an_undo_puts_everything_back_as_it_was(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    ningbo = builders.make_line(plan, stock, {}, region=Region.objects.get(code="330200"))
    first = decompose(staff, line.pk, over_regions(), today=TODAY)
    wish = over_regions("hand", years=(2025,), values=by_hand(_330100="50", _330200="40"))
    second = decompose(staff, line.pk, wish, today=TODAY, reason="加码")
    assert first.made is not None
    assert second.made is not None
    with pytest.raises(Conflict, match=r"其中2个目标后来又有改动，没有撤销任何目标。.*杭州市2025年的目标现为50"):
        undo_decomposition(staff, first.made.pk, reason="错了")
    with pytest.raises(Invalid, match="请填写撤销的理由"):
        undo_decomposition(staff, second.made.pk, reason=" ")
    assert undo_decomposition(staff, second.made.pk, reason="错了") is not None
    assert of_regions(line) == {"330100": "34", "330200": "33", "330300": "33"}
    with pytest.raises(Conflict, match="已经撤销"):
        undo_decomposition(staff, second.made.pk, reason="错了")
    undo_decomposition(staff, first.made.pk, reason="错了")
    assert list(TargetLine.objects.order_by("pk")) == [line, ningbo]
    assert of_years(line) == {2025: ">=100"}
    assert AuditEntry.objects.order_by("-number")[0].action == "target_line.undo_decomposition"
    recompute_plan(plan.pk, today=TODAY)
    assert verify(today=TODAY) == []


def test_an_undone_version_leaves_the_one_before_in_force(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    decompose(staff, line.pk, over_years(), today=TODAY)
    wish = over_years("hand", values=by_hand(_2023="75"))
    done = decompose(staff, line.pk, wish, today=date(2023, 8, 1), reason="变化")
    assert done.made is not None
    undo_decomposition(staff, done.made.pk, reason="又不变了")
    assert [t.value for t in line.targets.filter(year=2023)] == [80]


def test_a_line_that_has_been_given_a_lead_unit_survives_the_undo(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    done = decompose(staff, line.pk, over_regions(), today=TODAY)
    used = TargetLine.objects.get(region__code="330300")
    TargetLine.objects.filter(pk=used.pk).update(lead_unit=builders.make_unit(used.region))
    assert done.made is not None
    undo_decomposition(staff, done.made.pk, reason="错了")
    assert set(TargetLine.objects.all()) == {line, used}


def test_a_correction_takes_a_target_out_of_its_decomposition(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    done = decompose(staff, line.pk, over_years(), today=TODAY)
    stored = [
        TargetValue(t.year, t.comparator, t.value, t.upper, t.printed, t.source) for t in line.targets.order_by("year")
    ]
    change_line(
        staff, line.pk, {"targets": [*stored[:3], TargetValue(2024, ">=", Decimal(91), source="decomposed"), stored[4]]}
    )
    made = {t.year: t.decomposition for t in line.targets.all()}
    assert made == {2021: done.made, 2022: done.made, 2023: done.made, 2024: None, 2025: None}


def test_what_has_changed_since_the_preview_is_not_stored(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"})
    seen = preview_decomposition(staff, line.pk, over_regions(), today=TODAY).seen
    change_line(staff, line.pk, {"targets": [TargetValue(2025, ">=", Decimal(90))]})
    with pytest.raises(Conflict, match="预览之后数据有了变化"):
        decompose(staff, line.pk, over_regions(), today=TODAY, seen=seen)
    seen = preview_decomposition(staff, line.pk, over_regions(), today=TODAY).seen
    decompose(staff, line.pk, over_regions(), today=TODAY, seen=seen)


def test_many_regions_and_years_take_as_many_queries_as_few(
    plan: Plan, staff: Any, flow: Indicator, django_assert_max_num_queries: Any
) -> None:
    for number in range(4, 80):
        builders.make_region(f"33{number:02d}00")
    line = builders.make_line(plan, flow, dict.fromkeys(range(2021, 2026), "1000"), basis="year")
    with django_assert_max_num_queries(46):
        decompose(staff, line.pk, over_regions(), today=TODAY)
    assert Target.objects.filter(source="decomposed").count() == 5 * 79
    wish = over_regions("hand", years=(2025,), values={f"33{n:02d}00": Goal(Decimal(13)) for n in range(1, 80)})
    with django_assert_max_num_queries(45):
        done = decompose(staff, line.pk, wish, today=TODAY, reason="取整")
    assert done.made is not None
    with django_assert_max_num_queries(45):
        undo_decomposition(staff, done.made.pk, reason="取整不妥")


# Who


def test_an_upper_bound_below_the_lower_is_refused_in_words(plan: Plan, staff: Any, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    with pytest.raises(Invalid, match="上限且不小于下限"):
        decompose(staff, line.pk, over_years("hand", values={"2023": Goal(Decimal(80), Decimal(70))}), today=TODAY)
    with pytest.raises(Invalid, match="超出范围"):
        decompose(staff, line.pk, over_years("hand", values={"2023": Goal(Decimal("0.0000001"))}), today=TODAY)


def test_staff_of_the_plan_s_region_alone_split_its_targets(plan: Plan, province: Region, stock: Indicator) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    for role in (Role.LEADER, Role.REVIEWER):
        person = builders.make_user(role, region=province)
        with pytest.raises(NotAllowed):
            decompose(person, line.pk, over_years(), today=TODAY)
        with pytest.raises(NotAllowed):
            preview_decomposition(person, line.pk, over_years(), today=TODAY)
    builders.make_line(plan, stock, {2025: "10"}, region=Region.objects.get(code="330100"))
    of_city = builders.make_user(Role.STAFF, region=Region.objects.get(code="330100"))
    with pytest.raises(NotAllowed):
        decompose(of_city, line.pk, over_years(), today=TODAY)
    stranger = builders.make_user(Role.STAFF, region=builders.make_region("440000"))
    with pytest.raises(NotVisible):
        decompose(stranger, line.pk, over_years(), today=TODAY)
    made = Decomposition.objects.create(line=line, over="years", method="straight")
    with pytest.raises(NotAllowed):
        undo_decomposition(builders.make_user(Role.REVIEWER, region=province), made.pk, reason="x")
    for outsider in (of_city, stranger):
        with pytest.raises(NotVisible):
            undo_decomposition(outsider, made.pk, reason="x")
    assert not Target.objects.filter(source="decomposed").exists()


@pytest.mark.parametrize(
    "wish", [over_years("equal"), over_regions("straight"), Wish("both", "hand"), over_years("hand")]
)
def test_a_wish_that_makes_no_sense_is_refused(plan: Plan, stock: Indicator, wish: Wish) -> None:
    line = builders.make_line(plan, stock, {2025: "100"}, baseline=(2020, "50"))
    with pytest.raises(Invalid):
        preview(line, wish, TODAY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(0, 10**10),
    shares=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    kept=st.integers(0, 10**9),
)
def test_whatever_is_split_adds_up(plan: Plan, flow: Indicator, amount: int, shares: list[int], kept: int) -> None:
    """With figures as weights and a stated target in between, in whole hundredths."""
    line = TargetLine(plan=plan, region=plan.region, indicator=flow, basis="year", printed_name="x")
    TargetLine.objects.filter(indicator=flow).delete()
    Figure.objects.filter(indicator=flow).delete()
    line.save()
    Target.objects.create(line=line, year=2025, comparator=">=", value=Decimal(amount) / 100)
    if not any(shares[:2]) or kept > amount:
        return
    approve(flow, 2020, **{f"_{code}": str(share) for code, share in zip(CITIES, shares, strict=True)})
    builders.make_line(
        plan, flow, {2025: str(Decimal(kept) / 100)}, basis="year", region=Region.objects.get(code=CITIES[2])
    )
    found = preview(line, over_regions("own", base_year=2020), TODAY)
    assert sum(cell.goal.value for cell in found.cells) == Decimal(amount) / 100
    assert found.sums[0].balance is Balance.EQUAL
    assert all(cell.goal.value * 100 % 1 == 0 for cell in found.cells)
