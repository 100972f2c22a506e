"""What every test needs: quick password hashes, an audit log that may be emptied between tests, and the demo.

A test that asks for `demo` (or for one of its people) begins with the loaded demonstration, every other one with an empty
database. Each is made once a worker and put in place as a whole, in a few milliseconds on SQLite.
"""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client, override_settings
from rest_framework.test import APIClient

from ipdash.launch import demo as demo_names

DEMO_DAY = date.fromisoformat(demo_names.DAY)
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="session", autouse=True)
def _quick_password_hashes() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_queue_of_its_own() -> Iterator[None]:
    """Test processes run side by side on one broker; each sends to its own queue."""
    from ipdash.celery import app

    app.conf.task_default_queue = f"test-{os.getpid()}"
    yield
    app.control.purge()


@pytest.fixture(autouse=True)
def _nothing_cached_from_another_test() -> None:
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _the_audit_log_may_be_emptied_between_tests() -> Iterator[None]:
    """Tests with real transactions end by emptying every table, which the audit log's triggers refuse."""
    from ipdash.accounts import triggers

    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: Any, sql_list: list[str]) -> None:
        guarded = triggers.ENTRY in self.connection.introspection.table_names()
        if guarded:
            triggers.remove(self.connection)
        flush(self, sql_list)
        if guarded:
            triggers.install(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


class SqliteContents:
    """Whole databases kept in memory and copied page by page."""

    def __init__(self) -> None:
        self.showing = "empty"
        self._kept: dict[str, sqlite3.Connection] = {}
        self._keep("empty")

    def show(self, name: str) -> None:
        if self.showing != name:
            if name not in self._kept:
                self.show("empty")
                load_demo()
                self._keep(name)
            else:
                self._kept[name].backup(self._raw())
            self.showing = name

    def spoilt(self) -> None:
        """A test with real transactions has left something else behind."""
        self.showing = ""

    def _keep(self, name: str) -> None:
        self._kept[name] = sqlite3.connect(":memory:", check_same_thread=False)
        self._raw().backup(self._kept[name])

    @staticmethod
    def _raw() -> sqlite3.Connection:
        connection.ensure_connection()
        raw: sqlite3.Connection = connection.connection
        return raw


class PostgresContents:
    """Tables emptied, and filled again with what COPY gave."""

    def __init__(self) -> None:
        self.showing = "empty"
        self._kept: dict[str, bytes] | None = None

    def show(self, name: str) -> None:
        if self.showing == name:
            return
        call_command(
            "flush", verbosity=0, interactive=False, inhibit_post_migrate=name == "demo" and self._kept is not None
        )
        if name == "demo" and self._kept is None:
            load_demo()
            self._kept = self._dump()
        elif name == "demo":
            self._fill()
        self.showing = name

    def spoilt(self) -> None:
        self.showing = ""

    def _dump(self) -> dict[str, bytes]:
        kept = {}
        with connection.cursor() as cursor:
            for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
                rows = io.BytesIO()
                cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
                kept[table] = rows.getvalue()
        return kept

    def _fill(self) -> None:
        assert self._kept is not None
        # Foreign keys are deferred to the commit, so the order of the tables does not matter.
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self._kept.items():
                cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(rows))
            tables = connection.introspection.django_table_names(only_existing=True)
            models = connection.introspection.installed_models(tables)
            for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
                cursor.execute(statement)


def load_demo() -> None:
    from indicators.services.demo import load_demo as load

    load(django_settings.BASE_DIR / "fixtures", password=demo_names.PASSWORD, today=DEMO_DAY)


@pytest.fixture(scope="session")
def _contents(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        return SqliteContents() if connection.vendor == "sqlite" else PostgresContents()


@pytest.fixture
def _content_of_the_database(request: pytest.FixtureRequest, _contents: Any, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        _contents.show("demo" if "demo" in request.fixturenames else "empty")
    yield
    marker = request.node.get_closest_marker("django_db")
    real = {"transactional_db", "live_server", "django_db_reset_sequences"} & set(request.fixturenames)
    if real or (marker is not None and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))):
        _contents.spoilt()


@pytest.fixture
def _django_db_helper(_content_of_the_database: None, _django_db_helper: None) -> None:
    """The content is put in place before the test's own transaction begins."""


@pytest.fixture
def demo(db: None, _contents: Any, settings: Any) -> None:
    """The loaded demonstration, on its own day."""
    assert _contents.showing == "demo", "name the fixture `demo` in the test's arguments or with usefixtures"
    settings.TODAY_OVERRIDE = DEMO_DAY


def _person(username: str) -> Callable[[None], Any]:
    @pytest.fixture(name=username)
    def person(demo: None) -> Any:
        from ipdash.accounts.models import User

        return User.objects.get(username=username)

    return person


staff, reporter, reviewer, leader = _person("staff"), _person("reporter"), _person("reviewer"), _person("leader")
department, sysadmin = _person("department"), _person("sysadmin")
secadmin, auditor = _person("secadmin"), _person("auditor")


@pytest.fixture
def client_of(demo: None) -> Callable[[str], Client]:
    """A browser in which this person of the demonstration has logged in."""
    from ipdash.accounts.models import User

    def make(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend=MODEL_BACKEND)
        return client

    return make


@pytest.fixture
def api_of(demo: None) -> Callable[[str], APIClient]:
    """A program that has a token of this person of the demonstration."""
    from ipdash.accounts.models import User
    from ipdash.accounts.services import issue_token

    def make(username: str) -> APIClient:
        user = User.objects.get(username=username)
        _token, secret = issue_token(user, "test", actor=user)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        return client

    return make
