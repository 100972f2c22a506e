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


MOST_PREPARED = 200
"""So many queries are prepared on one connection; what comes after them is asked as it stands."""
_PREPARED = "_ipdash_prepared"


def ask(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query that is written out, with a `%s` for each parameter and `IN (%l)` for one that is a list.

    PostgreSQL is told each query once a connection: to plan one that joins five tables takes it longer than to answer.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_known(sql), parameters)
        else:
            cursor.execute(*_spread(sql, parameters))
        return list(cursor.fetchall())


def _spread(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """The same with one parameter for each member of a list."""
    flat: list[Any] = []
    for parameter in parameters:
        if isinstance(parameter, list):
            sql = sql.replace("(%l)", f"({', '.join(['%s'] * len(parameter))})", 1)
            flat += parameter
        else:
            flat.append(parameter)
    return sql, flat


def _known(sql: str) -> str:
    """What asks the query by the name under which this connection knows it, telling it first where it does not yet.

    A pooler that hands each transaction another connection cannot keep names: Django's own setting for it says so.
    """
    in_postgresql = sql.replace("IN (%l)", "= ANY (%s)")
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return in_postgresql
    connection.ensure_connection()
    nothing: tuple[object, dict[str, str]] = (None, {})
    owner, known = getattr(connection, _PREPARED, nothing)
    if owner is not connection.connection:
        owner, known = connection.connection, {}
        setattr(connection, _PREPARED, (owner, known))
    found = known.get(sql)
    if found is None:
        if len(known) >= MOST_PREPARED:
            return in_postgresql
        found = known[sql] = _prepare(in_postgresql, f"ipdash_{len(known)}")
    return found


def _prepare(sql: str, name: str) -> str:
    count = sql.count("%s")
    numbered = sql % tuple(f"${place}" for place in range(1, count + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} AS {numbered}")
    return f"EXECUTE {name} ({', '.join(['%s'] * count)})" if count else f"EXECUTE {name}"


def state_of_database() -> str:
    """What is visible in the database now, in a text that is another after every commit; "" where none can be told.

    Two equal answers mean that nothing at all was committed in between. Inside a transaction, which sees its own writes,
    there is none; SQLite has none.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return ""
    return str(ask("SELECT pg_current_snapshot()::text", ())[0][0])


class Written(Generic[M]):
    """A query for rows with what they belong to (`select_related`), put into words once.

    `rows` gives it with any values in it; the values that are meant stand in the call, in their order in the SQL, a list
    for `__in`.
    """

    def __init__(self, rows: Callable[[], QuerySet[M]]) -> None:
        self._rows = rows

    def __call__(self, *values: Any) -> list[M]:
        sql, converters, build = self._built
        return [build(self._converted(row, converters)) for row in ask(sql, values)]

    @staticmethod
    def _converted(row: tuple[Any, ...], converters: dict[int, Any]) -> list[Any]:
        values = list(row)
        for place, (converts, expression) in converters.items():
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        return values

    @cached_property
    def _built(self) -> tuple[str, dict[int, Any], Callable[[list[Any]], M]]:
        compiler = self._rows().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if len(parameters) != sql.count("%s"):
            raise ValueError("each value has a place of its own")
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

        converters = compiler.get_converters([column[0] for column in selected])
        return sql.replace("IN (%s)", "IN (%l)"), converters, build


class ById(Generic[M]):
    """Reads one row with what it belongs to (`select_related`), as `rows().filter(pk=…).first()` would."""

    def __init__(self, rows: Callable[[], QuerySet[M]]) -> None:
        self._written = Written(lambda: rows().filter(pk=0).order_by())

    def get(self, pk: int) -> M | None:
        """The row with this id, or None."""
        key = int(pk)
        found = self._written(key) if 0 < key <= MOST else []
        return found[0] if found else None
