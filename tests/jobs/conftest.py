"""Users, and a database that several threads can really share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from ipdash.accounts.models import User
from tests.jobs import handlers  # noqa: F401  # registers the kinds that these tests use
from tests.jobs.site import Site


@pytest.fixture
def clerk(db: None) -> User:
    return get_user_model().objects.create(username="clerk", display_name="张三")


@pytest.fixture
def colleague(db: None) -> User:
    return get_user_model().objects.create(username="colleague", display_name="李四")


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path, django_db_blocker: Any) -> Iterator[None]:
    """Real transactions seen from several threads. SQLite's in-memory test database cannot do that: a file can."""
    if connection.vendor != "sqlite":
        yield
        return
    with django_db_blocker.unblock():
        ordinary = connections["default"]
        name = ordinary.settings_dict["NAME"]
        with ordinary.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(tmp_path / "shared.sqlite3")])
        ordinary.settings_dict["NAME"] = str(tmp_path / "shared.sqlite3")
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = ordinary
            ordinary.settings_dict["NAME"] = name


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A scratch installation whose workers are processes of their own."""
    with Site(tmp_path) as running:
        yield running
