"""Backup and restore of a whole installation: database, uploaded files, secret key (reliability: nothing is half restored).

A restore is looked at in a place of its own before it takes the place of what is in use: rows counted, the audit log's
chain followed to the end that the backup names, every result computed from nothing. What was in use is kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from indicators.models import Attainment, TargetLine
from indicators.services.recompute import recompute_plan
from indicators.services.staleness import mark_plan_changed
from indicators.services.verification import verify_all
from ipdash.accounts import audit
from ipdash.accounts.audit_check import verify as verify_audit
from ipdash.accounts.models import AuditHead
from ipdash.core.backups import archive, databases
from ipdash.core.backups.archive import Manifest
from ipdash.core.errors import Conflict, Invalid
from plans.models import Plan


@dataclass(frozen=True)
class Restored:
    """What a restore did: rows and results in the database now in use, and where the former one is kept ("": none)."""

    rows: int
    results: int
    kept: str


def back_up(folder: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Writes a backup into `folder` while work goes on, reads it back, and returns it with its manifest.

    Raises `Unavailable` where a tool is missing, `Conflict` where the folder cannot be written.
    """
    if folder.resolve().is_relative_to(_media().resolve()):
        raise Conflict(
            "inside_media", _("备份目录不能放在上传文件的目录（%(media)s）里，请换一个目录。") % {"media": _media()}
        )
    path = folder / f"ipdash-{now.astimezone():%Y%m%d-%H%M%S}.tar"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ipdash-backup-", dir=folder) as temporary:
            copy = Path(temporary) / databases.MEMBER[connection.vendor]
            with databases.copied(copy):
                found, facts = databases.content(), _facts()
            manifest = Manifest(connection.vendor, now.isoformat(), found.tables, found.migrations, facts)
            with archive.Writer(path, manifest) as writer:
                writer.add(copy.name, copy)
                # After the database: every file that its copy names was there by then.
                for file in sorted(path for path in _media().rglob("*") if path.is_file()):
                    writer.add(f"{archive.MEDIA}/{file.relative_to(_media()).as_posix()}", file)
                writer.add_bytes(archive.SECRET_KEY, settings.SECRET_KEY.encode())
        manifest = archive.examine(path)
    except OSError as error:
        raise Conflict(
            "not_writable", _("备份没有写成：%(reason)s。请换一个有足够空间、可以写入的目录。") % {"reason": error}
        ) from error
    audit.record("backup.create", ("backup", path.name), actor=None, after={"rows": sum(manifest.tables.values())})
    return path, manifest


def _facts() -> dict[str, object]:
    """What a restore is held against beyond the rows' number."""
    head = AuditHead.objects.filter(pk=AuditHead.SINGLE).first()
    return {
        "audit": {"count": head.count if head else 0, "digest": head.digest if head else ""},
        "audit_breaks": sorted(found.message for found in verify_audit()),
        "results": Attainment.objects.count(),
    }


def restore(path: Path, *, now: datetime, today: Callable[[], date]) -> Restored:
    """Puts a backup in the place of what is in use, or changes nothing and says why (`Invalid`, `Conflict`, `Unavailable`).

    Every line is marked for recomputation and computed before the swap, as of `today`, which is asked in the restored
    database; sessions end; the log says that it happened.
    """
    manifest = examine(path)
    databases.require_alone()
    stamp = f"{now.astimezone():%Y%m%d%H%M%S}"
    staging = Path(settings.VAR_DIR) / f"restore-{stamp}"
    staging.mkdir(parents=True, mode=0o700)
    name = ""
    try:
        archive.unpack(path, staging, manifest)
        copy = staging / databases.MEMBER[manifest.vendor]
        key = (staging / archive.SECRET_KEY).read_text(encoding="utf-8")
        _refuse_another_key(key)
        name = databases.put_beside(copy, stamp)
        databases.whole(name)
        with databases.connected_to(name), _sealed_with(key):
            _hold_against(manifest)
            results = _make_current(path.name, today())
            rows = sum(databases.content().tables.values())
        databases.require_alone()
        kept = _swap(staging, name, key, stamp)
        name = ""
    finally:
        if name:
            databases.drop(name)
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(rows, results, kept)


def examine(path: Path) -> Manifest:
    """The manifest of a backup that is whole and that this installation can use; raises `Invalid` otherwise."""
    if not path.is_file():
        raise Invalid("no_such_file", _("没有找到备份文件：%(path)s") % {"path": path})
    manifest = archive.examine(path)
    if manifest.vendor != connection.vendor:
        raise Invalid(
            "other_database",
            _("这份备份来自 %(theirs)s，现在使用的是 %(ours)s。请按备份时的方式设置 DATABASE_URL 后再恢复。")
            % {"theirs": manifest.vendor, "ours": connection.vendor},
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    newer = [f"{app}.{name}" for app, name in manifest.migrations.items() if (app, name) not in known]
    if newer:
        raise Invalid(
            "newer_version",
            _("这份备份由更新的版本写成（%(names)s），请先升级 ipdash 再恢复。") % {"names": _("、").join(newer)},
        )
    return manifest


def _refuse_another_key(key: str) -> None:
    if os.environ.get("IPDASH_SECRET_KEY", "").strip() not in {"", key}:
        raise Invalid(
            "other_key",
            _("环境变量 IPDASH_SECRET_KEY 与备份时的密钥不同，恢复后审计日志无法核对。")
            + _("请把它设为备份时的密钥（备份文件中的 secret_key），再恢复。"),
        )


@contextmanager
def _sealed_with(key: str) -> Iterator[None]:
    """Inside, the audit log is read and written with the backup's key."""
    kept = settings.SECRET_KEY
    settings.SECRET_KEY = key
    try:
        yield
    finally:
        settings.SECRET_KEY = kept


def _hold_against(manifest: Manifest) -> None:
    """Raises `Invalid` unless the database now connected is the one that the manifest describes."""
    found = databases.content()
    for table in sorted(manifest.tables.keys() | found.tables.keys()):
        have, want = found.tables.get(table), manifest.tables.get(table)
        if have != want:
            sentence = _("表“%(table)s”应有%(want)s行，恢复出%(have)s行。")
            raise archive.damaged(sentence % {"table": table, "want": want, "have": have})
    call_command("migrate", verbosity=0, interactive=False)
    facts = _facts()
    if facts["audit"] != manifest.facts["audit"] or facts["audit_breaks"] != manifest.facts["audit_breaks"]:
        raise archive.damaged(_("审计日志与备份时不一致。"))


def _make_current(name: str, today: date) -> int:
    """Marks every line, ends sessions, writes it down, computes everything; returns the number of results."""
    with transaction.atomic():
        Session.objects.all().delete()
        plans = list(Plan.objects.order_by("pk").values_list("pk", flat=True))
        for plan in plans:
            mark_plan_changed(plan, requested_by=None)
        audit.record("backup.restore", ("backup", name), actor=None, after={"lines": TargetLine.objects.count()})
    for plan in plans:
        recompute_plan(plan, today=today)
    found = verify_all(today=today)
    if found.differing or found.waiting:
        sentence = _("恢复后有%(count)s条完成情况与从头计算不一致，没有启用。现有数据没有改动。")
        raise Invalid("not_verified", sentence % {"count": found.differing + found.waiting})
    return found.rows


def _swap(staging: Path, name: str, key: str, stamp: str) -> str:
    """Files and key first, the database last; where one fails, those before it go back."""
    with ExitStack() as undo:
        media = staging / archive.MEDIA
        media.mkdir(exist_ok=True)
        _replace(_media(), media, stamp, undo)
        if key != settings.SECRET_KEY:
            _replace(Path(settings.VAR_DIR) / "secret_key", staging / archive.SECRET_KEY, stamp, undo)
        kept = databases.swap(name, stamp)
        undo.pop_all()
    settings.SECRET_KEY = key
    return kept


def _replace(old: Path, new: Path, stamp: str, undo: ExitStack) -> None:
    kept = old.with_name(f"{old.name}.before-{stamp}")
    if old.exists():
        old.rename(kept)
        undo.callback(kept.rename, old)
    new.rename(old)
    undo.callback(old.rename, new)


def _media() -> Path:
    return Path(settings.MEDIA_ROOT)
