"""Queries that are asked with every page: built once a process, since building one takes ten times as long as asking it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import connection
from django.db.models import BigIntegerField, Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)
MOST = BigIntegerField.MAX_BIGINT
"""No id is larger, and the databases refuse to look for one."""


def ask(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query that is written out."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


class ById(Generic[M]):
    """Reads one row with what it belongs to (`select_related`), as `rows().filter(pk=…).first()` would."""

    def __init__(self, rows: Callable[[], QuerySet[M]]) -> None:
        self._rows = rows

    def get(self, pk: int) -> M | None:
        """The row with this id, or None."""
        sql, converters, build = self._built
        key = int(pk)
        found = ask(sql, (key,)) if 0 < key <= MOST else []
        if not found:
            return None
        values = list(found[0])
        for place, (converts, expression) in converters.items():
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        return build(values)

    @cached_property
    def _built(self) -> tuple[str, dict[int, Any], Callable[[list[Any]], M]]:
        compiler = self._rows().filter(pk=0).order_by().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if tuple(parameters) != (0,):
            raise ValueError("a row by its id has the id as its only parameter")
        info = cast(dict[str, Any], compiler.klass_info)
        selected = compiler.select
        model: type[M] = info["model"]
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [cast(Any, column[0]).target.attname for column in selected[first:last]]
        related = cast(Any, get_related_populators)(info, selected, connection.alias)

        def build(values: list[Any]) -> M:
            row = model.from_db(connection.alias, names, values[first:last])
            for part in related:
                part.populate(values, row)
            return row

        return sql, compiler.get_converters([column[0] for column in selected]), build
