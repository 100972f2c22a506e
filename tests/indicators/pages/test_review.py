"""`/review/`: the odd ones first, one or many decided at once, nothing approved unseen or by its own author."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from indicators.models import Figure, Indicator
from indicators.selectors.review import review_queue
from ipdash.jobs.models import JobRun
from plans.models import Membership, Region
from plans.scope import scope_of

pytestmark = pytest.mark.usefixtures("demo")


def waiting(code: str, value: str, **fields) -> Figure:
    """This quarter's figure of a Bishan indicator, handed in with this value."""
    figure = Figure.objects.get(indicator__code=code, region__code="500120", year=2025, quarter=3)
    for name, new in ({"value": Decimal(value), "state": "submitted", "approved_value": None} | fields).items():
        setattr(figure, name, new)
    figure.save()
    return figure


def items_of(user):
    return {item.indicator.code: item for item in review_queue(scope_of(user))}


def pick(figure: Figure) -> str:
    return f"{figure.pk}.{figure.version}"


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def client(client_of):
    return client_of("reviewer")


@pytest.fixture
def figures():
    return list(Figure.objects.filter(state="submitted").order_by("pk"))


class TestOddOnesFirst:
    def test_a_falling_running_total_stands_before_everything(self, reviewer):
        waiting("pct_applications", "17")
        waiting("ip_service_institutions", "490")
        queue = review_queue(scope_of(reviewer))
        assert queue[0].indicator.code == "pct_applications"
        assert queue[0].reasons == ["本年累计小于上季的18件；是否填了当季数？"]

    def test_then_comes_the_greatest_change_in_words(self, reviewer):
        waiting("ip_service_institutions", "470")
        queue = review_queue(scope_of(reviewer))
        assert queue[0].indicator.code == "ip_service_institutions"
        assert queue[0].reasons == ["约为以往同类数值（42家）的10倍；单位是家，是否47家？"]

    def test_a_fall_by_half_is_named_too(self, reviewer):
        waiting("ip_service_institutions", "20")
        assert items_of(reviewer)["ip_service_institutions"].reasons == ["以往走势多在45家至51家之间。"]

    def test_a_running_total_is_compared_by_the_quarter_s_own_part(self, reviewer):
        # 6, 18, 30: twelve in each of the last two quarters.
        waiting("pct_applications", "30")
        item = items_of(reviewer)["pct_applications"]
        assert (item.own, item.own_before, item.change) == (12, 12, 0)
        assert item.reasons == []

    def test_a_first_quarter_is_no_falling_total(self, reviewer):
        Figure.objects.filter(indicator__code="pct_applications", year=2025, quarter=1).update(state="submitted")
        item = items_of(reviewer)["pct_applications"]
        assert item.odd == ()
        assert item.own == 6

    def test_a_figure_without_anything_before_it_says_so(self, reviewer):
        figure = waiting("ip_service_institutions", "49")
        Figure.objects.filter(indicator=figure.indicator, region=figure.region).exclude(pk=figure.pk).delete()
        assert items_of(reviewer)["ip_service_institutions"].reasons == ["没有上期数据可比"]

    def test_an_annual_one_is_compared_with_the_year_before(self, reviewer):
        Indicator.objects.filter(code="ip_service_institutions").update(frequency="annual")
        waiting("ip_service_institutions", "49")
        assert items_of(reviewer)["ip_service_institutions"].before == 42

    def test_a_correction_names_what_was_approved(self, reviewer):
        waiting("ip_service_institutions", "48", approved_value=Decimal(49), is_correction=True)
        assert items_of(reviewer)["ip_service_institutions"].reasons == ["锁定后更正，原已通过49"]

    def test_zero_and_missing_divide_nothing(self, reviewer):
        waiting("ip_service_institutions", "0")
        Figure.objects.filter(indicator__code="ip_service_institutions", year=2025, quarter=2).update(
            value=None, approved_value=None
        )
        item = items_of(reviewer)["ip_service_institutions"]
        assert item.relative is None
        assert item.value_text == "0"


def test_each_shows_last_quarter_difference_note_and_who_entered_it(client):
    page = text_of(client.get("/review/"))
    assert "待审核（6项）" in page
    assert "+7.1%" in page
    assert "本季新增2家用标企业" in page
    assert "陈晓峰" in page


def test_one_is_approved_and_the_message_leads_to_the_recomputation(client, figures):
    answer = client.post("/review/", {"do": "approve", "figure": pick(figures[0])}, follow=True)
    job = JobRun.objects.latest("pk")
    assert "已通过1项" in text_of(answer)
    assert f'href="/jobs/{job.pk}/"' in text_of(answer)
    assert f'id="job-{job.pk}"' in text_of(answer)
    figures[0].refresh_from_db()
    assert figures[0].state == "approved"


def test_many_are_approved_with_one_recomputation(client, figures):
    client.post("/review/", {"do": "approve", "figure": [pick(f) for f in figures]})
    assert not Figure.objects.filter(state="submitted").exists()
    assert JobRun.objects.count() == 1
    assert "没有等待审核的数据" in text_of(client.get("/review/"))


def test_the_unremarkable_are_approved_in_one_go_and_the_odd_stay(client, reviewer):
    waiting("ip_service_institutions", "470")
    page = text_of(client.get("/review/"))
    plain = [item.figure for item in review_queue(scope_of(reviewer)) if not item.reasons]
    assert plain
    form = page[page.index('id="plain"') : page.index("</form>", page.index('id="plain"'))]
    assert f"通过无提示的{len(plain)}项" in form
    assert sorted(re.findall(r'name="figure" value="([\d.]+)"', form)) == sorted(pick(figure) for figure in plain)


def test_many_are_sent_back_with_the_reason(client, figures):
    answer = client.post(
        "/review/?quarter=2025Q3",
        {"do": "return", "figure": [pick(f) for f in figures[:2]], "reason": "请附证明"},
        follow=True,
    )
    assert "已退回2项" in text_of(answer)
    assert answer.redirect_chain[0][0] == "/review/?quarter=2025Q3"
    figures[0].refresh_from_db()
    assert (figures[0].state, figures[0].reason) == ("returned", "请附证明")


def test_sending_back_without_a_reason_is_refused_and_keeps_what_was_ticked(client, figures):
    answer = client.post("/review/", {"do": "return", "figure": pick(figures[0]), "reason": "  "})
    assert answer.status_code == 400
    page = text_of(answer)
    assert 'href="#reason"' in page
    assert page.count("请填写退回原因") == 2
    assert "checked" in page
    figures[0].refresh_from_db()
    assert figures[0].state == "submitted"


def test_nothing_ticked_is_said_and_the_reason_is_kept(client):
    answer = client.post("/review/", {"do": "return", "reason": "请附<b>证明"})
    assert answer.status_code == 400
    assert "请先勾选" in text_of(answer)
    assert "请附&lt;b&gt;证明" in text_of(answer)


@pytest.mark.parametrize("bad", ["abc", "1", "1.x", "-1.2", "9" * 40, "²." + "1"])
def test_a_forged_choice_is_refused(client, bad):
    assert client.post("/review/", {"do": "approve", "figure": bad}).status_code == 400


def test_what_changed_since_it_was_looked_at_is_not_approved(client, figures):
    seen = pick(figures[0])
    Figure.objects.filter(pk=figures[0].pk).update(value=Decimal(99), version=figures[0].version + 1)
    answer = client.post("/review/", {"do": "approve", "figure": [seen, pick(figures[1])]}, follow=True)
    assert "在您打开页面后已改为 99" in text_of(answer)
    assert "已通过1项" in text_of(answer)
    figures[0].refresh_from_db()
    assert figures[0].state == "submitted"


def test_one_s_own_entry_is_shown_last_and_cannot_be_approved(client, reviewer, figures):
    Figure.objects.filter(pk=figures[0].pk).update(entered_by=reviewer)
    page = text_of(client.get("/review/"))
    assert "由您填报，须由其他审核人审核" in page
    assert f'value="{pick(figures[0])}"' not in page
    answer = client.post("/review/", {"do": "approve", "figure": pick(figures[0])}, follow=True)
    assert "不能审核自己填报的数据" in text_of(answer)
    figures[0].refresh_from_db()
    assert figures[0].state == "submitted"


def test_twice_says_that_it_is_done(client, figures):
    client.post("/review/", {"do": "approve", "figure": pick(figures[0])})
    answer = client.post("/review/", {"do": "approve", "figure": pick(figures[0])}, follow=True)
    assert "当前为“已通过”" in text_of(answer)


@pytest.mark.parametrize("who", ["staff", "reporter", "leader", "department", "sysadmin"])
def test_the_queue_is_for_reviewers(client_of, who, figures):
    client = client_of(who)
    assert client.get("/review/").status_code == 403
    assert client.post("/review/", {"do": "approve", "figure": pick(figures[0])}).status_code == 403


def test_a_reviewer_of_elsewhere_neither_sees_nor_approves(client, reviewer, figures):
    Membership.objects.filter(user=reviewer).exclude(region=Region.objects.get(code="220000")).delete()
    assert "没有等待审核的数据" in text_of(client.get("/review/"))
    answer = client.post("/review/", {"do": "approve", "figure": pick(figures[0])}, follow=True)
    assert "没有找到" in text_of(answer)
    figures[0].refresh_from_db()
    assert figures[0].state == "submitted"


def test_names_and_notes_are_text(client, figures):
    Indicator.objects.filter(pk=figures[0].indicator_id).update(name="<script>x</script>")
    Figure.objects.filter(pk=figures[0].pk).update(note="<img src=x>")
    page = text_of(client.get("/review/"))
    assert "<script>x" not in page
    assert "<img" not in page


def test_the_address_narrows_to_a_quarter_and_a_strange_one_is_refused(client):
    assert "这个季度没有等待审核的数据" in text_of(client.get("/review/?quarter=2024Q1"))
    assert client.get("/review/?quarter=x").status_code == 400
    assert client.get("/review/?job=999999&page=zz").status_code == 200


def test_the_queries_do_not_grow_with_the_queue(client, django_assert_max_num_queries):
    Figure.objects.filter(region__code="500120", year=2025, quarter=3).update(
        state="submitted", submitted_at=timezone.now()
    )
    with django_assert_max_num_queries(14):
        client.get("/review/")
