"""The process that opens uploaded files: what it may not do, and that its death hurts nobody."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from indicators.workbooks import limits
from indicators.workbooks.files import read_bytes, read_file
from indicators.workbooks.results import Refused
from indicators.workbooks.runner import Confinement, _answer, _output
from ipdash.core.children import _ROOT, OUT_OF_MEMORY
from tests.indicators.workbooks import hostile as h


def confined(body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a few lines in a process that has confined itself to `folder`."""
    script = f"""
from ipdash.core.sandbox import confine
confine({str(folder)!r}, {limits.CHILD_MEMORY}, 10, 1000)
{textwrap.dedent(body)}
"""
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(_ROOT)},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "body",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import ctypes; ctypes.CDLL(None)",
        "open('/tmp/ipdash-must-not-be', 'w')",
        "import os; os.open('/tmp/ipdash-must-not-be', os.O_CREAT | os.O_WRONLY)",
    ],
)
def test_the_child_reaches_no_network_no_process_and_no_file_outside(body: str, tmp_path: Path) -> None:
    ended = confined(body, tmp_path)
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr or "is refused here" in ended.stderr
    assert not Path("/tmp/ipdash-must-not-be").exists()


def test_the_child_writes_into_its_own_folder_and_no_more_than_allowed(tmp_path: Path) -> None:
    assert confined(f"open({str(tmp_path / 'a')!r}, 'w').write('x')", tmp_path).returncode == 0
    ended = confined(f"with open({str(tmp_path / 'b')!r}, 'w') as file: file.write('x' * 5000)", tmp_path)
    assert "File too large" in ended.stderr
    assert (tmp_path / "a").read_text() == "x"


def test_the_child_gets_no_more_memory_than_allowed(tmp_path: Path) -> None:
    assert "MemoryError" in confined(f"x = bytearray({limits.CHILD_MEMORY})", tmp_path).stderr


def code_of(program: str, folder: Path, seconds: float = 10.0) -> str:
    with pytest.raises(Refused) as caught:
        _answer(_output({}, str(folder), seconds, command=("-c", program)), "表.xlsx")
    return caught.value.code


@pytest.mark.parametrize("signal", ["SIGABRT", "SIGKILL", "SIGSEGV"])
def test_a_child_that_is_killed_ends_in_a_finding(signal: str, tmp_path: Path) -> None:
    assert code_of(f"import os, signal; os.kill(os.getpid(), signal.{signal})", tmp_path) == "reader_died"


def test_a_child_without_memory_for_its_answer_says_so(tmp_path: Path) -> None:
    assert code_of(f"import os; os._exit({OUT_OF_MEMORY})", tmp_path) == "too_much_memory"


def test_a_child_that_uses_up_its_processor_time_took_too_long(tmp_path: Path) -> None:
    assert code_of("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", tmp_path) == "took_too_long"


def test_a_child_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    assert code_of("import time; time.sleep(60)", tmp_path, seconds=0.5) == "took_too_long"
    assert time.monotonic() - began < 30


def test_a_child_without_a_sensible_answer_is_a_failed_reading(tmp_path: Path) -> None:
    assert code_of("print('nothing')", tmp_path) == "reader_failed"
    assert code_of('print(\'{"failure": "KeyError at x:1"}\')', tmp_path) == "reader_failed"


def test_a_file_that_needs_too_much_memory_says_so() -> None:
    numbers = "".join(f"{number:08} " for number in range(2_200_000)).encode()
    result = read_bytes(h.with_parts({"docProps/big.bin": numbers}), "a.xlsx", Confinement(memory=60 * limits.MEGABYTE))
    assert [finding.code for finding in result.findings] == ["too_much_memory"]


def test_a_file_that_takes_too_long_says_so() -> None:
    result = read_bytes(h.workbook(), "a.xlsx", Confinement(seconds=0.01))
    assert [(finding.code, finding.params) for finding in result.findings] == [("took_too_long", {"seconds": "0.01"})]


def test_a_file_that_is_not_there_is_a_failed_reading_and_no_exception(tmp_path: Path) -> None:
    assert [finding.code for finding in read_file(tmp_path / "gone", "a.xlsx").findings] == ["reader_failed"]


def test_the_child_starts_without_the_web_framework_and_without_pandas() -> None:
    program = "import sys, indicators.workbooks.child, indicators.workbooks.readers, indicators.workbooks.read_xlsx; print(sorted(sys.modules))"
    environment = {"PYTHONPATH": str(_ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert not [name for name in ("'django'", "'pandas'", "'numpy'", "'openpyxl'") if name in done.stdout]
