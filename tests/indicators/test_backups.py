"""A backup made while people work comes back whole: rows, audit chain, results, files and key; or nothing happens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from indicators.services import backups
from ipdash.core.backups import databases
from ipdash.core.backups.archive import Manifest, Writer, examine
from ipdash.core.errors import Conflict, Invalid, Unavailable
from tests.jobs.site import ROOT, Site

TABLES = (
    "indicators_figure",
    "indicators_figurerevision",
    "indicators_attainment",
    "plans_region",
    "indicators_upload",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A scratch installation of the product itself, with a plan, figures and one uploaded file."""
    folder = tmp_path / "var"
    folder.mkdir()
    with Site(folder, DJANGO_SETTINGS_MODULE="ipdash.settings", IPDASH_TODAY="2025-10-12") as made:
        made.run("-m", "tests.indicators.busy_writer")
        yield made
        if made.server:  # what a restore has kept, or left behind
            others = f"SELECT datname FROM pg_database WHERE datname LIKE '{made.database}\\_%'"
            for (name,) in made.query(others):
                made._on_server(f'DROP DATABASE "{name}"')


def manage(site: Site, *arguments: str, **variables: str) -> tuple[int, str]:
    """A command's exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments], cwd=ROOT, env=site.env | variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def back_up(site: Site) -> Path:
    folder = site.folder.parent / "backups"
    code, said = manage(site, "backup", str(folder))
    assert code == 0, said
    (path,) = folder.iterdir()
    assert str(path) in said
    return path


def state(site: Site) -> dict[str, object]:
    """What may not differ between the backup and what comes back."""
    kept: dict[str, object] = {table: site.number(f"SELECT count(*) FROM {table}") for table in TABLES}
    columns = "line_id, year, quarter, status, actual, completion, year_gap, target"
    kept["results"] = site.query(f"SELECT {columns} FROM indicators_attainment ORDER BY line_id, year, quarter")
    kept["figures"] = site.query("SELECT id, value, approved_value, state, version FROM indicators_figure ORDER BY id")
    kept["chain"] = site.query("SELECT number, digest FROM accounts_auditentry ORDER BY number")
    kept["media"] = sorted((p.name, p.read_bytes()) for p in (site.folder / "media").rglob("*") if p.is_file())
    kept["key"] = (site.folder / "secret_key").read_text()
    return kept


def written(folder: Path, **fields: Any) -> Path:
    """A whole backup file that says this of itself."""
    given: dict[str, Any] = {"vendor": connection.vendor, "created_at": "", "tables": {}, "migrations": {}, "facts": {}}
    path = folder / "backup.tar"
    with Writer(path, Manifest(**given | fields)) as writer:
        writer.add_bytes("secret_key", b"k" * 64)
    return path


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"vendor": "oracle"}, "other_database"),
        ({"migrations": {"plans": "9999_from_the_future"}}, "newer_version"),
        ({"migrations": {"an_app_that_is_not_here": "0001_initial"}}, "newer_version"),
    ],
)
def test_a_backup_of_another_installation_is_refused_before_anything_is_touched(
    tmp_path: Path, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        backups.examine(written(tmp_path, **fields))
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_place_that_cannot_hold_a_backup_is_told_in_words(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "file").write_text("no folder")
    for folder, code in ((tmp_path / "file", "not_writable"), (tmp_path / "media" / "backups", "inside_media")):
        with pytest.raises(Conflict) as refused:
            backups.back_up(folder, now=timezone.now())
        assert refused.value.code == code
        assert str(refused.value).endswith("目录。")


def test_a_tool_that_is_missing_is_named_with_how_to_get_it() -> None:
    with pytest.raises(Unavailable) as refused:
        databases._run("pg_dump_that_nobody_installed")
    assert "postgresql-client" in str(refused.value)


def test_a_backup_comes_back_with_everything_and_what_was_there_is_kept(site: Site) -> None:
    path = back_up(site)
    before = state(site)
    site.run("-c", BREAK)
    (site.folder / "secret_key").write_text("x" * 64)
    for file in (site.folder / "media").rglob("*"):
        if file.is_file():
            file.unlink()
    code, said = manage(site, "restore", str(path))
    assert code == 0, said
    assert "已恢复并核对" in said
    after = state(site)
    # The backup's own entry came after its copy, the restore's stands in its place.
    chain, restored = before.pop("chain"), after.pop("chain")
    assert isinstance(chain, list)
    assert isinstance(restored, list)
    assert restored[: len(chain) - 1] == chain[:-1]
    assert len(restored) == len(chain)
    assert after == before
    assert site.query("SELECT action FROM accounts_auditentry ORDER BY number DESC LIMIT 1") == [("backup.restore",)]
    assert manage(site, "verify_audit")[0] == manage(site, "verify_attainment")[0] == 0
    assert "before" in said
    assert (site.folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert not list(site.folder.glob("restore-*"))


BREAK = """
import django; django.setup()
from indicators.models import Attainment, Figure
Attainment.objects.all().delete(); Figure.objects.all().delete()
"""


def test_a_backup_during_writes_is_one_moment_of_them(site: Site) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.indicators.busy_writer", "on"], cwd=ROOT, env=site.env, stdout=subprocess.PIPE
    )
    site.processes.append(writer)
    assert writer.stdout is not None
    for _ in range(3):
        writer.stdout.readline()
    path = back_up(site)
    code, said = manage(site, "restore", str(path))
    assert (code, "还在运行" in said) == (1, True), said
    writer.kill()
    writer.wait()
    written = site.number("SELECT count(*) FROM indicators_figurerevision")
    manifest = examine(path)
    assert 6 <= manifest.tables["indicators_figurerevision"] < written
    code, said = manage(site, "restore", str(path))
    assert code == 0, said
    assert site.number("SELECT count(*) FROM indicators_figurerevision") == manifest.tables["indicators_figurerevision"]
    assert manage(site, "verify_attainment")[0] == manage(site, "verify_audit")[0] == 0


def test_a_backup_that_does_not_fit_changes_nothing(site: Site) -> None:
    path = back_up(site)
    before = state(site)
    content = path.read_bytes()
    place = content.index(b"database.") + 4096
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    refused = [manage(site, "restore", str(path)), manage(site, "restore", str(path.with_name("none.tar")))]
    path.write_bytes(content)
    refused.append(manage(site, "restore", str(path), IPDASH_SECRET_KEY="another " * 8))
    assert [code for code, _said in refused] == [1, 1, 1]
    for (_code, said), words in zip(refused, ("不能使用", "没有找到", "IPDASH_SECRET_KEY"), strict=True):
        assert words in said
        assert "Traceback" not in said
    assert state(site) == before
    assert manage(site, "restore", "--check", str(path))[0] == 0
    assert not list(site.folder.glob("*before*"))
