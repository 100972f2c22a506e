"""Bureau staff split a target on its page: filled in, seen as a difference, stored, shown, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from indicators.models import Figure, Target, TargetLine
from indicators.selectors.decomposition.base import Wish
from indicators.services.decomposition import decompose
from ipdash.accounts.models import User
from plans.models import Plan, Region
from tests import builders

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
TODAY = date(2025, 10, 12)


@pytest.fixture
def client(client_of: ClientOf) -> Client:
    return client_of("staff")


@pytest.fixture
def level(demo: None) -> TargetLine:
    return TargetLine.objects.get(plan__slug="bishan", indicator__code="invention_patents_per_10k")


@pytest.fixture
def trained(demo: None) -> TargetLine:
    """重庆: at least 500 trained in 2014; 37 districts and counties below."""
    return TargetLine.objects.get(plan__slug="chongqing", indicator__code="patent_info_talents_trained")


def address(line: TargetLine, over: str, method: str = "", year: int | str = "") -> str:
    return f"/manage/lines/{line.pk}/decompose/?over={over}&method={method}&year={year}"


def text(response: Any) -> str:
    return str(response.content.decode())


def seen(response: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', text(response))
    assert found is not None
    return found[1]


def test_years_are_previewed_and_then_stored(client: Client, level: TargetLine) -> None:
    page = text(client.get(address(level, "years")))
    assert "2020年基期值12.01；2025年目标不低于25.00（文件规定）" in page
    preview = client.post(address(level, "years"), {"do": "preview"})
    assert preview.status_code == 200
    assert "不低于14.61" in text(preview)
    assert "2021、2022、2023、2024年已有季度结束" in text(preview)
    assert not level.decompositions.exists()
    bare = client.post(address(level, "years"), {"do": "save", "seen": seen(preview)})
    assert bare.status_code == 400
    assert "保存分解" in text(bare)
    saved = client.post(address(level, "years"), {"do": "save", "seen": seen(preview), "reason": "年度分解"})
    assert saved["Location"] == f"/manage/lines/{level.pk}/"
    shown = text(client.get(saved["Location"]))
    assert "分解已保存：新增4个目标" in shown
    assert re.search(r"分解到年度：由李文静（局工作人员）于\d+年\d+月\d+日分解（按直线），理由：年度分解", shown)
    again = text(client.post(address(level, "years"), {"do": "preview"}))
    assert "与现有目标完全相同，无需保存。" in again
    assert "保存分解" not in again


def test_who_looked_at_something_else_is_shown_the_new_difference(client: Client, level: TargetLine) -> None:
    first = seen(client.post(address(level, "years"), {"do": "preview"}))
    level.targets.update(value=Decimal(30))
    stale = client.post(address(level, "years"), {"do": "save", "seen": first, "reason": "年度分解"})
    assert stale.status_code == 409
    assert "预览之后数据有了变化" in text(stale)
    assert "不低于15.61" in text(stale)
    assert not level.decompositions.exists()


def test_a_grid_of_regions_is_filled_in_by_hand(client: Client, trained: TargetLine) -> None:
    here = address(trained, "regions", "hand", 2014)
    page = client.get(here)
    assert text(page).count("data-cell=") == 37
    assert 'data-wanted="500"' in text(page)
    values = {f"value_{row.key}": "１２" for row in page.context["form"].rows}
    short = client.post(here, {**values, "do": "preview"})
    assert "合计444名，比上级目标500名少56名：全部完成也达不到" in text(short)
    refused = client.post(here, {**values, "do": "save", "seen": seen(short), "reason": "其余由市本级完成"})
    assert refused.status_code == 400
    assert not trained.decompositions.exists()
    kept = {**values, "do": "save", "seen": seen(short), "reason": "其余由市本级完成", "allow_shortfall": "on"}
    assert client.post(here, kept).status_code == 302
    assert Target.objects.filter(source="decomposed", line__plan=trained.plan).count() == 37
    wrong = client.post(here, {**values, "value_500101": "十二", "do": "preview"})
    assert wrong.status_code == 400
    assert 'id="id_value_500101_error"' in text(wrong)


def test_only_the_ticked_regions_take_part(client: Client, trained: TargetLine) -> None:
    here = address(trained, "regions", "equal")
    preview = client.post(here, {"do": "preview", "regions": ["500101", "500102"]})
    assert text(preview).count("不低于250") == 2
    assert "有35个地区没有目标。" in text(preview)
    nobody = client.post(here, {"do": "preview"})
    assert nobody.status_code == 400
    assert "请至少让一个地区参与分解。" in text(nobody)


def test_figures_give_the_proportions(client: Client, trained: TargetLine) -> None:
    population = builders.make_indicator("county_population", unit="万人")
    for code, value in (("500101", "30"), ("500102", "20")):
        Figure.objects.create(
            indicator=population, region=Region.objects.get(code=code), year=2013, quarter=4, source="api",
            state="approved", value=Decimal(value), approved_value=Decimal(value),
        )  # fmt: skip
    here = address(trained, "regions", "indicator")
    page = text(client.get(here))
    assert '<option value="2013" selected>2013年</option>' in page
    asked = {"do": "preview", "indicator": population.code, "base_year": "2013", "regions": ["500101", "500102"]}
    assert "不低于300" in text(client.post(here, asked))
    assert "60.00%" in text(client.post(here, asked))
    lacking = client.post(here, {**asked, "regions": ["500101", "500103"]})
    assert "没有审核通过的2013年“指标county_population”数值：渝中区" in text(lacking)
    unasked = text(client.post(here, {**asked, "indicator": ""}))
    assert "请选择按哪个指标。" in unasked


def test_a_rate_says_why_no_sum_is_checked(client: Client) -> None:
    line = TargetLine.objects.get(plan__slug="chongqing", indicator__code="enforcement_training_coverage")
    page = text(client.get(address(line, "regions")))
    assert "各地区的值相加没有意义，因此不核对合计" in page
    assert "与上级目标相同" in page
    assert "平均分配" not in page


def test_values_are_typed_in_the_unit_that_the_page_shows(client: Client) -> None:
    line = TargetLine.objects.get(
        plan__slug="jilin", indicator__code="valid_registered_trademarks", region__code="220000"
    )
    here = address(line, "years", "hand")
    asked = {"value_2018": "12.5", "do": "save", "reason": "年度分解"}
    assert client.post(here, asked).status_code == 302
    assert line.targets.get(year=2018).value == 125_000
    assert 'value="12.5"' in text(client.get(here))
    target = f"/manage/lines/{line.pk}/targets/2018/"
    assert 'value="12.5"' in text(client.get(target))
    version = TargetLine.objects.get(pk=line.pk).version
    corrected = {"comparator": ">=", "value": "13", "reason": "笔误", "version": version}
    assert client.post(target + "correct/", corrected).status_code == 302
    assert line.targets.get(year=2018).value == 130_000


def test_a_total_is_asked_for_where_years_share_it(client: Client) -> None:
    line = TargetLine.objects.get(plan__slug="bishan", indicator__code="work_registrations")
    here = address(line, "years", "shares")
    bare = client.post(here, {"do": "preview", **{f"share_{year}": "25" for year in range(2021, 2025)}})
    assert "请填写各年合计的总量。" in text(bare)
    whole = {"do": "preview", "total": "2,050", **{f"share_{year}": "25" for year in range(2021, 2025)}}
    assert "各年目标合计2,050件，等于总量。" in text(client.post(here, whole))


def test_regions_need_a_year_with_a_target_and_regions_below(client: Client, level: TargetLine) -> None:
    assert "没有下级地区，不能分解到地区" in text(client.get(address(level, "regions")))
    city = Plan.objects.get(slug="baoji")
    line = builders.make_line(city, builders.make_indicator("empty_line"), {})
    assert "请先分解到年度" in text(client.get(address(line, "regions")))
    assert client.get(address(line, "nonsense")).status_code == 404


def test_a_split_is_undone_with_a_reason(client: Client, level: TargetLine) -> None:
    client.post(address(level, "years"), {"do": "save", "reason": "年度分解"})
    made = level.decompositions.get()
    undo = f"/manage/decompositions/{made.pk}/undo/"
    assert "请填写撤销的理由。" in text(client.post(undo, {"reason": ""}, follow=True))
    page = text(client.post(undo, {"reason": "分错了"}, follow=True))
    assert "分解已撤销，目标恢复原状" in page
    assert "已由李文静（局工作人员）于" in page
    assert not level.targets.filter(source="decomposed").exists()


def test_the_line_s_page_shows_where_its_targets_come_from_and_go(client_of: ClientOf, trained: TargetLine) -> None:
    staff = User.objects.get(username="staff")
    decompose(staff, trained.pk, Wish("regions", "equal"), today=TODAY, reason="平均分配")
    page = text(client_of("leader").get(f"/plans/{trained.plan_id}/indicators/{trained.pk}/"))
    assert "2014年各地区目标合计500名，等于上级目标。" in page
    assert "37个下级地区的目标" in page
    below = TargetLine.objects.get(plan=trained.plan, indicator=trained.indicator, region__code="500101")
    shown = text(client_of("leader").get(f"/plans/{trained.plan_id}/indicators/{below.pk}/"))
    assert f'/plans/{trained.plan_id}/indicators/{trained.pk}/">上级目标：' in shown
    assert re.search(r"2014年：\d+年\d+月\d+日分解（平均分配）", shown)
    assert "由李文静" not in shown
    assert "由李文静（局工作人员）于" in text(
        client_of("staff").get(f"/plans/{trained.plan_id}/indicators/{below.pk}/")
    )


def test_the_plan_s_list_keeps_the_regions_below_apart(client: Client, trained: TargetLine) -> None:
    decompose(User.objects.get(username="staff"), trained.pk, Wish("regions", "equal"), today=TODAY, reason="平均分配")
    page = client.get(f"/manage/plans/{trained.plan_id}/")
    assert "下级地区的37条目标" in text(page)
    assert {row.line.region.code for row in page.context["lines"]} == {"500000"}


def test_names_are_text_and_never_markup(client: Client, trained: TargetLine) -> None:
    asked = {"do": "save", "reason": "<script>alert(1)</script>", "regions": ["500101"]}
    assert client.post(address(trained, "regions", "equal"), asked).status_code == 302
    assert "<script>alert" not in text(client.get(f"/manage/lines/{trained.pk}/"))
