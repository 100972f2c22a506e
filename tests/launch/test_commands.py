"""What is said and done before anything is installed."""

from __future__ import annotations

import ast
import errno
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ipdash.launch import bundle, installer, suite, up
from ipdash.launch.errors import explain_os_error

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A clone in which nothing has been installed."""
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "ipdash").mkdir()
    shutil.copy(ROOT / "ipdash" / "__init__.py", tmp_path / "ipdash")
    shutil.copytree(ROOT / "ipdash" / "launch", tmp_path / "ipdash" / "launch")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-E", "-S", "manage.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", [["migrate"], ["load_demo"], []])
def test_without_an_environment_a_command_says_which_to_run(fresh: Path, command: list[str]) -> None:
    done = run(fresh, *command)
    assert done.returncode == 1
    assert "python3 manage.py up" in done.stderr
    assert "python3 manage.py test" in done.stderr
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("command", [["up", "--help"], ["up", "--port", "many"], ["bundle"]])
def test_help_and_wrong_arguments_install_nothing(fresh: Path, command: list[str]) -> None:
    assert run(fresh, *command).returncode == (0 if "--help" in command else 2)
    assert not (fresh / ".venv").exists()


def test_an_incomplete_clone_is_named_as_such(fresh: Path) -> None:
    done = run(fresh, "up")
    assert done.returncode == 1
    assert "缺少锁定文件 requirements.lock" in done.stderr


def test_an_old_python_is_refused_in_words() -> None:
    ast.parse((ROOT / "manage.py").read_text(encoding="utf-8"), feature_version=(3, 4))
    code = "import sys, runpy; sys.version_info = (3, 9, 18); runpy.run_path('manage.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "需要 Python 3.11 或更新的版本，现在运行的是 3.9.18" in done.stderr


def test_the_launcher_needs_the_standard_library_alone() -> None:
    modules = ["cli", "environment", "installer", "bundle", "suite", "up", "processes", "guard"]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import " + ", ".join(f"ipdash.launch.{m}" for m in modules)
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "磁盘空间不足"),
        ("WARNING: Retrying … NewConnectionError('…: Failed to establish a new connection')", "连不上软件源"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "校验值不符"),
        ("ERROR: No matching distribution found for granian==2.8.7", "没有适合本机的 granian==2.8.7"),
        ("ERROR: [Errno 13] Permission denied: '/opt/x'", "没有写入权限"),
        ("something new\nlast line", "last line"),
    ],
)
def test_what_pip_says_becomes_a_sentence_that_says_what_to_do(output: str, sentence: str) -> None:
    assert sentence in installer.explain(output, None)


def test_a_failed_file_operation_becomes_a_sentence() -> None:
    assert "磁盘空间不足：/data/x" in explain_os_error(OSError(errno.ENOSPC, "No space", "/data/x"))
    assert "没有写入权限：/data" in explain_os_error(OSError(errno.EROFS, "Read-only", "/data"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["-n", "2", "--dist", "loadgroup"]),
        (["tests/core", "-x"], ["-n", "2", "--dist", "loadgroup", "tests/core", "-x"]),
        (["-n", "0"], ["-n", "0"]),
        (["-n4"], ["-n4"]),
        (["--numprocesses=auto"], ["--numprocesses=auto"]),
        (["--pdb"], ["--pdb"]),
        (["-p", "no:xdist"], ["-p", "no:xdist"]),
    ],
)
def test_the_suite_uses_both_cores_unless_told_otherwise(given: list[str], expected: list[str]) -> None:
    assert suite.pytest_arguments(given) == expected


def test_a_bundle_for_another_system_takes_what_that_system_takes() -> None:
    tags = bundle.platforms("manylinux_2_18_aarch64")
    assert tags == ["manylinux_2_18_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64"]
    assert "manylinux_2_28_x86_64" in bundle.platforms("linux_x86_64")
    assert bundle.platforms("macosx_11_0_arm64") == ["macosx_11_0_arm64"]


def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> up.Start:
    """A start on the embedded default, whatever servers the machine that runs the tests names."""
    for name in ("IPDASH_ALLOWED_HOSTS", "IPDASH_TODAY", "DATABASE_URL", "CELERY_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IPDASH_VAR", str(tmp_path))
    return up.Start(ROOT, list(arguments))


def test_the_demo_belongs_to_loopback_addresses_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(tmp_path, monkeypatch).demo
    assert not start(tmp_path, monkeypatch, "--no-demo").demo
    assert not start(tmp_path, monkeypatch, "--host", "0.0.0.0").demo


def test_hosts_are_named_and_a_given_list_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "10.1.2.3" in start(tmp_path, monkeypatch, "--host", "10.1.2.3").environment["IPDASH_ALLOWED_HOSTS"]
    start(tmp_path, monkeypatch)
    monkeypatch.setenv("IPDASH_ALLOWED_HOSTS", "plans.example.org")
    assert up.Start(ROOT, []).environment["IPDASH_ALLOWED_HOSTS"] == "plans.example.org"


def database_with(folder: Path, *, is_demo: bool) -> None:
    with closing(sqlite3.connect(folder / "ipdash.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE accounts_user (username, is_demo, is_active)")
        connection.execute("INSERT INTO accounts_user VALUES ('leader', ?, 1)", (is_demo,))


def test_a_start_on_the_demo_s_data_shows_the_demo_s_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database_with(tmp_path, is_demo=True)
    for arguments in ([], ["--no-demo"]):
        ready = start(tmp_path, monkeypatch, *arguments)
        ready._set_day({"demo_day": "yes"})
        assert ready.environment["IPDASH_TODAY"] == "2025-10-12"


def test_a_day_that_is_asked_for_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database_with(tmp_path, is_demo=True)
    ready = start(tmp_path, monkeypatch)
    ready.environment["IPDASH_TODAY"] = "2025-12-31"
    ready._set_day({"demo_day": "yes"})
    assert ready.environment["IPDASH_TODAY"] == "2025-12-31"


def test_on_a_database_server_the_preparation_says_whose_data_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the embedded default may still lie there; it is not the data that is shown."""
    database_with(tmp_path, is_demo=False)
    for report, expected in (({"demo_day": "yes"}, "2025-10-12"), ({"demo_day": ""}, None), ({}, None)):
        ready = start(tmp_path, monkeypatch)
        ready.environment["DATABASE_URL"] = "postgres://ipdash@127.0.0.1:5432/ipdash"
        ready._set_day(report)
        assert ready.environment.get("IPDASH_TODAY") == expected


def test_real_data_never_gets_the_demo_s_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a real database was put in the place of the demo's since the last preparation."""
    ready = start(tmp_path, monkeypatch)
    ready._set_day({"demo_day": "yes"})
    assert "IPDASH_TODAY" not in ready.environment
    database_with(tmp_path, is_demo=False)
    for report in ({"demo_day": "yes"}, {"demo_day": ""}, {}):
        ready._set_day(report)
        assert "IPDASH_TODAY" not in ready.environment
