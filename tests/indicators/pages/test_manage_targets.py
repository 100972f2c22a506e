"""Bureau staff's management: the catalogue, plans and their targets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from indicators.models import Indicator, Target, TargetLine
from ipdash.accounts.models import AuditEntry
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun
from plans.models import Plan, Unit

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
BISHAN = "500120"


@pytest.fixture
def client(client_of: ClientOf) -> Client:
    return client_of("staff")


@pytest.fixture
def bishan(demo: None) -> Plan:
    return Plan.objects.get(slug="bishan")


@pytest.fixture
def line(bishan: Plan) -> TargetLine:
    found = TargetLine.objects.filter(plan=bishan, targets__year=2025).first()
    assert found is not None
    return found


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-number")[0]


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]  # a test response


# Catalogue


def entry(**changes: object) -> dict[str, object]:
    return {
        "code": "courses_held", "name": "知识产权课程数", "aliases": "课程数\n 培训课程 ", "definition": "", "unit": "门",
        "decimals": "0", "quantity": "flow", "direction": "up", "reporting_basis": "ytd", "frequency": "quarterly",
        "numerator": "", "denominator": "", "factor": "", "reason": "", **changes,
    }  # fmt: skip


def test_an_indicator_is_added_with_its_aliases(client: Client) -> None:
    assert client.post("/manage/indicators/new/", entry()).status_code == 302
    indicator = Indicator.objects.get(code="courses_held")
    assert [alias.name for alias in indicator.aliases.all()] == ["课程数", "培训课程"]
    again = client.post("/manage/indicators/new/", entry(code="courses_2", name="培训课程"))
    assert again.status_code == 409
    assert "已是指标“知识产权课程数”的名称或别名" in text(again)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写名称。"),
        ({"reporting_basis": "level"}, "时期数按当季或本年累计填报"),
        ({"quantity": "ratio", "reporting_basis": "level"}, "相对数必须有分子、分母和系数"),
        ({"factor": "1e5"}, "系数"),
        ({"decimals": "9"}, "小数位数"),
        ({"code": "课程"}, "编码只能由英文字母"),
    ],
)
def test_a_wrong_entry_is_refused_in_words(client: Client, changes: dict[str, object], words: str) -> None:
    answer = client.post("/manage/indicators/new/", entry(**changes))
    assert answer.status_code == 400
    assert words in text(answer)
    assert not Indicator.objects.filter(name="知识产权课程数").exists()


def test_what_figures_were_measured_by_cannot_be_changed(client: Client) -> None:
    indicator = Indicator.objects.filter(figures__region__code=BISHAN, quantity="flow", numerator=None).first()
    assert indicator is not None
    values = entry(name=indicator.name, unit="个" + indicator.unit, aliases="", reporting_basis=indicator.reporting_basis,
                   frequency=indicator.frequency, direction=indicator.direction)  # fmt: skip
    answer = client.post(f"/manage/indicators/{indicator.code}/change/", {**values, "version": indicator.version})
    assert answer.status_code == 409
    assert "已有填报数据" in text(answer)


def test_names_are_shown_as_text_and_never_as_markup(client: Client) -> None:
    client.post("/manage/indicators/new/", entry(name="<script>alert(1)</script>", aliases="<b>x</b>"))
    page = text(client.get("/manage/indicators/courses_held/")) + text(client.get("/manage/indicators/?words=script"))
    assert "<script>alert" not in page
    assert "<b>x" not in page
    assert "&lt;script&gt;" in page


# Plans and targets


def test_thresholds_are_set_and_results_asked_for_anew(client: Client, bishan: Plan) -> None:
    address = f"/manage/plans/{bishan.pk}/"
    values = {"state": "active", "yellow_below": "-5", "red_below": "－12.5", "version": bishan.version}
    assert client.post(address, values).status_code == 302
    bishan.refresh_from_db()
    assert (bishan.yellow_below, bishan.red_below) == (Decimal(-5), Decimal("-12.5"))
    assert JobRun.objects.filter(kind="recompute_attainment", state="queued").exists()
    wrong = client.post(address, {**values, "red_below": "0", "version": bishan.version})
    assert wrong.status_code == 400
    assert "红灯线必须低于黄灯线。" in text(wrong)
    back = client.post(address, {**values, "state": "draft", "version": bishan.version})
    assert back.status_code == 409
    assert "不能再改为草稿" in text(back)


def test_lines_to_confirm_stand_first(client: Client) -> None:
    plan = Plan.objects.filter(target_lines__basis_ambiguous=True).first()
    assert plan is not None
    rows = client.get(f"/manage/plans/{plan.pk}/").context["lines"]
    flags = [row.line.basis_ambiguous for row in rows]
    assert flags == sorted(flags, reverse=True)
    assert flags[0]


def test_an_unclear_basis_is_confirmed_with_its_reason(client: Client) -> None:
    line = TargetLine.objects.filter(basis_ambiguous=True).first()
    assert line is not None
    address = f"/manage/lines/{line.pk}/basis/"
    bare = client.post(address, {"basis": line.basis, "basis_reason": "", "version": line.version})
    assert bare.status_code == 400
    assert "请填写理由。" in text(bare)
    answer = client.post(address, {"basis": line.basis, "basis_reason": "市局答复", "version": line.version})
    assert answer.status_code == 302
    before = line.version
    line.refresh_from_db()
    assert (line.basis_ambiguous, line.basis_reason) == (False, "市局答复")
    assert (last_entry().action, last_entry().reason) == ("target_line.change", "市局答复")
    stale = client.post(address, {"basis": line.basis, "basis_reason": "另有说法", "version": before})
    assert stale.status_code == 409
    assert "现为“市局答复”，您填写的是“另有说法”。" in text(stale)


def test_a_misprint_is_corrected_in_place_with_a_reason(client: Client, line: TargetLine) -> None:
    old = line.targets.get(year=2025, in_force_from=None)
    address = f"/manage/lines/{line.pk}/targets/2025/correct/"
    values = {
        "comparator": old.comparator,
        "value": "1,234.5",
        "upper": "",
        "printed": old.printed,
        "version": line.version,
    }
    assert client.post(address, values).status_code == 400
    assert client.post(address, {**values, "reason": "文件勘误"}).status_code == 302
    new = line.targets.get(year=2025, in_force_from=None)
    assert (new.value, new.source) == (Decimal("1234.5"), old.source)
    assert last_entry().reason == "文件勘误"
    others = line.targets.exclude(year=2025).count()
    assert others == TargetLine.objects.get(pk=line.pk).targets.exclude(year=2025).count()


def test_a_year_without_a_target_is_set_as_decomposed(client: Client) -> None:
    line = TargetLine.objects.filter(plan__slug="bishan").exclude(targets__year=2024).first()
    assert line is not None
    assert "设定年度目标" in text(client.get(f"/manage/lines/{line.pk}/targets/2024/"))
    values = {"comparator": ">=", "value": "7", "reason": "年度分解", "version": line.version}
    assert client.post(f"/manage/lines/{line.pk}/targets/2024/correct/", values).status_code == 302
    assert line.targets.get(year=2024).source == Target.Source.DECOMPOSED


def test_an_adjustment_is_a_new_version_from_a_quarter(client: Client, line: TargetLine) -> None:
    old = line.targets.get(year=2025, in_force_from=None)
    address = f"/manage/lines/{line.pk}/targets/2025/adjust/"
    values = {
        "comparator": old.comparator, "value": "99", "in_force_from": "2025Q3", "document": "璧山府发〔2025〕9号",
        "adjusted_on": "2025-08-01", "version": line.version,
    }  # fmt: skip
    assert client.post(address, {**values, "document": " "}).status_code == 400
    assert client.post(address, values).status_code == 302
    new = line.targets.get(year=2025, in_force_from=Quarter(2025, 3).index)
    assert (new.value, new.adjusting_document) == (Decimal(99), "璧山府发〔2025〕9号")
    assert line.targets.get(year=2025, in_force_from=None).value == old.value
    line.refresh_from_db()
    twice = client.post(address, {**values, "version": line.version})
    assert twice.status_code == 409
    assert "已有同一生效季度的版本" in text(twice)


def test_a_year_outside_the_plan_is_not_found(client: Client, line: TargetLine) -> None:
    assert client.get(f"/manage/lines/{line.pk}/targets/1999/").status_code == 404
    assert client.post(f"/manage/lines/{line.pk}/targets/1999/correct/", {}).status_code == 404


def test_who_leads_a_line_is_set(client: Client, line: TargetLine) -> None:
    unit = Unit.objects.get(region__code=BISHAN, name="区市场监管局")
    address = f"/manage/lines/{line.pk}/lead/"
    assert client.post(address, {"lead_unit": unit.pk, "version": line.version}).status_code == 302
    line.refresh_from_db()
    assert line.lead_unit == unit
    assert client.post(address, {"lead_unit": "", "version": line.version}).status_code == 302
    line.refresh_from_db()
    assert line.lead_unit is None
