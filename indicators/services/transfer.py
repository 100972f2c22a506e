"""Whole columns out of the database and into it: `COPY` in its binary form on PostgreSQL, plain statements on SQLite.

The one place that knows the difference. What goes through here are numbers in numpy arrays; a model instance a row would cost
a hundred times as much. Numbers are the stored ones: an `ExactDecimalField` travels as its scaled integer.
"""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import AutoField, Field, Model, QuerySet
from numpy.typing import NDArray

Array = NDArray[Any]

_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TAIL = struct.pack(">h", -1)
_WIRE = {"smallint": "i2", "integer": "i4", "bigint": "i8", "boolean": "i1"}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PORTION = 1 << 20
_COPY_ROWS = 4096
_SQLITE_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Column:
    """Values and in which rows they stand; NULL in the others."""

    values: Array
    known: NDArray[np.bool_]


Columns = Mapping[str, "Column | Array | str | int | bool | date | None"]
"""Columns by the model's field names (`attname`): arrays, or one value for all rows."""


def read(rows: QuerySet[Any], *names: str) -> dict[str, Array]:
    """The named columns (fields or annotations) of a queryset as arrays of 64-bit integers or booleans.

    None of them may hold NULL: use `Coalesce`. Raises ValueError where one does all the same.
    """
    query = rows.values_list(*names).query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    kinds = [_kind(expression.output_field) for expression, _sql, _alias in compiler.select]
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # Compiling the query and starting workers that hand over every row cost more than they save here.
            cursor.execute("SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0")
            arrays = _copied(cursor, cursor.mogrify(sql, params), kinds)
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            arrays = _fetched(cursor, kinds)
    return dict(zip(names, arrays, strict=True))


def _kind(field: Any) -> str:
    kind = (field.rel_db_type if field.is_relation else field.db_type)(connection) or ""
    # SQLite names its types otherwise, but has one size of integers alone.
    return _WIRE.get(kind.removesuffix(" unsigned"), "i1" if kind == "bool" else "i8")


def _copied(cursor: Any, sql: bytes, kinds: Sequence[str]) -> list[Array]:
    received = io.BytesIO()
    cursor.copy_expert(b"COPY (" + sql + b") TO STDOUT (FORMAT BINARY)", received, _PORTION)
    whole = received.getbuffer()
    dtype = _row_dtype(kinds)
    count, rest = divmod(len(whole) - len(_HEAD) - len(_TAIL), dtype.itemsize)
    rows = np.frombuffer(whole, dtype, count=max(count, 0), offset=len(_HEAD))
    widths = [np.dtype(kind).itemsize for kind in kinds]
    if rest or any((rows[f"l{place}"] != width).any() for place, width in enumerate(widths)):
        raise ValueError("a column that is read whole holds NULL")
    return [_native(rows[f"v{place}"], kind) for place, kind in enumerate(kinds)]


def _row_dtype(kinds: Sequence[str]) -> np.dtype[Any]:
    """One row of binary COPY: the number of fields, then length and value of each."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for place, kind in enumerate(kinds):
        parts += [(f"l{place}", ">i4"), (f"v{place}", f">{kind}")]
    return np.dtype(parts)


def _native(values: Array, kind: str) -> Array:
    return values.astype(np.bool_ if kind == "i1" else np.int64)


def _fetched(cursor: Any, kinds: Sequence[str]) -> list[Array]:
    """A SQLite result, portion by portion, so that the rows as Python objects never stand there all at once."""
    parts: list[list[Array]] = [[] for _kind in kinds]
    while portion := cursor.fetchmany(_SQLITE_ROWS):
        for place, values in enumerate(zip(*portion, strict=True)):
            if None in values:
                raise ValueError("a column that is read whole holds NULL")
            parts[place].append(np.array(values, np.int64))
    return [
        _native(np.concatenate(found) if found else np.zeros(0, np.int64), kind)
        for found, kind in zip(parts, kinds, strict=True)
    ]


def append(model: type[Model], columns: Columns, count: int) -> Callable[[], None]:
    """Makes `count` new rows ready and gives the function that stores them.

    On PostgreSQL that function waits for the database only, so that a thread may run it while the next rows are worked out;
    nothing else may use the connection meanwhile. Columns that are not named become NULL or get their field's default.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    chosen: list[tuple[Any, Any]] = [(fields[name], content) for name, content in columns.items()]
    chosen += [
        (field, field.get_default())
        for name, field in fields.items()
        if name not in columns and not field.null and not isinstance(field, AutoField)
    ]
    table = connection.ops.quote_name(model._meta.db_table)
    named = ", ".join(connection.ops.quote_name(str(field.column)) for field, _content in chosen)
    if connection.vendor == "postgresql":
        sql = f"COPY {table} ({named}) FROM STDIN (FORMAT BINARY)"
        return _copy_in(sql, [_wire(field, content, count) for field, content in chosen], count)
    marks = ", ".join(["%s"] * len(chosen))
    sql = f"INSERT INTO {table} ({named}) VALUES ({marks})"  # noqa: S608  names of our own models

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                sql, list(zip(*(_plain(field, content, count) for field, content in chosen), strict=True))
            )

    return insert


@contextlib.contextmanager
def references_unchecked() -> Iterator[None]:
    """Inside a transaction: rows that are known to be right go in without each one's foreign keys being looked up.

    A PostgreSQL superuser may ask for that; for anybody else, and on SQLite, nothing changes but the time it takes.
    """
    asked = connection.vendor == "postgresql" and _is_superuser()
    if asked:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    if asked:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def nothing() -> None:
    """For nothing to store."""


@contextlib.contextmanager
def beside(store: Callable[[], None]) -> Iterator[None]:
    """Stores new rows (a function that `append` gave) while the block computes; afterwards both have ended.

    The block must not touch the database: the connection is busy. SQLite has no second process that would do the work,
    so there the rows are stored first.
    """
    if connection.vendor != "postgresql" or store is nothing:
        store()
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        storing = pool.submit(store)
        yield
        storing.result()


def _copy_in(sql: str, wires: Sequence[_Wire], count: int) -> Callable[[], None]:
    connection.ensure_connection()
    raw: Any = connection.connection

    def copy() -> None:
        with raw.cursor() as cursor:
            cursor.copy_expert(sql, _Source(wires, count), _PORTION)

    return copy


class _Source:
    """A file that gives a binary COPY, a portion of rows at a time: each is made while the database works on the last."""

    def __init__(self, wires: Sequence[_Wire], count: int) -> None:
        self._portions = self._made(wires, count)
        self._rest = memoryview(b"")

    @staticmethod
    def _made(wires: Sequence[_Wire], count: int) -> Iterator[bytes]:
        yield _HEAD
        for start in range(0, count, _COPY_ROWS):
            rows = slice(start, min(start + _COPY_ROWS, count))
            yield _encoded([wire.part(rows) for wire in wires], rows.stop - rows.start)
        yield _TAIL

    def read(self, size: int) -> bytes:
        if not self._rest:
            self._rest = memoryview(next(self._portions, b""))
        portion, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return portion


@dataclass(frozen=True, slots=True)
class _Wire:
    """One column as it goes over the wire: values of one width, and where they end or lack."""

    values: Array
    lengths: Array | None = None
    known: NDArray[np.bool_] | None = None

    def part(self, rows: slice) -> _Wire:
        return _Wire(
            self.values[rows],
            None if self.lengths is None else self.lengths[rows],
            None if self.known is None else self.known[rows],
        )


def _wire(field: Any, content: Any, count: int) -> _Wire:
    kind = (field.rel_db_type if field.is_relation else field.db_type)(connection) or ""
    known = content.known if isinstance(content, Column) else None
    values = content.values if isinstance(content, Column) else content
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "S":
            return _Wire(values, np.char.str_len(values).astype(np.int32), known)
        return _Wire(values.astype(f">{_WIRE[kind]}"), None, known)
    return _Wire(np.broadcast_to(_constant(field, values, kind), (count,)))


def _constant(field: Field[Any, Any], value: Any, kind: str) -> Array:
    if isinstance(value, datetime):
        return np.array((value - _EPOCH) // _MICROSECOND, ">i8")
    if isinstance(value, date):
        return np.array((value - _EPOCH.date()).days, ">i4")
    if isinstance(value, str):
        encoded = value.encode()
        return np.array(encoded, f"V{len(encoded)}") if encoded else np.zeros((), "V0")
    return np.array(field.get_db_prep_save(value, connection), f">{_WIRE[kind]}")


_MICROSECOND = datetime(2000, 1, 1, 0, 0, 0, 1, tzinfo=UTC) - _EPOCH


def _encoded(columns: Sequence[_Wire], count: int) -> bytes:
    """The rows of a binary COPY: written at full width first, then what lacks is cut out of them."""
    parts: list[tuple[str, Any]] = [("fields", ">i2")]
    for place, column in enumerate(columns):
        parts += [(f"l{place}", ">i4"), (f"v{place}", column.values.dtype)]
    rows = np.zeros(count, np.dtype(parts))
    rows["fields"] = len(columns)
    cut: NDArray[np.bool_] | None = None
    for place, column in enumerate(columns):
        width = column.values.dtype.itemsize
        length: Any = width if column.lengths is None else column.lengths
        if column.known is not None:
            length = np.where(column.known, length, -1)
        rows[f"l{place}"] = length
        if width:
            rows[f"v{place}"] = column.values
        if column.known is None and column.lengths is None:
            continue
        if cut is None:
            cut = np.ones((count, rows.dtype.itemsize), np.bool_)
        start = rows.dtype.fields[f"v{place}"][1]  # type: ignore[index]
        if column.lengths is not None:
            cut[:, start : start + width] = np.arange(width)[None, :] < np.asarray(length)[:, None]
        else:
            cut[:, start : start + width] = np.asarray(column.known)[:, None]
    if cut is None:
        return rows.tobytes()
    return rows.view(np.uint8).reshape(count, rows.dtype.itemsize)[cut].tobytes()


def _plain(field: Field[Any, Any], content: Any, count: int) -> Iterator[Any]:
    """One column as Python values for a parametrised statement."""
    known = content.known if isinstance(content, Column) else None
    values = content.values if isinstance(content, Column) else content
    if not isinstance(values, np.ndarray):
        value = field.get_db_prep_save(values, connection)
        return iter([value] * count)
    listed = np.char.decode(values).tolist() if values.dtype.kind == "S" else values.tolist()
    if known is None:
        return iter(listed)
    return iter([value if there else None for value, there in zip(listed, known.tolist(), strict=True)])


def remove(model: type[Model], keys: Mapping[str, Array], count: int) -> None:
    """Deletes the rows with these keys (columns by field name)."""
    if count:
        table, named = _names(model, keys)
        _by_keys(f"DELETE FROM {table} AS t", named, (), keys)  # noqa: S608  names of our own models


def update(model: type[Model], keys: Mapping[str, Array], columns: Mapping[str, Column], count: int) -> None:
    """Writes columns of whole numbers into the rows with these keys."""
    if count:
        table, named = _names(model, {**columns, **keys})
        _by_keys(f"UPDATE {table} AS t SET ", named, tuple(columns), {**columns, **keys})  # noqa: S608  as above


def _names(model: type[Model], columns: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), {name: quote(str(fields[name].column)) for name in columns}


def _by_keys(
    head: str, named: Mapping[str, str], written: Sequence[str], columns: Mapping[str, Column | Array]
) -> None:
    """One statement for all rows on PostgreSQL, one prepared statement a row on SQLite."""
    lists = [list(_listed(columns[name])) for name in named]
    keys = [name for name in named if name not in written]
    if connection.vendor == "postgresql":
        arrays = ", ".join(["%s::bigint[]"] * len(lists))
        parts = ", ".join(named.values())
        new = ", ".join(f"{named[name]} = v.{named[name]}" for name in written)
        joined = " AND ".join(f"t.{named[name]} = v.{named[name]}" for name in keys)
        source = "FROM" if written else "USING"
        with connection.cursor() as cursor:
            cursor.execute(f"{head}{new} {source} unnest({arrays}) AS v ({parts}) WHERE {joined}", lists)
        return
    new = ", ".join(f"{named[name]} = %s" for name in written)
    joined = " AND ".join(f"t.{named[name]} = %s" for name in keys)
    with connection.cursor() as cursor:
        cursor.executemany(f"{head}{new} WHERE {joined}", list(zip(*lists, strict=True)))


def _listed(content: Column | Array) -> Iterator[Any]:
    if not isinstance(content, Column):
        return iter(content.tolist())
    pairs = zip(content.values.tolist(), content.known.tolist(), strict=True)
    return (value if there else None for value, there in pairs)
