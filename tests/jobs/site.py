"""A scratch installation for tests that need real processes: its own database, queue and worker processes."""

from __future__ import annotations

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """Embedded (SQLite file, no broker), or on the servers that DATABASE_URL and CELERY_BROKER_URL name."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.queue = f"test-{secrets.token_hex(4)}"
        self.server = os.environ.get("DATABASE_URL", "")
        self.processes: list[subprocess.Popen[bytes]] = []
        self.env = {
            **os.environ,
            "IPDASH_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.jobs.probe_settings",
            "PYTHONPATH": str(ROOT),
            "IPDASH_JOB_LEASE_SECONDS": "3",
            "PROBE_QUEUE": self.queue,
            **settings,
        }
        self.database = f"ipdash_jobs_{secrets.token_hex(4)}"
        if self.server:
            self.env["DATABASE_URL"] = urlunsplit(urlsplit(self.server)._replace(path=f"/{self.database}"))

    def __enter__(self) -> Site:
        if self.server:
            self._on_server(f'CREATE DATABASE "{self.database}"')
        self.run("-m", "django", "migrate", "--skip-checks", "--verbosity", "0")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self.server:
            self._on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        if self.env.get("CELERY_BROKER_URL", "").startswith("redis://127.0.0.1:6379"):
            import redis

            client = redis.Redis.from_url(self.env["CELERY_BROKER_URL"])
            for key in client.scan_iter(f"*{self.queue}*"):
                client.delete(key)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"process-{len(self.processes)}.log").open("wb")
        with log:
            process = subprocess.Popen([sys.executable, *arguments], env=self.env, cwd=ROOT, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("-m", "django", "run_worker")

    def send(self, kind: str, count: int = 1, args: str = "{}") -> None:
        self.run("-m", "tests.jobs.sender", kind, str(count), args)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        if self.server:
            import psycopg2

            with closing(psycopg2.connect(self.env["DATABASE_URL"])) as connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        with closing(sqlite3.connect(self.folder / "ipdash.sqlite3", timeout=20)) as connection:
            return list(connection.execute(sql))

    def number(self, sql: str) -> int:
        return int(self.query(sql)[0][0])

    def wait_until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self.story()
            time.sleep(0.1)

    def story(self) -> str:
        """What to read when a test waits in vain."""
        logs = [path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("process-*.log"))]
        return "\n".join([str(self.query("SELECT kind, state, count(*) FROM jobs_jobrun GROUP BY kind, state")), *logs])

    def kill(self, process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)
        process.wait(timeout=30)

    def _on_server(self, sql: str) -> None:
        import psycopg2

        with closing(psycopg2.connect(urlunsplit(urlsplit(self.server)._replace(path="/postgres")))) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql)
