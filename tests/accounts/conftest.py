from collections.abc import Callable

import pytest
from django.test import Client

from ipdash.accounts.models import User
from ipdash.accounts.services import create_user

PASSWORD = "Bishan-2025-ok"


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(username: str = "zhangsan", **values: object) -> User:
        given: dict[str, object] = {
            "display_name": "张三",
            "password": PASSWORD,
            "must_change_password": False,
            "actor": None,
        }
        return create_user(username=username, **{**given, **values})  # type: ignore[arg-type]

    return make


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


@pytest.fixture
def browser(user: User) -> Client:
    """A browser in which the user has logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
