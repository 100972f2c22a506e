"""Queries that are written out: the same answers on both databases, told again to every new connection."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from ipdash.core import written
from ipdash.core.written import ask, state_of_database
from plans.models import Region
from tests import builders

CODES = "SELECT code FROM plans_region WHERE code IN (%l) AND level = %s ORDER BY code"
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite prepares nothing and does not tell its state"
)


@pytest.mark.django_db
def test_a_list_is_one_parameter_however_long() -> None:
    builders.make_region("610302")
    assert ask(CODES, (["610302", "610303", "610300"], "county")) == [("610302",)]
    assert ask(CODES, (["610302"], "county")) == [("610302",)]
    assert ask(CODES, ([], "county")) == []


@pytest.mark.django_db
def test_what_is_asked_beyond_the_prepared_queries_is_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "MOST_PREPARED", 0)
    builders.make_region("610302")
    assert ask(CODES + " LIMIT 1", (["610302"], "county")) == [("610302",)]


@pytest.mark.django_db
def test_behind_a_pooler_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    builders.make_region("610302")
    assert ask(CODES, (["610302"], "county")) == [("610302",)]
    if connection.vendor == "postgresql":
        assert "EXECUTE" not in written._known(CODES)


@pytest.mark.django_db
def test_a_query_that_fails_is_no_harm_to_the_next() -> None:
    builders.make_region("610302")
    with pytest.raises(DatabaseError), transaction.atomic():
        ask("SELECT nothing FROM plans_region WHERE code = %s", ("610302",))
    assert ask(CODES, (["610302"], "county")) == [("610302",)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_told_the_queries_anew() -> None:
    builders.make_region("610302")
    for _turn in range(2):
        assert ask(CODES, (["610302"], "county")) == [("610302",)]
        connection.close()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_state_of_the_database_is_another_after_every_commit_and_only_then() -> None:
    # The server's other databases count as well, and other tests write into them.
    assert any(state_of_database() == state_of_database() != "" for _turn in range(100))
    before = state_of_database()
    builders.make_region("610302")
    after = state_of_database()
    assert after != before
    with transaction.atomic():
        # A transaction sees what it has written itself.
        assert state_of_database() == ""
    Region.objects.filter(code="610302").update(name="改名")
    assert state_of_database() != after
