"""What the demo's users are told: accounts, password, day. Named here once; `load_demo` makes what is named.

The demo's day holds while an active demo account is in the database, whoever asks: never beside real accounts alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

PASSWORD = "ipdash-demo-2025"  # noqa: S105  published on purpose, and made on loopback addresses alone
DAY = "2025-10-12"

ACCOUNTS: dict[str, str] = {
    "staff": "局工作人员",
    "reporter": "填报人",
    "reviewer": "审核人",
    "leader": "领导",
    "department": "责任部门",
    "sysadmin": "系统管理员",
    "secadmin": "安全管理员",
    "auditor": "审计管理员",
}


def day_of_database() -> date | None:
    """The demo's day where the database is the demo's, else None. Needs Django; a database without tables has no day."""
    from django.contrib.auth import get_user_model
    from django.db import DatabaseError, transaction

    try:
        with transaction.atomic():
            accounts = get_user_model()._default_manager.filter(is_demo=True, is_active=True)
            return date.fromisoformat(DAY) if accounts.exists() else None
    except DatabaseError:
        return None


def accounts_in(database: Path) -> bool:
    """The same question to a SQLite file, without Django: a file may have been put in another's place since the last start."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            found = connection.execute("SELECT 1 FROM accounts_user WHERE is_demo AND is_active LIMIT 1").fetchone()
    except sqlite3.Error:
        return False
    return found is not None
