"""The plans a person may choose from, on every page that compares."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from plans.models import Plan
from plans.scope import Scope

_SHOWN = ("pk", "region__short_name", "start_year", "end_year", "title")
TITLE = 24
"""Characters of a title that tell two plans of a place apart."""

Rights = tuple[Any, ...]
Question = tuple[str, tuple[Any, ...]]


def plan_choices(scope: Scope) -> dict[str, str]:
    """By number in an address the plan's label, those in force first."""
    question = _question(_rights(scope))
    if question is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*question)
        return {str(pk): _label(*words) for pk, *words in cursor.fetchall()}


def _label(place: str, first: int, last: int, title: str) -> str:
    return f"{place} {first}–{last} {title if len(title) <= TITLE else title[:TITLE] + '…'}"


def _rights(scope: Scope) -> Rights:
    return scope.user_id, scope.roles, tuple(scope.regions.items()), tuple(scope.units.items()), scope.homes


@lru_cache(maxsize=512)
def _question(rights: Rights) -> Question | None:
    """`visible_to` as SQL, which follows from the rights alone: to put it into words takes ten times as long as the answer.

    None where nothing can be visible.
    """
    user, roles, regions, units, homes = rights
    visible = Plan.objects.visible_to(Scope(user, roles, dict(regions), dict(units), homes))
    try:
        sql, parameters = (
            visible.order_by("state", "-start_year", "region__code", "pk").values_list(*_SHOWN).query.sql_with_params()
        )
    except EmptyResultSet:
        return None
    return sql, tuple(parameters)
