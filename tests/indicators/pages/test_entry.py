"""`/entry/`: one form for a unit and a quarter; nothing typed is lost, nothing is overwritten unseen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Figure, Indicator
from indicators.services.figures import return_figures
from ipdash.core.periods import Quarter
from plans.models import Unit

pytestmark = pytest.mark.usefixtures("demo")

QUARTER = {"year": 2025, "quarter": 3}
UNIT = "区市场监管局"


def key(code: str) -> str:
    return f"500120-{code}"


def figure(code: str, **at: int) -> Figure:
    return Figure.objects.get(indicator__code=code, region__code="500120", **(at or QUARTER))


def form_of(answer) -> dict[str, str]:
    """What a browser would send back from this page, unchanged."""
    data = {}
    for r in answer.context["rows"]:
        if r.is_open:
            data |= {
                f"value.{r.row.key}": r.text,
                f"note.{r.row.key}": r.note,
                f"was.{r.row.key}": r.row.text,
                f"wasnote.{r.row.key}": r.row.figure.note if r.row.figure else "",
                f"version.{r.row.key}": str(r.row.version),
            }
    return data


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def client(client_of):
    return client_of("reporter")


@pytest.fixture
def form(client):
    return form_of(client.get("/entry/"))


def test_it_opens_on_one_s_own_unit_and_the_quarter_to_report(client):
    answer = client.get("/entry/")
    assert answer.context["page"].unit.name == UNIT
    assert answer.context["page"].quarter == Quarter(2025, 3)
    assert "还有3天" in text_of(answer)
    assert "25/27 已填" in text_of(answer)


def test_what_was_sent_back_shows_its_reason_beside_the_box(client):
    assert "与企业名单核对后再报" in text_of(client.get("/entry/"))


def test_a_draft_is_kept_and_counted(client, form):
    row = next(k for k in form if k.startswith("value.") and form[k] == "")
    code = row.removeprefix("value.500120-")
    answer = client.post("/entry/", form | {row: "２"}, follow=True)
    assert "已保存1项草稿" in text_of(answer)
    assert "“２”读作 2" in text_of(answer)
    assert (figure(code).value, figure(code).state, figure(code).printed) == (2, Figure.State.DRAFT, "２")
    assert "26/27 已填" in text_of(answer)


def test_what_nobody_touched_is_left_alone(client, form):
    before = list(Figure.objects.order_by("pk").values_list("pk", "version", "state"))
    assert "没有改动" in text_of(client.post("/entry/", form | {"do": "draft"}, follow=True))
    assert list(Figure.objects.order_by("pk").values_list("pk", "version", "state")) == before


def test_submitting_hands_in_what_is_complete_and_names_what_is_not(client, form):
    answer = client.post("/entry/", form | {"do": "submit"}, follow=True)
    assert "已提交2项" in text_of(answer)
    assert "还有2项未填" in text_of(answer)
    assert figure("trademarks_registered").state == Figure.State.SUBMITTED


def test_what_was_sent_back_is_not_handed_in_again_unchanged(client, form):
    answer = client.post("/entry/", form | {"do": "submit"}, follow=True)
    assert "退回的1项还没有修改" in text_of(answer)
    assert figure("core_patent_enterprises_cultivated").state == Figure.State.RETURNED
    explained = {f"note.{key('core_patent_enterprises_cultivated')}": "已核对，两家为不同主体"}
    client.post("/entry/", form | explained | {"do": "submit"})
    assert figure("core_patent_enterprises_cultivated").state == Figure.State.SUBMITTED


def test_wan_is_understood_and_shown_back(client, form):
    row = f"value.{key('trademarks_registered')}"
    answer = client.post("/entry/", form | {row: "1.2万"}, follow=True)
    assert figure("trademarks_registered").value == Decimal(12000)
    assert "原写作 1.2万" in text_of(answer)


def test_a_wrong_writing_stays_in_the_box_and_is_told_twice_while_the_others_are_saved(client, form):
    wrong, right = f"value.{key('trademarks_registered')}", f"value.{key('associations_group_standards')}"
    answer = client.post("/entry/", form | {wrong: "1420左右", right: "4"})
    assert answer.status_code == 400
    page = text_of(answer)
    assert page.count("是约数") == 2
    assert 'value="1420左右"' in page
    assert f'href="#v-{key("trademarks_registered")}"' in page
    assert figure("trademarks_registered").value == 1420
    assert figure("associations_group_standards").value == 4


def test_two_people_on_the_same_box_the_later_one_is_told_and_may_insist(client, form, client_of):
    row = f"value.{key('trademarks_registered')}"
    staff = client_of("staff")
    unit = Unit.objects.get(name=UNIT, region__code="500120")
    address = f"/entry/?unit={unit.pk}&year=2025&quarter=3"
    staff.post(address, form_of(staff.get(address)) | {row: "1500"})
    answer = client.post("/entry/", form | {row: "1600"})
    assert answer.status_code == 409
    assert "刚被他人改为 1500，您填写的是 1600" in text_of(answer)
    assert figure("trademarks_registered").value == 1500
    again = client.post("/entry/", form_of(answer) | {row: "1600"})
    assert again.status_code == 302
    assert figure("trademarks_registered").value == 1600


def test_somebody_s_first_figure_is_not_overwritten_unseen(client, form, client_of):
    row = next(k for k in form if k.startswith("value.") and form[k] == "")
    other = client_of("reporter")
    other.post("/entry/", form | {row: "5"})
    assert client.post("/entry/", form | {row: "7"}).status_code == 409
    assert figure(row.removeprefix("value.500120-")).value == 5


def test_another_s_change_of_a_box_one_did_not_touch_disturbs_nobody(client, form, client_of):
    first, second = f"value.{key('trademarks_registered')}", f"value.{key('associations_group_standards')}"
    client_of("reporter").post("/entry/", form | {first: "1500"})
    assert client.post("/entry/", form | {second: "4"}).status_code == 302
    assert figure("trademarks_registered").value == 1500


def test_a_cleared_box_cannot_be_handed_in(client, form):
    row = f"value.{key('trademarks_registered')}"
    answer = client.post("/entry/", form | {row: "", "do": "submit"})
    assert answer.status_code == 400
    assert "确实为零请填0" in text_of(answer)


def test_zero_is_a_figure(client, form):
    row = next(k for k in form if k.startswith("value.") and form[k] == "")
    client.post("/entry/", form | {row: "0"})
    assert figure(row.removeprefix("value.500120-")).value == Decimal(0)


def test_a_changed_approved_value_waits_while_the_approved_one_goes_on_counting(client, form):
    row = f"value.{key('pct_applications')}"
    page = text_of(client.post("/entry/", form | {row: "31", "do": "submit"}, follow=True))
    assert "仍按已通过的 29件 计" in page


def test_a_locked_quarter_is_explained_and_has_no_boxes(client):
    page = text_of(client.get("/entry/?year=2025&quarter=2"))
    assert "已于2025-07-31锁定" in page
    assert 'name="value.' not in page


def test_a_post_into_a_locked_quarter_changes_nothing(client, form):
    locked = form | {f"value.{key('pct_applications')}": "999"}
    answer = client.post("/entry/?year=2025&quarter=2", locked)
    assert answer.status_code == 400
    assert figure("pct_applications", year=2025, quarter=2).value == 18


def test_an_annual_indicator_is_asked_for_in_the_fourth_quarter_alone(client):
    Indicator.objects.filter(code="geographical_indications").update(frequency="annual")
    codes = [r.row.indicator.code for r in client.get("/entry/?quarter=2025Q3").context["rows"]]
    assert "geographical_indications" not in codes
    codes = [r.row.indicator.code for r in client.get("/entry/?quarter=2024Q4").context["rows"]]
    assert "geographical_indications" in codes


class TestCorrection:
    @pytest.fixture
    def address(self):
        unit = Unit.objects.get(name=UNIT, region__code="500120")
        return f"/entry/?unit={unit.pk}&year=2025&quarter=2"

    def test_a_reviewer_corrects_a_locked_quarter_with_a_reason(self, client_of, address):
        reviewer = client_of("reviewer")
        data = form_of(reviewer.get(address)) | {f"value.{key('pct_applications')}": "19", "do": "submit"}
        refused = reviewer.post(address, data)
        assert refused.status_code == 400
        assert "更正须填写原因" in text_of(refused)
        assert 'value="19"' in text_of(refused)
        reviewer.post(address, data | {"reason": "登记簿漏计一件"})
        corrected = figure("pct_applications", year=2025, quarter=2)
        assert (corrected.value, corrected.is_correction, corrected.state) == (19, True, Figure.State.SUBMITTED)
        assert corrected.approved_value == 18
        assert "锁定后更正" in text_of(reviewer.get(address))

    def test_in_an_open_quarter_a_reviewer_looks_and_does_not_type(self, client_of, address):
        page = text_of(client_of("reviewer").get(address.replace("quarter=2", "quarter=3")))
        assert "由承担填报责任的单位或局工作人员填报" in page
        assert 'name="value.' not in page


@pytest.mark.parametrize("who", ["leader", "department", "sysadmin", "auditor"])
def test_who_reports_nothing_is_told_which_role_does(client_of, who):
    answer = client_of(who).get("/entry/")
    assert answer.status_code == 403
    assert "填报人" in text_of(answer)


@pytest.mark.parametrize("unit", ["999999", "abc", "-1", "9" * 30, "²"])
def test_an_unknown_unit_does_not_exist(client, unit):
    assert client.get("/entry/", {"unit": unit}).status_code == 404


def test_another_unit_s_form_does_not_exist_for_a_reporter(client):
    other = Unit.objects.get(name="区科技局", region__code="500120")
    assert client.get(f"/entry/?unit={other.pk}").status_code == 404
    assert client.post(f"/entry/?unit={other.pk}", {}).status_code == 404


@pytest.mark.parametrize("query", ["quarter=9&year=2025", "quarter=x", "quarter=2025Q5", "quarter=3&year=9999"])
def test_a_wrong_quarter_is_refused_in_words(client, query):
    answer = client.get(f"/entry/?{query}")
    assert answer.status_code == 400
    assert "不是有效的季度" in text_of(answer)


def test_a_quarter_without_duties_says_so(client):
    assert "没有需要填报的指标" in text_of(client.get("/entry/?quarter=1999Q1"))


def test_the_reason_stays_visible_while_a_draft_is_written(client, form):
    row = f"value.{key('core_patent_enterprises_cultivated')}"
    page = text_of(client.post("/entry/", form | {row: "12"}, follow=True))
    assert figure("core_patent_enterprises_cultivated").state == Figure.State.DRAFT
    assert "与企业名单核对后再报" in page


def test_names_and_notes_are_text(client, form, reviewer):
    Indicator.objects.filter(code="trademarks_registered").update(name="<script>alert(1)</script>")
    value, note = f"value.{key('trademarks_registered')}", f"note.{key('trademarks_registered')}"
    assert "<u>" not in text_of(client.post("/entry/", form | {value: '"><u>'}))
    client.post("/entry/", form | {note: '"><img src=x>', "do": "submit"})
    return_figures(reviewer, [figure("trademarks_registered").pk], "<i>请核对</i>")
    page = text_of(client.get("/entry/"))
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<i>请" not in page


def test_a_note_that_is_too_long_is_refused_and_kept(client, form):
    note = f"note.{key('trademarks_registered')}"
    answer = client.post("/entry/", form | {note: "长" * 501})
    assert answer.status_code == 400
    assert "最多500字" in text_of(answer)
    assert "长" * 501 in text_of(answer)


def test_the_queries_do_not_grow_with_the_rows(client, client_of, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        client.get("/entry/")


def test_before_the_quarter_opens_the_day_is_named(client, settings):
    settings.TODAY_OVERRIDE = date(2025, 9, 20)
    page = text_of(client.get("/entry/?quarter=2025Q3"))
    assert "2025-10-01起可以填报" in page


def test_the_first_quarter_stands_beside_the_quarter_before_it(client):
    page = client.get("/entry/", {"quarter": "2025Q1"}).context["page"]
    assert page.columns == [Quarter(2024, 4)]
    assert [text[0] for text in page.rows[0].column_texts] == ["2024年四季度"]
