"""The files at the root that must agree with each other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def names(file: str) -> set[str]:
    """The packages that a requirements file names, in the form in which lock files write them."""
    found = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def pins(file: str) -> set[str]:
    return set(re.findall(r"^[a-z0-9-]+==[^ \\]+", (ROOT / file).read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_requirement_is_locked() -> None:
    assert names("requirements.in") - names("requirements.lock") == set()
    assert names("requirements-test.in") - names("requirements-test.lock") == set()


def test_the_tests_run_on_the_versions_that_users_run_on() -> None:
    assert pins("requirements.lock") - pins("requirements-test.lock") == set()


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_has_a_hash_for_every_package_and_names_no_source(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block
    assert "://" not in text
    assert re.findall(r"^(?:-|--)(?:i|f|index|extra|find|trusted)", text, flags=re.MULTILINE) == []


def test_every_requirement_says_why_it_is_there() -> None:
    for file in ("requirements.in", "requirements-test.in"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            assert line == "" or re.search(r"# \S", line), f"{file}: {line}"


def test_the_compose_file_follows_its_schema_and_holds_no_secret() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("IPDASH_SECRET_KEY", "POSTGRES_PASSWORD"):
        assert re.findall(rf"^ +{name}: (?!\${{{name}:\?)", text, flags=re.MULTILINE) == []
        assert re.findall(rf"\${{{name}(?!:\?)", text) == []
