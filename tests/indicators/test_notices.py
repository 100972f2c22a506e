"""Notices, the digest that tells of them, and the calendar under a private address: each person's own, told once."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from django.test import Client

from indicators.models import Digest
from indicators.services.reminders import send_digests
from indicators.services.supervision_round import run_round
from ipdash.core.errors import NotVisible
from plans.models import CalendarFeed, Notice, Supervision
from plans.services.calendar_feeds import make_feed, user_of_feed
from plans.services.notices import read_notice, read_notices, tell
from plans.services.slips import make_slip, move_slip
from tests.conftest import MODEL_BACKEND
from tests.supervision_world import World, make_world

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2025, 7, 14), date(2025, 7, 15)


@pytest.fixture
def world(settings: Any) -> World:
    settings.TODAY_OVERRIDE = DAY
    return make_world()


@pytest.fixture
def slip(world: World) -> Supervision:
    return make_slip(world.staff, world.task.pk, world.unit.pk, "yellow", "请说明原因", today=DAY)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=MODEL_BACKEND)
    return client


def test_the_same_thing_is_told_once(world: World) -> None:
    for _n in range(2):
        tell([world.clerk], "slips.proposed", {"count": 3}, "/supervision/", key="once", today=DAY)
    assert Notice.objects.filter(user=world.clerk).count() == 1


def test_what_is_unread_stands_in_the_header_until_it_is_read(world: World, slip: Supervision) -> None:
    clerk = browser(world.clerk)
    assert '<b class="count">1' in clerk.get("/notices/").content.decode()
    notice = Notice.objects.get(user=world.clerk)
    answer = clerk.post(f"/notices/{notice.pk}/")
    assert answer["Location"] == f"/supervision/{slip.pk}/"
    assert 'class="count"' not in clerk.get("/notices/").content.decode()


def test_notices_are_one_s_own(world: World, slip: Supervision) -> None:
    notice = Notice.objects.get(user=world.clerk)
    with pytest.raises(NotVisible):
        read_notice(world.outsider, notice.pk)
    assert read_notices(world.outsider) == 0
    assert browser(world.outsider).post(f"/notices/{notice.pk}/").status_code == 404


def test_a_kept_page_counts_a_new_notice(world: World) -> None:
    leader, page = browser(world.leader), f"/plans/{world.plan.pk}/"
    assert 'class="count"' not in leader.get(page).content.decode()
    tell([world.leader], "slips.proposed", {"count": 1}, "/supervision/", key="new", today=DAY)
    assert 'class="count"' in leader.get(page).content.decode()


def test_one_digest_a_day_tells_what_is_unread_and_what_has_to_be_answered(world: World, slip: Supervision) -> None:
    run_round(DAY)
    send_digests(DAY)
    assert send_digests(DAY)["digests"] == 0
    text = Digest.objects.get(user=world.clerk, day=DAY).text
    assert "宝鸡市知督〔2025〕1号" in text
    assert "请在2025年7月17日前签收并反馈" in text
    send_digests(NEXT)
    assert not Digest.objects.filter(user=world.clerk, day=NEXT).exists()
    send_digests(date(2025, 7, 16))
    assert "尚未反馈，期限2025年7月17日" in Digest.objects.get(user=world.clerk, day=date(2025, 7, 16)).text
    assert not Digest.objects.filter(user=world.outsider).exists()


def test_a_calendar_shows_one_s_own_deadlines_under_names_that_stay(world: World, slip: Supervision) -> None:
    secret = make_feed(world.clerk)
    first = Client().get(f"/calendar/{secret}.ics").content.decode()
    assert f"UID:slip-{slip.pk}@testserver" in first
    assert "DTSTART;VALUE=DATE:20250717" in first
    assert "UID:milestone-" in first
    move_slip(world.clerk, slip.pk, "sign", today=DAY)
    move_slip(world.clerk, slip.pk, "answer", "已办", today=DAY)
    assert f"UID:slip-{slip.pk}@" not in Client().get(f"/calendar/{secret}.ics").content.decode()
    other = make_feed(world.outsider)
    assert "UID:slip-" not in Client().get(f"/calendar/{other}.ics").content.decode()


def test_an_address_ends_when_it_is_replaced_revoked_or_its_owner_disabled(world: World) -> None:
    first, second = make_feed(world.clerk), make_feed(world.clerk)
    assert user_of_feed(first, DAY) is None
    assert user_of_feed(second, DAY) == world.clerk
    assert second not in str(CalendarFeed.objects.values_list().get())
    world.clerk.is_active = False
    world.clerk.save()
    assert Client().get(f"/calendar/{second}.ics").status_code == 404


def test_the_log_does_not_tell_the_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    secret = make_feed(world.clerk)
    with caplog.at_level(logging.INFO):
        Client().get(f"/calendar/{secret}.ics")
    assert secret not in caplog.text
