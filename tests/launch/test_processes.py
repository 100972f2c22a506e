"""The supervisor with real processes: small ones, so that what is shown is the stopping and the starting again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipdash.launch.processes import FIRST_DELAY, LOG_LIMIT_BYTES, LONGEST_DELAY, Child, delay_after

ROOT = Path(__file__).resolve().parents[2]

# A child that writes its process number and that of a child of its own, then stays.
STAYS = """
import os, subprocess, sys, time
own = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(120)"])
with open({pids!r}, "a") as file:
    file.write(f"{{os.getpid()}} {{own.pid}}\\n")
time.sleep(120)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"

DRIVER = """
import os, sys
from pathlib import Path
from ipdash.launch.errors import LaunchError
from ipdash.launch.processes import Child, Supervisor
folder = Path({folder!r})
def child(title, code, lock=None):
    return Child(title, [sys.executable, "-I", "-S", "-c", code], folder / (title + ".log"), lock=lock)
try:
    sys.exit(Supervisor([{children}], environment=dict(os.environ), folder=folder, grace={grace},
                        ready={ready}, announce=lambda: print("READY", flush=True)).run())
except LaunchError as error:
    print(error, flush=True)
    sys.exit(1)
"""

Start = Callable[..., "subprocess.Popen[str]"]


def lives(pid: int) -> bool:
    """Running; a process that has ended and waits to be collected does not count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def pids(file: Path, count: int) -> list[int]:
    """The numbers that the children wrote, once there are so many lines."""
    until(lambda: file.exists() and len(file.read_text().splitlines()) >= count, f"{count} children have started")
    return [int(word) for word in file.read_text().split()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(children: str, *, ready: str = "lambda: True", grace: float = 5.0) -> subprocess.Popen[str]:
        code = DRIVER.format(folder=str(tmp_path), children=children, ready=ready, grace=grace)
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()  # the guard ends what the supervisor started
        process.communicate()


def staying(tmp_path: Path, before: str = "") -> str:
    return repr(before + textwrap.dedent(STAYS.format(pids=str(tmp_path / "pids"))))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_the_children_and_their_children(start: Start, tmp_path: Path, number: int) -> None:
    code = staying(tmp_path)
    supervisor = start(f"child('a', {code}), child('b', {code})")
    started = pids(tmp_path / "pids", 2)
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert [pid for pid in started if lives(pid)] == []


def test_a_killed_supervisor_leaves_no_child_behind(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"child('a', {staying(tmp_path)})")
    started = pids(tmp_path / "pids", 1)
    supervisor.kill()
    supervisor.wait(20)
    until(lambda: not any(lives(pid) for pid in started), "the guard has ended the children")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the children of a process")
def test_a_killed_guard_is_replaced(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"child('a', {staying(tmp_path)})")
    started = pids(tmp_path / "pids", 1)

    def is_guard(pid: str) -> bool:
        try:
            return b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:  # it has just ended
            return False

    def guards() -> list[int]:
        children = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()
        return [int(pid) for pid in children if is_guard(pid)]

    until(lambda: len(guards()) == 1, "the guard runs")
    first = guards()[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: guards() not in ([], [first]), "another guard runs")
    supervisor.kill()
    supervisor.wait(20)
    until(lambda: not any(lives(pid) for pid in started), "the second guard has ended the children")


def test_a_child_that_ignores_the_request_is_killed_after_the_grace(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"child('a', {staying(tmp_path, DEAF)})", grace=0.3)
    started = pids(tmp_path / "pids", 1)
    supervisor.terminate()
    assert supervisor.wait(20) == 0
    assert [pid for pid in started if lives(pid)] == []


def test_a_child_that_died_is_started_again_and_the_user_is_told(start: Start, tmp_path: Path) -> None:
    supervisor = start(f"child('worker', {staying(tmp_path)})")
    first, its_own = pids(tmp_path / "pids", 1)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "READY\n"
    os.kill(first, signal.SIGKILL)
    assert "worker意外退出（退出代码 -9），0.5 秒后重新启动。" in supervisor.stdout.readline()
    again = pids(tmp_path / "pids", 2)[2]
    assert again != first
    assert lives(again)
    until(lambda: not lives(its_own), "what the dead child had started has ended, too")


def test_children_that_cannot_start_stop_the_start_and_show_the_end_of_the_log(start: Start, tmp_path: Path) -> None:
    fails = repr("raise SystemExit('port is gone')")
    supervisor = start(f"child('a', {staying(tmp_path)}), child('web', {fails})", ready="lambda: False")
    output, _ = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    assert "web启动失败（退出代码 1），已停止。" in output
    assert "port is gone" in output
    assert [pid for pid in pids(tmp_path / "pids", 1) if lives(pid)] == []


def test_two_supervisors_share_one_child_that_may_run_once(start: Start, tmp_path: Path) -> None:
    one = f"child('scheduler', {staying(tmp_path)}, lock=folder / 'lock')"
    first = start(one)
    pids(tmp_path / "pids", 1)
    second = start(one)
    assert second.stdout is not None
    assert second.stdout.readline() == "READY\n"
    assert len((tmp_path / "pids").read_text().splitlines()) == 1
    first.terminate()
    assert first.wait(20) == 0
    assert lives(pids(tmp_path / "pids", 2)[2])


def test_the_wait_before_another_start_doubles_up_to_a_limit() -> None:
    assert [delay_after(deaths) for deaths in (1, 2, 3)] == [FIRST_DELAY, FIRST_DELAY * 2, FIRST_DELAY * 4]
    assert delay_after(50) == LONGEST_DELAY


def test_a_long_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    child = Child("a", [], tmp_path / "a.log")
    with open(child.log, "ab", buffering=0) as writer:
        writer.write(b"x" * (LOG_LIMIT_BYTES + 1))
        child.trim_log()
        writer.write(b"new")
    assert child.log.read_bytes() == b"new"
    assert (tmp_path / "a.log.1").stat().st_size == LOG_LIMIT_BYTES + 1
