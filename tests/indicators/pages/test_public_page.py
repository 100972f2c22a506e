"""公开页面: what was published, frozen, and nothing else; off by default, plan by plan, quarter by quarter."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from indicators.models import Figure, Publication, TargetLine
from indicators.selectors.publications import public_plans
from indicators.services.publications import publish_quarter, switch_public_page, withdraw_publication
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_plan_changed
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.core.periods import Quarter
from plans.models import Plan, Unit
from tests import builders
from tests.counties import make_county

DAY = date(2025, 10, 12)
Q1, Q2, Q3 = Quarter(2025, 1), Quarter(2025, 2), Quarter(2025, 3)
CANARY = Decimal("7319461")

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.select_related("region").get(slug="bishan")


@pytest.fixture
def public(settings: Any, staff: User, plan: Plan) -> Client:
    """Somebody from outside, in an installation with public pages, where Bishan's is on."""
    settings.PUBLIC_PAGES = True
    switch_public_page(staff, plan.pk, is_on=True)
    return Client()


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def correct(plan: Plan, quarter: Quarter, value: Decimal) -> TargetLine:
    """A figure of the quarter becomes another, and the results follow."""
    line = TargetLine.objects.filter(plan=plan, indicator__quantity="stock", indicator__duties__isnull=False)[0]
    figures = Figure.objects.filter(indicator=line.indicator, region=plan.region)
    figures.filter(year=quarter.year, quarter=quarter.quarter).update(value=value, approved_value=value)
    mark_plan_changed(plan.pk, requested_by=None)
    recompute_plan(plan.pk, today=DAY)
    return line


def test_nothing_is_public_until_the_installation_the_plan_and_a_quarter_are(
    settings: Any, staff: User, plan: Plan
) -> None:
    client, address = Client(), f"/public/{plan.pk}/"
    assert [client.get(path).status_code for path in ("/public/", address)] == [404, 404]
    publish_quarter(staff, plan.pk, Q2, DAY)
    assert client.get(address).status_code == 404
    switch_public_page(staff, plan.pk, is_on=True)
    assert client.get(address).status_code == 404
    settings.PUBLIC_PAGES = True
    assert [client.get(path).status_code for path in ("/public/", address)] == [200, 200]
    switch_public_page(staff, plan.pk, is_on=False)
    assert [client.get(path).status_code for path in ("/public/", address)] == [404, 404]


def test_only_published_quarters_can_be_asked_for(public: Client, staff: User, plan: Plan) -> None:
    publish_quarter(staff, plan.pk, Q1, DAY)
    publish_quarter(staff, plan.pk, Q2, DAY)
    address = f"/public/{plan.pk}/"
    assert "截至2025年二季度末" in text_of(public, address)
    assert "截至2025年一季度末" in text_of(public, address + "?quarter=2025Q1")
    for asked in ("2025Q3", "2024Q4", "rubbish", "2025Q1%00", "%E4%B8%80"):
        assert public.get(f"{address}?quarter={asked}").status_code == 404
    assert public.get(f"/public/{plan.pk + 10**6}/").status_code == 404


def test_what_was_published_stays_as_it_was_until_it_is_published_anew(public: Client, staff: User, plan: Plan) -> None:
    address = f"/public/{plan.pk}/"
    publish_quarter(staff, plan.pk, Q2, DAY)
    before = text_of(public, address)
    with pytest.raises(Conflict, match="没有变化"):
        publish_quarter(staff, plan.pk, Q2, DAY)
    correct(plan, Q2, CANARY)
    assert text_of(public, address) == before
    publish_quarter(staff, plan.pk, Q2, DAY)
    assert "7,319,461" in text_of(public, address)
    old, new = Publication.objects.order_by("pk")
    assert (old.withdrawn_by, old.reason) == (staff, "以更正后的数据重新发布")
    assert new.withdrawn_at is None


def test_no_value_of_a_quarter_that_is_not_published_can_be_read_or_worked_out(
    public: Client, staff: User, plan: Plan
) -> None:
    publish_quarter(staff, plan.pk, Q2, DAY)
    seen = text_of(public, f"/public/{plan.pk}/")
    stored = str(Publication.objects.get().lines)
    for quarter in (Q1, Q3):
        correct(plan, quarter, CANARY)
    withdraw_publication(staff, Publication.objects.get().pk, "核对")
    publish_quarter(staff, plan.pk, Q2, DAY)
    assert re.sub(r"data-\S+", "", text_of(public, f"/public/{plan.pk}/")) == re.sub(r"data-\S+", "", seen)
    assert str(Publication.objects.get(withdrawn_at=None).lines) == stored


def test_no_person_no_draft_and_no_working_word_appears(public: Client, staff: User, plan: Plan) -> None:
    Figure.objects.filter(region=plan.region, state="draft").update(value=CANARY, note="秘说明")
    Figure.objects.filter(region=plan.region, state="returned").update(value=CANARY, reason="秘原因")
    publish_quarter(staff, plan.pk, Q3, DAY)
    seen = text_of(public, f"/public/{plan.pk}/") + text_of(public, "/public/")
    words = [*User.objects.values_list("display_name", flat=True), *User.objects.values_list("username", flat=True)]
    words += [*Unit.objects.filter(region=plan.region).values_list("name", flat=True), "7,319,461", "秘"]
    assert [word for word in words if word in seen.replace(plan.title, "").replace(plan.issuer or "—", "")] == []
    assert "演示数据" in seen


def test_another_plan_stays_out_of_it(public: Client, staff: User, plan: Plan) -> None:
    publish_quarter(staff, plan.pk, Q2, DAY)
    county = make_county("330106")
    publish_quarter(county.people["staff"], county.plan.pk, Q2, DAY)
    assert county.plan.title not in text_of(public, "/public/")
    assert public.get(f"/public/{county.plan.pk}/").status_code == 404


def test_a_withdrawn_quarter_is_gone_and_the_log_says_who_and_why(public: Client, staff: User, plan: Plan) -> None:
    made = publish_quarter(staff, plan.pk, Q2, DAY)
    text_of(public, f"/public/{plan.pk}/")
    with pytest.raises(Invalid, match="原因"):
        withdraw_publication(staff, made.pk, " ")
    withdraw_publication(staff, made.pk, "数据有误")
    assert public.get(f"/public/{plan.pk}/").status_code == 404
    with pytest.raises(Conflict, match="已经撤回"):
        withdraw_publication(staff, made.pk, "再撤一次")
    told = AuditEntry.objects.filter(action__startswith="publication.").order_by("number")
    assert [(entry.action, entry.actor) for entry in told] == [
        ("publication.switch", staff), ("publication.publish", staff), ("publication.withdraw", staff),
    ]  # fmt: skip
    assert told.last().reason == "数据有误"


def test_what_is_not_ready_is_not_published(staff: User, plan: Plan) -> None:
    for quarter, words in ((Quarter(2025, 4), "还没有结束"), (Quarter(2020, 4), "不在规划期内")):
        with pytest.raises((Conflict, Invalid), match=words):
            publish_quarter(staff, plan.pk, quarter, DAY)
    mark_plan_changed(plan.pk, requested_by=None)
    with pytest.raises(Conflict, match="正在重算"):
        publish_quarter(staff, plan.pk, Q2, DAY)
    empty = builders.make_plan(plan.region)
    with pytest.raises(Conflict, match="没有可以发布的内容"):
        publish_quarter(staff, empty.pk, Q2, DAY)
    draft = builders.make_plan(plan.region, state=Plan.State.DRAFT)
    with pytest.raises(Conflict, match="草稿"):
        publish_quarter(staff, draft.pk, Q2, DAY)


def test_only_staff_of_the_plan_s_region_decide(leader: User, reviewer: User, plan: Plan) -> None:
    county = make_county("330106")
    for person, refusal in ((leader, NotAllowed), (reviewer, NotAllowed), (county.people["staff"], NotVisible)):
        with pytest.raises(refusal):
            publish_quarter(person, plan.pk, Q2, DAY)
        with pytest.raises(refusal):
            switch_public_page(person, plan.pk, is_on=True)


def test_pages_are_cached_for_everybody_and_never_set_a_cookie(
    public: Client, staff: User, plan: Plan, django_assert_num_queries: Any
) -> None:
    publish_quarter(staff, plan.pk, Q2, DAY)
    first = public.get(f"/public/{plan.pk}/")
    assert first["Cache-Control"] == "public, max-age=60"
    assert not public.cookies
    with django_assert_num_queries(2):
        public.get(f"/public/{plan.pk}/?anything=else")
    assert public.get(f"/public/{plan.pk}/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert [item.quarters[0].quarter for item in public_plans()] == [Q2]


def test_search_engines_are_let_in_to_public_pages_alone(settings: Any) -> None:
    client = Client()
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
    settings.PUBLIC_PAGES = True
    assert "Allow: /public/\nDisallow: /" in client.get("/robots.txt").content.decode()


def test_staff_publish_look_and_withdraw_on_one_page(client_of: Any, plan: Plan) -> None:
    client, address = client_of("staff"), f"/manage/plans/{plan.pk}/public/"
    assert "还没有发布任何季度" in text_of(client, address)
    assert "12项未填报，发布后公众会看到" in text_of(client, address + "?quarter=2025Q3")
    client.post(f"{address}publish/", {"quarter": "2025Q2"})
    assert "数据没有变化" in text_of(client, address + "?quarter=2025Q2")
    line = correct(plan, Q2, CANARY)
    changed = text_of(client, address + "?quarter=2025Q2")
    assert "此后有" in changed
    assert line.printed_name in changed
    assert "7,319,461" in changed
    answer = client.post(f"{address}publish/", {"quarter": "2025Q4"}, follow=True)
    assert "还没有结束" in answer.content.decode()
    made = Publication.objects.get()
    client.post(f"/manage/publications/{made.pk}/withdraw/", {"reason": "发布有误"})
    assert "已撤回的1次发布" in text_of(client, address)
