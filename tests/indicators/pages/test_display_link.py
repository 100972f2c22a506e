"""大屏链接: one plan's overview without a login, and never anything else."""

from __future__ import annotations

import io
import logging
import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from indicators.models import DisplayLink
from indicators.services.display_links import make_display_link, revoke_display_link
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_plan_changed
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from ipdash.core.logs import JsonFormatter, RequestFilter
from plans.models import Plan
from tests.counties import make_county

DAY = date(2025, 10, 12)

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.select_related("region").get(slug="bishan")


def link(staff: User, plan: Plan, expires_on: date | None = None) -> tuple[DisplayLink, str]:
    made, secret = make_display_link(staff, plan.pk, name="三楼大厅", expires_on=expires_on, today=DAY)
    return made, f"/display/?{urlencode({'key': secret})}"


def test_a_link_shows_the_overview_s_words_and_numbers_without_a_session(
    staff: User, client_of: Any, plan: Plan
) -> None:
    _made, address = link(staff, plan)
    wall = Client()
    answer = wall.get(address)
    assert answer.status_code == 200
    assert not wall.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    page = answer.content.decode()
    overview = client_of("leader").get(f"/plans/{plan.pk}/").content.decode()
    for pattern in (r'<p class="conclusion">.*?</p>', r"<b>\d+</b>"):
        assert re.findall(pattern, page) == re.findall(pattern, overview)


def test_its_screens_turn_through_every_line_worst_first(staff: User, plan: Plan) -> None:
    _made, address = link(staff, plan)
    wall, names = Client(), []
    for page in range(1, 10):
        names += re.findall(r'<th scope="row"><a>(.*?)</a>', wall.get(f"{address}&page={page}").content.decode())
    assert len(set(names)) == 44
    assert names[0] == "专业化知识产权行政执法队伍"
    for rubbish in ("0", "-1", "x", "99999999", "²"):
        assert wall.get(f"{address}&page={rubbish}").status_code == 200


def test_it_leads_nowhere_and_opens_no_other_page(staff: User, plan: Plan) -> None:
    _made, address = link(staff, plan)
    wall = Client()
    body = wall.get(address).content.decode().partition("<main")[2]
    assert re.findall(r"href=\"([^#\"][^\"]*)\"", body) == []
    assert "<form" not in body
    assert re.findall(r"hx-get=\"([^\"]*)", body) == [f"?{address.partition('?')[2]}&amp;page=2"]
    query = address.partition("?")[2]
    for path in ("/", "/plans/", f"/plans/{plan.pk}/", f"/plans/{plan.pk}/export/", "/manage/"):
        assert wall.get(f"{path}?{query}").status_code == 302
    assert wall.get(f"/api/v1/overview/?plan={plan.pk}&{query}").status_code == 401
    assert wall.get(f"/public/{plan.pk}/?{query}").status_code == 404


def test_a_revoked_an_expired_and_a_wrong_link_look_the_same(staff: User, plan: Plan, settings: Any) -> None:
    revoked, address = link(staff, plan)
    revoke_display_link(staff, revoked.pk)
    with pytest.raises(Conflict, match="已经停用"):
        revoke_display_link(staff, revoked.pk)
    _made, short = link(staff, plan, expires_on=DAY)
    assert Client().get(short).status_code == 200
    settings.TODAY_OVERRIDE = date(2025, 10, 13)
    answers = [
        Client().get(path) for path in (address, short, "/display/", "/display/?key=x", f"/display/?key={'x' * 9000}")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(plan.title not in answer.content.decode() for answer in answers)


def test_the_secret_is_stored_and_logged_nowhere(staff: User, plan: Plan) -> None:
    made, address = link(staff, plan)
    secret = address.partition("key=")[2]
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)
    try:
        Client().get(address)
    finally:
        logging.getLogger().removeHandler(handler)
    assert "/display/" in lines.getvalue()
    assert secret not in lines.getvalue()
    stored = str(list(DisplayLink.objects.filter(pk=made.pk).values())) + str(list(AuditEntry.objects.values()))
    assert secret not in stored
    assert {"display.make"} == set(
        AuditEntry.objects.filter(object_type="displaylink").values_list("action", flat=True)
    )


def test_it_says_when_results_are_being_recomputed_and_shows_the_new_ones_after(staff: User, plan: Plan) -> None:
    _made, address = link(staff, plan)
    wall = Client()
    assert "正在重算" not in wall.get(address).content.decode()
    mark_plan_changed(plan.pk, requested_by=None)
    assert "正在重算" in wall.get(address).content.decode()
    recompute_plan(plan.pk, today=DAY)
    assert "正在重算" not in wall.get(address).content.decode()


def test_it_says_when_the_last_quarter_has_no_figures_yet(staff: User, plan: Plan, settings: Any) -> None:
    _made, address = link(staff, plan)
    settings.TODAY_OVERRIDE = date(2026, 1, 5)
    assert "2025年四季度还没有审核通过的数据，以下为2025年三季度末的情况" in Client().get(address).content.decode()


def test_without_a_script_it_turns_its_screens_by_itself(staff: User, plan: Plan) -> None:
    _made, address = link(staff, plan)
    refresh = re.search(
        r'<noscript><meta http-equiv="refresh" content="30;url=([^"]*)">', Client().get(address).content.decode()
    )
    assert refresh is not None
    assert "page=2" in Client().get("/display/" + refresh[1].replace("&amp;", "&")).request["QUERY_STRING"]


def test_only_staff_of_the_plan_s_region_make_and_stop_links(staff: User, leader: User, plan: Plan) -> None:
    made, _address = link(staff, plan)
    outsider = make_county("330106").people["staff"]
    for person, refusal in ((leader, NotAllowed), (outsider, NotVisible)):
        with pytest.raises(refusal):
            make_display_link(person, plan.pk, name="大厅", expires_on=None, today=DAY)
    for person in (leader, outsider):
        with pytest.raises(NotVisible):
            revoke_display_link(person, made.pk)
    with pytest.raises(Invalid, match="早于今天"):
        link(staff, plan, expires_on=date(2025, 10, 11))


def test_staff_see_a_new_link_once_and_stop_it(client_of: Any, plan: Plan) -> None:
    client, address = client_of("staff"), f"/manage/plans/{plan.pk}/displays/"
    assert "还没有大屏链接" in client.get(address).content.decode()
    assert client.post(address, {"name": " "}).status_code == 400
    page = client.post(address, {"name": "三楼大厅", "expires_on": "2026-01-31"}).content.decode()
    shown = re.search(r"<code>http://testserver(/display/\?key=[^<]+)</code>", page)
    assert shown is not None
    assert Client().get(shown[1]).status_code == 200
    again = client.get(address).content.decode()
    assert shown[1] not in again
    assert "从未显示" not in again
    client.post(f"/manage/displays/{DisplayLink.objects.get().pk}/revoke/")
    assert Client().get(shown[1]).status_code == 404
    assert "已停用" in client.get(address).content.decode()
