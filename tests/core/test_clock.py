"""What day it is: as set, else as the data has it, else as the calendar has it."""

from datetime import date

import pytest
from django.utils import timezone

from ipdash.core import clock

DAY = date(2025, 10, 12)


@pytest.fixture(autouse=True)
def _nothing_asked(monkeypatch, settings):
    monkeypatch.setattr(clock, "_default", [])
    settings.TODAY_OVERRIDE = None


def test_the_calendar_decides_where_nothing_else_does():
    assert clock.today() == timezone.localdate()
    clock.set_default(lambda: None)
    assert clock.today() == timezone.localdate()


def test_data_with_a_day_of_its_own_is_shown_on_that_day():
    clock.set_default(lambda: DAY)
    assert clock.today() == DAY


def test_a_day_that_is_set_comes_before_the_data_s(settings):
    settings.TODAY_OVERRIDE = date(2026, 1, 1)
    clock.set_default(lambda: DAY)
    assert clock.today() == date(2026, 1, 1)
