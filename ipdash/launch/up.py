"""`up`: from an installed environment to a running ipdash that says where it is."""

from __future__ import annotations

import argparse
import http.client
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from ipdash.launch import demo, ports, stamps
from ipdash.launch.environment import RUN
from ipdash.launch.errors import LaunchError
from ipdash.launch.processes import Child, Supervisor, say


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="manage.py up", description="准备并启动 ipdash，按 Ctrl-C 停止。")
    arguments.add_argument("--port", type=int, default=8000, help="端口，被占用时用下一个空闲的；默认 8000")
    arguments.add_argument("--host", default="127.0.0.1", help="监听的地址；默认 127.0.0.1，只有本机能访问")
    arguments.add_argument("--no-demo", action="store_true", help="数据库为空时不载入演示数据")
    return arguments


class Start:
    """One run of `up`: what was asked for, and what follows from it."""

    def __init__(self, root: Path, arguments: list[str]) -> None:
        options = parser().parse_args(arguments)
        if not 0 < options.port < 65536:
            raise LaunchError(f"端口 {options.port} 不在 1 至 65535 之间。")
        self.root = root
        self.host: str = options.host
        self.wanted_port: int = options.port
        self.public = not ports.is_loopback(options.host)
        self.demo = not options.no_demo and not self.public
        self.var = Path(os.environ.get("IPDASH_VAR", "").strip() or root / "var").resolve()
        self.report = self.var / "prepared.json"
        self.environment = self._environment()

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        # Nothing was compiled at installation, so the first import of each module must be able to keep its work.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["IPDASH_VAR"] = str(self.var)
        environment["DJANGO_SETTINGS_MODULE"] = "ipdash.settings"
        environment["PYTHONUNBUFFERED"] = "1"
        if not environment.get("IPDASH_ALLOWED_HOSTS", "").strip():
            environment["IPDASH_ALLOWED_HOSTS"] = ",".join(ports.names(self.host))
        return environment

    def run(self) -> int:
        began = time.monotonic()
        self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._prepare()
        report = stamps.read(self.report)
        has_demo = self.demo and report.get("demo") == "yes"
        self._set_day(report)
        port = ports.free_port(self.host, self.wanted_port)
        if port != self.wanted_port:
            say(f"端口 {self.wanted_port} 已被占用，改用 {port}。")
        supervisor = Supervisor(
            self._children(port),
            environment=self.environment,
            folder=self.root,
            ready=lambda: answers(self.host, port),
            announce=lambda: self._announce(port, has_demo, bool(report.get("empty")), time.monotonic() - began),
        )
        code = supervisor.run()
        say("ipdash 已停止。")
        return code

    def _set_day(self, report: dict[str, str]) -> None:
        """The demo's own day, unless another is asked for; `--no-demo` loads no demo and hides none."""
        database = self._sqlite()
        there = report.get("demo_day") == "yes" and (database is None or demo.accounts_in(database))
        if there and not self.environment.get("IPDASH_TODAY", "").strip():
            self.environment["IPDASH_TODAY"] = demo.DAY

    def _prepare(self) -> None:
        wanted = self._state()
        held = stamps.read(self.report)
        if (
            "demo_day" in held
            and held.get("state") == wanted
            and held.get("database") == (now := applied_migrations(self._sqlite()))
            and now
        ):
            return
        command = [sys.executable, "-m", "ipdash.launch.prepare", "--report", str(self.report)]
        command += ["--demo"] * self.demo + ["--public"] * self.public
        if subprocess.run(command, cwd=self.root, env=self.environment, check=False).returncode != 0:
            raise LaunchError("准备没有完成，没有启动任何进程。")
        held = stamps.read(self.report)
        if not held.get("empty"):  # until somebody has an account, every start looks again
            stamps.write(self.report, {**held, "state": wanted, "database": applied_migrations(self._sqlite())})

    def _state(self) -> str:
        """A hash over all that a preparation depends on, except the database itself."""
        migrations = sorted(self.root.glob("*/migrations")) + sorted(self.root.glob("ipdash/*/migrations"))
        catalogues = sorted(self.root.glob("locale/*/LC_MESSAGES/*.po"))
        compiled = [str(file.with_suffix(".mo").is_file()) for file in catalogues]
        settings = [self.root / "ipdash" / "settings.py", self.root / RUN]
        return stamps.digest(
            [*settings, *migrations, *catalogues, *compiled, str(self.var), f"demo={self.demo} public={self.public}"]
        )

    def _sqlite(self) -> Path | None:
        """The embedded database; None where DATABASE_URL names another, which only Django can ask."""
        return None if self.environment.get("DATABASE_URL", "").strip() else self.var / "ipdash.sqlite3"

    def _children(self, port: int) -> list[Child]:
        logs = self.var / "log"
        logs.mkdir(exist_ok=True)
        manage = [sys.executable, str(self.root / "manage.py")]
        return [
            Child("网页服务", web_command(self.host, port, self._sqlite() is None), logs / "web.log"),
            Child("后台任务进程", [*manage, "run_worker"], logs / "worker.log"),
            # Two starts on the same data share one scheduler: the second takes over when the first ends.
            Child("定时任务进程", [*manage, "run_scheduler"], logs / "scheduler.log", lock=self.var / "scheduler.lock"),
        ]

    def _announce(self, port: int, has_demo: bool, empty: bool, seconds: float) -> None:
        lines = ["", f"ipdash 已启动（{seconds:.1f} 秒）：{ports.address(self.host, port)}"]
        if self.public:
            lines.append(f"可用这些名称访问：{self.environment['IPDASH_ALLOWED_HOSTS']}")
        if has_demo:
            accounts = "\n".join(f"  {name:<12}{title}" for name, title in demo.ACCOUNTS.items())
            lines.append(f"演示账号（密码都是 {demo.PASSWORD}）：\n{accounts}")
        if self.environment.get("IPDASH_TODAY", "").strip():
            lines.append(f"页面上的“今天”是 {self.environment['IPDASH_TODAY']}。")
        if empty:
            lines.append("还没有任何账号。请另开一个终端运行 python3 manage.py make_admins，建立三个管理员。")
        lines.append(f"数据和日志在 {self.var}。按 Ctrl-C 停止。")
        say("\n".join(lines))


def web_command(host: str, port: int, grown: bool) -> list[str]:
    """The web server: one process beside SQLite, two where a database server takes the load."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "ipdash.wsgi:application",
        "--host", host.strip("[]"), "--port", str(port), "--workers", "2" if grown else "1",
        "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5",
        "--log-level", "warning",
    ]  # fmt: skip


def applied_migrations(database: Path | None) -> str:
    """A hash over the migrations that the SQLite file says it has had; empty where it cannot be told."""
    if database is None or not database.is_file():
        return ""
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error:  # not readable this way: Django will say what is wrong with it
        return ""
    try:
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    except sqlite3.Error:
        return ""
    finally:
        connection.close()
    return stamps.digest([f"{app}.{name}" for app, name in rows])


def answers(host: str, port: int) -> bool:
    """`/healthz` says 200."""
    connection = http.client.HTTPConnection(
        "127.0.0.1" if ports.is_everywhere(host) else host.strip("[]"), port, timeout=5
    )
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):  # not listening yet
        return False
    finally:
        connection.close()


def main(root: Path, arguments: list[str]) -> int:
    """`up [--port 8000] [--host 127.0.0.1] [--no-demo]`."""
    return Start(root, arguments).run()
