"""The file of a backup: whole it is read back as it was written; cut, changed or forged it is refused in words."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from ipdash.core.backups.archive import Manifest, Writer, examine, unpack
from ipdash.core.errors import Invalid

FILES = {"database.sqlite3": b"d" * 100_000, "media/uploads/ab/abcdef": "一季度".encode(), "secret_key": b"k" * 64}
Damage = Callable[[bytes], bytes]


def write(folder: Path) -> Path:
    path = folder / "ipdash.tar"
    manifest = Manifest("sqlite", "2025-10-12T00:00:00+00:00", {"a": 3}, {"plans": "0001"}, {"audit": {"count": 7}})
    source = folder / "source"
    source.write_bytes(FILES["database.sqlite3"])
    with Writer(path, manifest) as writer:
        writer.add("database.sqlite3", source)
        for name in ("media/uploads/ab/abcdef", "secret_key"):
            writer.add_bytes(name, FILES[name])
    return path


def test_what_was_written_is_read_back_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = write(tmp_path)
    manifest = examine(path)
    assert (manifest.tables, manifest.migrations, manifest.facts) == (
        {"a": 3},
        {"plans": "0001"},
        {"audit": {"count": 7}},
    )
    assert path.stat().st_mode & 0o777 == 0o600
    unpack(path, tmp_path / "out", manifest)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES
    assert (tmp_path / "out/secret_key").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ipdash.tar", "out", "source"]


def test_a_backup_that_fails_halfway_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        with Writer(tmp_path / "b.tar", Manifest("sqlite", "", {}, {}, {})) as writer:
            writer.add_bytes("secret_key", b"k")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert list(tmp_path.iterdir()) == []


def forged(members: dict[str, bytes], *, manifest: dict[str, object] | None = None, last: str = "") -> bytes:
    """A tar put together by somebody who knows the form."""
    target = io.BytesIO()
    described = {
        name: {"size": len(content), "sha256": sha256(content).hexdigest()} for name, content in members.items()
    }
    content = json.dumps(
        {
            "format": 1,
            "vendor": "sqlite",
            "created_at": "",
            "tables": {},
            "migrations": {},
            "facts": {},
            "files": described,
        }
        | (manifest or {})
    ).encode()
    name = last or f"manifest-{sha256(content).hexdigest()}"
    with tarfile.open(fileobj=target, mode="w") as tar:
        for member, text in (*members.items(), (name, content)):
            info = tarfile.TarInfo(member)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return target.getvalue()


def with_link(_content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        info = tarfile.TarInfo("media/link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    return target.getvalue()


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a byte of the database": (lambda c: c[:2000] + b"X" + c[2001:], "database.sqlite3"),
    "a byte of an uploaded file": (lambda c: c.replace("一季度".encode(), "二季度".encode()), "media/uploads"),
    "a byte of the manifest": (lambda c: c.replace(b'"count": 7', b'"count": 8'), "清单"),
    "half of it": (lambda c: c[: len(c) // 2], "不完整"),
    "without its manifest": (lambda c: c[: c.rindex(b"manifest-") - 600], "不完整"),
    "nothing": (lambda _c: b"", "不完整"),
    "no backup at all": (lambda _c: b"PK\x03\x04" + b"x" * 3000, "不完整"),
    "a member twice": (lambda c: c[:101_888] + c, "两次"),
    "a member that the manifest lacks": (lambda _c: forged({"a": b"1"}, manifest={"files": {}}), "“a”"),
    "a member missing": (lambda _c: forged({}, manifest={"files": {"a": {"size": 1, "sha256": ""}}}), "缺少“a”"),
    "a path upwards": (lambda _c: forged({"media/../../x": b"1"}), "不安全"),
    "an absolute path": (lambda _c: forged({"/etc/x": b"1"}), "不安全"),
    "another form": (lambda _c: forged({"a": b"1"}, manifest={"format": 2}), "另一版本"),
    "something after the manifest": (lambda _c: forged({"manifest-" + "0" * 64: b"{}"}), "清单"),
    "a link": (with_link, "不是普通文件"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_backup_is_refused_with_what_is_wrong(tmp_path: Path, name: str) -> None:
    path = write(tmp_path)
    damage, words = DAMAGES[name]
    broken = damage(path.read_bytes())
    assert broken != path.read_bytes()
    path.write_bytes(broken)
    with pytest.raises(Invalid) as refused:
        examine(path)
    assert refused.value.code == "backup_damaged"
    assert words in str(refused.value)
    assert "现有数据没有改动" in str(refused.value)
