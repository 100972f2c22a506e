"""Copying the database while it is written to, putting a copy beside it, and letting the copy take its place.

SQLite is copied by `VACUUM INTO` (a file copy of a live WAL database loses committed rows), PostgreSQL by `pg_dump` of an
exported snapshot. A copy is put into a new name and looked at there; the swap is a rename, and the old one is kept.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict, Invalid, Unavailable

MEMBER = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


@dataclass
class Content:
    """What a database holds: rows by table, and the newest migration by app."""

    tables: dict[str, int]
    migrations: dict[str, str]


def content() -> Content:
    """Counted in the database that is connected; inside a snapshot's transaction it is the snapshot's."""
    tables = sorted(connection.introspection.table_names())
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table's name
            counts[table] = cursor.fetchone()[0]
    applied: dict[str, str] = {}
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        applied[app] = name
    return Content(counts, applied)


@contextmanager
def copied(path: Path) -> Iterator[None]:
    """Copies the database to `path` and lets the caller read, in the same state, what was copied."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        with connected_to(str(path)):
            yield
        return
    connection.close()  # a transaction of its own, whose first statement is the snapshot
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"]
        _run("pg_dump", *options, _name())
        yield


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Inside, this process works on another database of the same server, or in another file."""
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept


def put_beside(copy: Path, stamp: str) -> str:
    """Makes a new database of a copy; returns its name. What is in use is not touched."""
    if connection.vendor == "sqlite":
        return str(copy)
    name = f"{_name()}_restore_{stamp}"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        _run(
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            f"--dbname={name}",
            str(copy),
        )
    except Unavailable:
        drop(name)
        raise
    return name


def drop(name: str) -> None:
    """Removes a copy that was put beside."""
    if connection.vendor == "postgresql":
        connection.close()
        _on_server(f'DROP DATABASE IF EXISTS "{name}"')


def whole(name: str) -> None:
    """Raises `Invalid` where the engine itself finds the database in `name` broken."""
    if connection.vendor != "sqlite":
        return  # pg_restore has loaded every row and built every constraint anew
    with closing(sqlite3.connect(name)) as copy:
        try:
            broken = [str(row) for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
            broken += [str(row) for row in copy.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:
            broken = [str(error)]
    if broken:
        raise Invalid("backup_damaged", _("备份中的数据库已损坏：%(reason)s") % {"reason": broken[0]})


def require_alone() -> None:
    """Raises `Conflict` while something else works on the database: it would go on writing to what was replaced."""
    sentence = _("ipdash 还在运行（数据库正被使用），没有恢复。请先停止网页服务、后台作业和定时任务，再运行一次。")
    if connection.vendor == "sqlite":
        connection.close()
        database = Path(_name())
        if not database.exists():
            return
        # Leaving WAL needs the file alone, whatever the others do at the moment; it also brings the log into the file.
        try:
            _leave_wal(database)
        except sqlite3.OperationalError as error:
            raise Conflict("in_use", sentence) from error
        except sqlite3.DatabaseError:
            pass  # what is broken is what a backup is for
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        others = cursor.fetchone()[0]
    if others:
        raise Conflict("in_use", sentence)


def swap(name: str, stamp: str) -> str:
    """Lets the database in `name` take the place of the one in use, which is kept; returns where."""
    connection.close()
    if connection.vendor == "sqlite":
        _leave_wal(Path(name))
        kept = f"{_name()}.before-{stamp}"
        # A broken database may have left its log behind, which must not be taken for the new one's.
        parts = [part for part in ("", "-wal", "-shm") if Path(_name() + part).exists()]
        for part in parts:
            Path(_name() + part).rename(kept + part)
        try:
            Path(name).rename(_name())
        except OSError:
            for part in parts:
                Path(kept + part).rename(_name() + part)
            raise
        return kept if parts else ""
    own = _name()
    kept_name = f"{own}_before_{stamp}"
    _on_server(f'ALTER DATABASE "{own}" RENAME TO "{kept_name}"')
    try:
        _on_server(f'ALTER DATABASE "{name}" RENAME TO "{own}"')
    except DatabaseError:
        _on_server(f'ALTER DATABASE "{kept_name}" RENAME TO "{own}"')
        raise
    return kept_name


def _leave_wal(database: Path) -> None:
    """Brings the log into the file; raises `sqlite3.OperationalError` while anything else has the file open."""
    with closing(sqlite3.connect(database, timeout=1)) as own:
        own.execute("PRAGMA journal_mode=DELETE")


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _on_server(statement: str) -> None:
    with connected_to("postgres"), connection.cursor() as cursor:
        cursor.execute(statement)


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise Unavailable(
            "tool_missing",
            _(
                "这台机器上没有 %(program)s。请安装 PostgreSQL 客户端（Debian：apt install postgresql-client），版本不低于服务器。"
            )
            % {"program": program},
        )
    done = subprocess.run(
        [found, *arguments], env={**os.environ, **_environment()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise Unavailable("tool_failed", _("%(program)s 没有成功：%(reason)s") % {"program": program, "reason": last})


def _environment() -> dict[str, str]:
    """Where the server is and who asks, handed over outside the command line, which others may read."""
    given: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return {variable: str(given[key]) for variable, key in named.items() if given.get(key)} | {"LC_ALL": "C.UTF-8"}
