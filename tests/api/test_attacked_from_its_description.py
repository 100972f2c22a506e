"""The API attacked from its own description: what it may send is taken or refused in words, the rest is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

# A well-formed request may still be refused in words: a name is taken, a quarter not open, a code not in the catalogue.
LEFT_OUT = {"positive_data_acceptance"}
# A row that cannot be read is refused in its place among the results, and the request is answered.
ROW_BY_ROW = {"figures_bulk": {"negative_data_rejection"}}
ROLES = ("staff", "reporter", "leader")
FEW = {"max_examples": 3, "phases": [Phase.generate]}
MANY = {"max_examples": 150}


def operation_ids() -> list[str]:
    raw = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return sorted(operation["operationId"] for path in raw["paths"].values() for operation in path.values())


@pytest.fixture(scope="module")
def schema(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():  # a request closes old connections, though it reads nothing
        return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


@pytest.fixture
def attacked(schema: Any) -> Iterator[Any]:
    """Requests leave the test's connection alone, which holds its transaction; the test client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def attack(schema: Any, operation_id: str, username: str, profile: dict[str, Any]) -> None:
    from ipdash.accounts.models import User
    from ipdash.accounts.services import issue_token

    user = User.objects.get(username=username)
    _token, secret = issue_token(user, "attack", actor=user)
    left_out = LEFT_OUT | ROW_BY_ROW.get(operation_id, set())
    checks = [check for check in CHECKS.get_all() if check.__name__ not in left_out]
    operation = schema.find_operation_by_id(operation_id)

    @settings(
        deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), **profile,
    )  # fmt: skip
    @given(case=strategies.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def send(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Token {secret}"}, checks=checks)

    send()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("operation_id", operation_ids())
def test_a_few_requests_of_every_kind(attacked: Any, operation_id: str) -> None:
    attack(attacked, operation_id, "staff", FEW)


@pytest.mark.thorough
@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("username", ROLES)
@pytest.mark.parametrize("operation_id", operation_ids())
def test_many_requests_of_every_kind(attacked: Any, operation_id: str, username: str) -> None:
    attack(attacked, operation_id, username, MANY)
