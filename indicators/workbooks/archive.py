"""The zip file around a workbook, read by its own small reader: one file, one meaning.

What two readers could understand differently is refused (two names that differ in case, a hidden part between two
others, sizes that lie), because the person's program would then show other figures than the ones stored.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from indicators.workbooks import limits
from indicators.workbooks.results import Refused

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_SIZES_FOLLOW = 0x8
_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
_LONGEST_DESCRIPTOR = 24


@dataclass(frozen=True)
class Part:
    """One part as the directory declares it; `offset` is that of its local header, `begin` that of its data."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    begin: int


class Archive:
    """A zip file whose directory has been checked; `read` checks a part's content against it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._entries = list(_directory(content))
        self.parts = {part.name: part for part in self._entries if not part.name.endswith("/")}
        self._check_sizes()
        self._check_layout()

    def read(self, name: str) -> bytes:
        """The content of a part; raises `Refused` where it is not of the declared size and sum."""
        part = self.parts[name]
        packed = self._content[part.begin : part.begin + part.packed]
        if part.method == _STORED:
            data = packed
        else:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                data = inflater.decompress(packed, part.size + 1)
            except zlib.error:
                raise Refused("zip_broken", part=name) from None
            if not inflater.eof or inflater.unused_data:
                raise Refused("zip_sizes_lie", part=name)
        if len(data) != part.size or zlib.crc32(data) != part.crc:
            raise Refused("zip_sizes_lie", part=name)
        return data

    def _check_sizes(self) -> None:
        for part in self.parts.values():
            if part.size > limits.RATIO_FROM_BYTES and part.size > part.packed * limits.RATIO:
                raise Refused("zip_ratio", part=part.name, limit=limits.RATIO)
        if sum(part.size for part in self.parts.values()) > limits.UNPACKED_BYTES:
            raise Refused("zip_too_big", limit=limits.UNPACKED_BYTES // limits.MEGABYTE)

    def _check_layout(self) -> None:
        """Parts follow each other from the first byte to the directory: no overlap, no gap, nothing in front."""
        parts = sorted(self._entries, key=lambda part: part.offset)
        ends = [*(part.offset for part in parts[1:]), _directory_offset(self._content)]
        if parts[0].offset != 0:
            raise Refused("zip_prefix")
        for part, following in zip(parts, ends, strict=True):
            gap = following - (part.begin + part.packed)
            if gap < 0:
                raise Refused("zip_overlap", part=part.name)
            if gap > (_LONGEST_DESCRIPTOR if part.flags & _SIZES_FOLLOW else 0):
                raise Refused("zip_gap", part=part.name)


def _end_record(content: bytes) -> tuple[int, ...]:
    """The end record's numbers. It has to be the last thing in the file, without a comment."""
    start = len(content) - _END.size
    if start < 0 or content[start : start + 4] != b"PK\x05\x06":
        found = content.rfind(b"PK\x05\x06")
        raise Refused("zip_tail" if found >= 0 else "zip_broken", part="")
    _, *numbers = _END.unpack_from(content, start)
    return tuple(numbers)


def _directory_offset(content: bytes) -> int:
    return _end_record(content)[5]


def _directory(content: bytes) -> Iterator[Part]:
    disk, first_disk, here, total, size, offset, comment = _end_record(content)
    if disk or first_disk or comment or here != total:
        raise Refused("zip_broken", part="")
    if total > limits.ZIP_PARTS:
        raise Refused("zip_too_many_parts", parts=total, limit=limits.ZIP_PARTS)
    if offset + size != len(content) - _END.size:
        # Something stands in front of the first part, so that every position is shifted; or behind the directory.
        raise Refused("zip_prefix" if offset + size < len(content) - _END.size else "zip_broken", part="")
    if total == 0:
        raise Refused("is_archive")
    seen: set[str] = set()
    position = offset
    for _ in range(total):
        part, position = _central_entry(content, position)
        folded = part.name.casefold()
        if folded in seen:
            raise Refused("zip_name_twice", part=part.name)
        seen.add(folded)
        yield part
    if position != len(content) - _END.size:
        raise Refused("zip_broken", part="")


def _central_entry(content: bytes, position: int) -> tuple[Part, int]:
    try:
        fields = _CENTRAL.unpack_from(content, position)
    except struct.error:
        raise Refused("zip_broken", part="") from None
    (
        signature,
        _,
        system,
        _,
        _,
        flags,
        method,
        _,
        _,
        crc,
        packed,
        size,
        names,
        extras,
        comments,
        _,
        _,
        attributes,
        offset,
    ) = fields
    begin = position + _CENTRAL.size
    raw_name = content[begin : begin + names]
    name = _safe_name(raw_name, flags)
    if signature != b"PK\x01\x02":
        raise Refused("zip_broken", part=name)
    if flags & _ENCRYPTED:
        raise Refused("is_encrypted")
    if system == 3 and stat.S_ISLNK(attributes >> 16):
        raise Refused("zip_name_unsafe", part=name)
    if method not in (_STORED, _DEFLATED):
        raise Refused("zip_broken", part=name)
    data = _data_begin(content, offset, raw_name, flags, method)
    part = Part(name, flags, method, crc, packed, size, offset, data)
    return part, begin + names + extras + comments


def _safe_name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    segments = name.removesuffix("/").split("/")
    if "\\" in name or ":" in name or not name.isprintable() or any(segment in ("", ".", "..") for segment in segments):
        raise Refused("zip_name_unsafe", part=ascii(name)[1:-1][:80])
    return name


def _data_begin(content: bytes, offset: int, raw_name: bytes, flags: int, method: int) -> int:
    """Where a part's data begin; its local header has to say the same as the directory."""
    try:
        signature, _, _, local_flags, local_method, _, _, _, _, _, names, extras = _LOCAL.unpack_from(content, offset)
    except struct.error:
        raise Refused("zip_broken", part="") from None
    begin = offset + _LOCAL.size
    same_name = content[begin : begin + names] == raw_name
    if (
        signature != b"PK\x03\x04"
        or not same_name
        or local_method != method
        or (local_flags ^ flags) & (_ENCRYPTED | _SIZES_FOLLOW)
    ):
        raise Refused("zip_broken", part="")
    return begin + int(names) + int(extras)
