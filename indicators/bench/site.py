"""The product under a real web server, started as `up` starts it, with one empty page beside its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from indicators.bench.client import ask, request_bytes
from indicators.bench.registry import Broken
from ipdash.accounts.models import User
from ipdash.launch import ports
from ipdash.launch.up import web_command

APPLICATION = "indicators.bench.wsgi:application"
EMPTY = "/bench/empty"
START_SECONDS = 60


@contextlib.contextmanager
def running_server() -> Iterator[int]:
    """Starts the web server on a free port, gives the port, and ends its whole process group."""
    port = ports.free_port("127.0.0.1", 8700)
    command = web_command("127.0.0.1", port, grown=bool(settings.DATABASE_URL))
    command[command.index("ipdash.wsgi:application")] = APPLICATION
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    with tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log") as log:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > until:
                    story = Path(log.name).read_text(encoding="utf-8", errors="replace")[-2000:]
                    raise Broken(f"the web server does not start: {story}")
                time.sleep(0.05)
            yield port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _answers(port: int) -> bool:
    """The login page is there. (`/healthz` would ask for a worker, which a page does not need.)"""
    try:
        return ask(port, request_bytes(settings.LOGIN_URL, {})).status == 200
    except (OSError, Broken):
        return False


@contextlib.contextmanager
def logged_in(user: User) -> Iterator[dict[str, str]]:
    """The headers of a browser in which this person is logged in; the session ends with the block."""
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    try:
        yield {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}", "Accept-Encoding": "identity"}
    finally:
        session.delete()
