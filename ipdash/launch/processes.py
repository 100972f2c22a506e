"""The supervisor: starts the children, starts again what died, and leaves no process behind.

Each child leads a session of its own, so that a Ctrl-C reaches the supervisor alone, which then ends whole process
groups: TERM, and KILL after a grace. `guard` does the same should the supervisor itself be killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ipdash.launch import guard
from ipdash.launch.errors import LaunchError

GRACE_SECONDS = 10.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
IMPATIENT_SECONDS = 1.0  # a second stop signal counts after this
STEADY_SECONDS = 60.0  # who lived this long starts counting its failures anew
DEATHS_BEFORE_READY = 3
READY_SECONDS = 120.0
LOG_LIMIT_BYTES = 5_000_000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POKE = b"\0"


def say(sentence: str) -> None:
    """Prints; a terminal that is gone must not stop the stopping."""
    with contextlib.suppress(OSError):
        print(sentence, flush=True)


def delay_after(deaths: int) -> float:
    """Seconds to wait before the next start, after so many early deaths in a row (from 1)."""
    return float(min(FIRST_DELAY * 2 ** (deaths - 1), LONGEST_DELAY))


@dataclass
class Child:
    """One long-running process. `lock`: a file of which only one holder on this machine may run it."""

    title: str
    command: Sequence[str]
    log: Path
    lock: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    due: float = 0.0
    _held: IO[str] | None = field(default=None, repr=False)

    def may_start(self) -> bool:
        """Takes the lock, if there is one; False while another supervisor holds it."""
        if self.lock is None or self._held is not None:
            return True
        file = open(self.lock, "w", encoding="ascii")  # noqa: SIM115  it is held as long as this process lives
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held = file
        return True

    def trim_log(self) -> None:
        """Puts a long log aside. The child goes on writing to the same file, which it opened to append."""
        if self.log.is_file() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for the user who must know why it does not start."""
        if not self.log.is_file():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Guard:
    """The process that outlives the supervisor by a moment; see guard.py."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        read, write = os.pipe()
        # It must not hold the output open: who reads it waits for its end.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=read, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.close(read)
        self._pipe = os.fdopen(write, "wb", buffering=0)

    def check(self, groups: list[int]) -> None:
        """Starts it again, with what it must know, should it have died."""
        if self._process.poll() is not None:
            self._pipe.close()
            self._start()
            for group in groups:
                self.tell("+", group)

    def tell(self, sign: str, group: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # it has died: check() starts it again
            self._pipe.write(f"{sign}{group}\n".encode())

    def dismiss(self) -> None:
        self._pipe.close()
        self._process.wait()


class Supervisor:
    """Runs children until told to stop.

    `ready` answers whether the whole is up, and is asked from a thread until it says so; then `announce` is called once.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        environment: dict[str, str],
        folder: Path,
        ready: Callable[[], bool] = lambda: True,
        announce: Callable[[], None] = lambda: None,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self.children = children
        self.environment = environment
        self.folder = folder
        self.ready = ready
        self.announce = announce
        self.grace = grace
        self.is_ready = False
        self._told = 0
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> int:
        """Returns the exit code: 0 when told to stop. Raises LaunchError when the children do not come up."""
        previous = self._listen()
        self._guard = Guard()
        try:
            threading.Thread(target=self._await_ready, daemon=True).start()
            self._loop()
        finally:
            self._stop_all()
            self._guard.dismiss()
            self._deafen(previous)
        return 0

    def _listen(self) -> dict[int, Any]:
        os.set_blocking(self._wake_write, False)
        previous: dict[int, Any] = {}
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started with nohup
            # The number arrives through the wake-up pipe; the handler only has to exist.
            previous[number] = signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        return previous

    def _deafen(self, previous: dict[int, Any]) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in previous.items():
            signal.signal(number, handler)

    def _loop(self) -> None:
        limit = time.monotonic() + READY_SECONDS
        announced = False
        while not self._told:
            now = time.monotonic()
            for child in self.children:
                self._tend(child, now)
                child.trim_log()
            self._guard.check(self._groups())
            if self.is_ready and not announced:
                announced = True
                self.announce()
            if not announced and now > limit:
                raise LaunchError(
                    f"等了 {READY_SECONDS:.0f} 秒仍未就绪，已停止。日志在 {self.children[0].log.parent}。"
                )
            self._hear(self._pause(now))

    def _pause(self, now: float) -> float:
        """Seconds until something may be due; signals and readiness cut it short."""
        dues = [child.due - now for child in self.children if child.process is None]
        return max(0.0, min([2.0, *dues]))

    def _hear(self, seconds: float) -> None:
        readable, _, _ = select.select([self._wake_read], [], [], seconds)
        if readable:
            heard = os.read(self._wake_read, 512)
            if any(number in STOP_SIGNALS for number in heard):
                self._told += 1

    def _await_ready(self) -> None:
        asked = 0
        while not self.ready():
            asked += 1
            time.sleep(0.05 if asked < 100 else 0.5)
        self.is_ready = True
        os.write(self._wake_write, POKE)

    def _tend(self, child: Child, now: float) -> None:
        if child.process is None:
            if now >= child.due:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            return
        self._sweep(child, child.process)
        child.deaths = 1 if now - child.started >= STEADY_SECONDS else child.deaths + 1
        if not self.is_ready and child.deaths >= DEATHS_BEFORE_READY:
            raise LaunchError(
                f"{child.title}启动失败（退出代码 {code}），已停止。日志 {child.log} 的最后几行：\n{child.tail()}"
            )
        seconds = delay_after(child.deaths)
        child.due = now + seconds
        say(f"{child.title}意外退出（退出代码 {code}），{seconds:g} 秒后重新启动。日志：{child.log}")

    def _start(self, child: Child, now: float) -> None:
        if not child.may_start():
            child.due = now + 2.0
            return
        with open(child.log, "ab") as log:
            child.process = subprocess.Popen(
                child.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._guard.tell("+", child.process.pid)
        child.started = now

    def _sweep(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        """Its leader has ended: ends what is left of its group."""
        guard.send(process.pid, signal.SIGKILL)
        self._guard.tell("-", process.pid)
        child.process = None

    def _groups(self) -> list[int]:
        return [child.process.pid for child in self.children if child.process is not None]

    def _stop_all(self) -> None:
        """TERM to every group; KILL after the grace, or at once when told again after a moment."""
        running = [(child, child.process) for child in self.children if child.process is not None]
        for _, process in running:
            guard.send(process.pid, signal.SIGTERM)
        began = time.monotonic()
        while any(process.poll() is None for _, process in running):
            passed = time.monotonic() - began
            if passed < IMPATIENT_SECONDS:
                self._told = 0  # one Ctrl-C may arrive as several signals
            if passed >= self.grace or self._told:
                break
            self._hear(min(self.grace - passed, 0.2))
        for child, process in running:
            guard.send(process.pid, signal.SIGKILL)
            process.wait()
            self._sweep(child, process)
