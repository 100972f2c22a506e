"""The virtual environment, made for real from a wheelhouse with one tiny package: no network."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from ipdash.launch.environment import RUN, TEST, Environment
from ipdash.launch.errors import LaunchError


def wheel(folder: Path, name: str, body: str) -> str:
    """Writes a wheel of one module and gives back its line in a lock file."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": body,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        sum_ = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={sum_},{len(text.encode())}\n"
    target = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    line = wheel(tmp_path / "wheelhouse", "tinyone", "ANSWER = 42\n")
    (tmp_path / RUN).write_text(line)
    (tmp_path / TEST).write_text(line + "another==1.0 --hash=sha256:" + "0" * 64 + "\n")
    return tmp_path


def answer(environment: Environment) -> str:
    code = "import tinyone; print(tinyone.ANSWER)"
    return subprocess.run([environment.python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_it_is_made_from_the_wheelhouse_and_then_left_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = Environment(project)
    assert not environment.python.exists()
    environment.prepare()
    assert environment.usable
    assert answer(environment) == "42"
    assert "正在安装 1 个依赖包" in capsys.readouterr().out
    environment.prepare()
    assert capsys.readouterr().out == ""


def test_a_changed_lock_file_is_installed_over_what_is_there(project: Path) -> None:
    environment = Environment(project)
    environment.prepare()
    kept = environment.folder / "kept"
    kept.touch()
    line = wheel(project / "wheelhouse", "tinytwo", "")
    (project / RUN).write_text((project / RUN).read_text() + line)
    environment.prepare()
    subprocess.run([environment.python, "-c", "import tinyone, tinytwo"], check=True)
    assert kept.exists()


def test_an_installation_that_broke_off_is_begun_anew(project: Path) -> None:
    environment = Environment(project)
    environment.prepare()
    half = next(environment.folder.glob("lib/python*/site-packages/tinyone.py"))
    half.unlink()
    (environment.folder / ".installing").touch()
    environment.prepare()
    assert answer(environment) == "42"


def test_an_environment_whose_python_is_gone_is_made_again(project: Path) -> None:
    environment = Environment(project)
    environment.prepare()
    environment.python.unlink()
    environment.python.symlink_to("/nowhere/python3")
    environment.prepare()
    assert answer(environment) == "42"


def test_a_package_missing_from_the_wheelhouse_is_named_and_what_stood_goes_on_standing(project: Path) -> None:
    environment = Environment(project)
    environment.prepare()
    before = (project / RUN).read_text()
    (project / RUN).write_text(before + "missing==2.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(LaunchError, match=r"没有适合本机的 missing==2\.0"):
        environment.prepare()
    assert environment.usable
    assert answer(environment) == "42"


def test_a_wheel_that_is_not_the_pinned_one_is_refused(project: Path) -> None:
    wheel(project / "wheelhouse", "tinyone", "ANSWER = 'somebody else'\n")
    environment = Environment(project)
    with pytest.raises(LaunchError, match="校验值不符"):
        environment.prepare()
    assert not environment.usable


def test_a_named_wheelhouse_must_exist(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPDASH_WHEELHOUSE", str(project / "elsewhere"))
    with pytest.raises(LaunchError, match="IPDASH_WHEELHOUSE"):
        Environment(project).prepare()
