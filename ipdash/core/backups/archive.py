"""One backup, one file: a tar of the database's copy, the uploaded files, the secret key, and a manifest of it all.

The manifest is the last member and names every other one with its size and SHA-256; its own digest is its name's last
part. A file that was cut, changed or put together by somebody else is therefore refused before anything is unpacked.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from ipdash.core.errors import Invalid

FORMAT = 1
SECRET_KEY = "secret_key"  # noqa: S105  a member's name
MEDIA = "media"
_MANIFEST = "manifest-"
_BLOCK = 1 << 20
_MOST_MANIFEST = 64 << 20
_OPENER_MODE = 0o600


@dataclass
class Manifest:
    """What a backup holds. `tables`: rows by table; `migrations`: the newest by app; `facts`: what the apps add."""

    vendor: str
    created_at: str
    tables: dict[str, int]
    migrations: dict[str, str]
    facts: dict[str, Any]
    format: int = FORMAT
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


def damaged(reason: str) -> Invalid:
    """The refusal of a file that is not a whole backup."""
    sentence = _("备份文件不能使用：%(reason)s现有数据没有改动。请换用另一份备份。")
    return Invalid("backup_damaged", sentence % {"reason": reason})


class Writer:
    """Writes a backup under a provisional name; it gets its own once it is whole and on the disk."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self.draft = path.with_name(path.name + ".partial")

    def __enter__(self) -> Writer:
        # Held open until the backup is whole.
        self._file = open(self.draft, "wb", opener=_private)
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)
        return self

    def add(self, name: str, source: Path) -> None:
        """Adds a file that may not change meanwhile."""
        with source.open("rb") as content:
            self._add(name, content, source.stat().st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        reader = _Hashing(content)
        self._tar.addfile(_member(name, size), reader)
        self.manifest.files[name] = {"size": size, "sha256": reader.digest}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        try:
            if kind is None:
                content = json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1).encode()
                name = _MANIFEST + hashlib.sha256(content).hexdigest()
                self._tar.addfile(_member(name, len(content)), io.BytesIO(content))
                self._tar.close()
                self._file.flush()
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
            if kind is not None:
                self.draft.unlink(missing_ok=True)
        if kind is None:
            self.draft.replace(self.path)


def examine(path: Path) -> Manifest:
    """Reads a backup from end to end. Raises `Invalid` (`backup_damaged`) unless every byte is as it was written."""
    manifest: Manifest | None = None
    found: dict[str, dict[str, Any]] = {}
    try:
        for member, content in _members(path):
            if manifest is not None:
                raise damaged(_("清单之后还有内容“%(name)s”。") % {"name": member.name})
            if member.name.startswith(_MANIFEST):
                manifest = _read_manifest(member, content)
            elif member.name in found:
                raise damaged(_("“%(name)s”出现了两次。") % {"name": member.name})
            else:
                found[member.name] = _described(content, member.size)
    except (tarfile.TarError, EOFError) as error:
        raise damaged(_("文件不完整，或不是本系统的备份。")) from error
    if manifest is None:
        raise damaged(_("文件不完整，或不是本系统的备份。"))
    for name in sorted(found.keys() | manifest.files.keys()):
        if name not in found:
            raise damaged(_("缺少“%(name)s”。") % {"name": name})
        if found[name] != manifest.files.get(name):
            raise damaged(_("“%(name)s”与清单不符，内容已损坏或被改动。") % {"name": name})
    return manifest


def unpack(path: Path, folder: Path, manifest: Manifest) -> None:
    """Writes the members that the manifest names below `folder`, checking each again while it is written."""
    for member, content in _members(path):
        if member.name not in manifest.files:
            continue
        target = folder / _safe(member.name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        reader = _Hashing(content)
        with open(target, "wb", opener=_private) as file:
            while block := reader.read(_BLOCK):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if reader.digest != manifest.files[member.name]["sha256"]:
            raise damaged(_("“%(name)s”与清单不符，内容已损坏或被改动。") % {"name": member.name})


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(path, mode="r:") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise damaged(_("“%(name)s”不是普通文件。") % {"name": member.name})
            _safe(member.name)
            yield member, content


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise damaged(_("其中有不安全的文件名“%(name)s”。") % {"name": name})
    return path


def _read_manifest(member: tarfile.TarInfo, content: IO[bytes]) -> Manifest:
    raw = content.read(_MOST_MANIFEST + 1)
    if _MANIFEST + hashlib.sha256(raw).hexdigest() != member.name:
        raise damaged(_("清单已损坏或被改动。"))
    read: Mapping[str, Any] = json.loads(raw)
    if read.get("format") != FORMAT:
        raise damaged(_("它由另一版本的 ipdash 写成（格式%(format)s）。") % {"format": read.get("format")})
    return Manifest(**read)


def _described(content: IO[bytes], size: int) -> dict[str, Any]:
    reader = _Hashing(content)
    while reader.read(_BLOCK):
        pass
    return {"size": size, "sha256": reader.digest}


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _OPENER_MODE
    return member


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, _OPENER_MODE)


class _Hashing(io.RawIOBase):
    """Passes a file on while working out its SHA-256."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._sum = source, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        block = self._source.read(size)
        self._sum.update(block)
        return block

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()
