"""The members of a zip archive, if it is laid out the one way that every zip reader reads alike.

Zip readers differ in what they make of odd archives (comments, gaps, two members of one name, sizes that disagree), and
torch has its own. So an archive is opened only if it has none of that: stored members without compression, one after
the other, each listed once.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from salviewer.errors import UnreadableModel

_MAX_MEMBERS: Final = 50_000
_MAX_DIRECTORY: Final = 16 * 2**20
_END: Final = struct.Struct("<4sHHHHIIH")
_END64: Final = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64: Final = struct.Struct("<4sIQI")
_ENTRY: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_FULL32: Final = 0xFFFFFFFF
_FULL16: Final = 0xFFFF
_ENCRYPTED: Final = 0x1
_SIZES_FOLLOW: Final = 0x8
_ZIP64_EXTRA: Final = 1


@dataclass(frozen=True)
class Member:
    """A member: `size` bytes from `start` in the file, where it is `stored` as it is."""

    start: int
    size: int
    stored: bool


@dataclass(frozen=True)
class _Entry:
    name: str
    header: int
    size: int
    packed: int
    method: int


def read_members(path: Path) -> dict[str, Member]:
    """The archive's members by full name.

    Raises:
        UnreadableModel: the archive is cut off, compressed, or laid out in any way that readers could take differently.
    """
    with path.open("rb") as f:
        size = f.seek(0, 2)
        try:
            count, directory, end = _find_directory(f, size, path.name)
            f.seek(directory)
            entries = _read_directory(f.read(end - directory), count, path.name)
            return _locate(f, entries, directory, path.name)
        except (struct.error, ValueError) as e:
            raise _damaged(path.name) from e


def require_stored(members: dict[str, Member], name: str) -> None:
    """Raise `UnreadableModel` if a member is compressed."""
    if not all(member.stored for member in members.values()):
        raise UnreadableModel(
            f"{name} is a compressed archive, which torch.save never writes and which can swell to any size: it is "
            "refused unopened. Unpack it, or save the weights again.",
            code="compressed-archive",
        )


def _damaged(name: str) -> UnreadableModel:
    return UnreadableModel(
        f"{name} is cut off or damaged: its parts do not add up. Copy or download it again.", code="truncated"
    )


def _find_directory(f: BinaryIO, size: int, name: str) -> tuple[int, int, int]:
    """(number of members, first byte of their list, first byte after it)."""
    end = size - _END.size
    signature, disk, disk2, here, count, length, start, comment = _read(f, end, _END)
    if signature != b"PK\x05\x06" or comment or disk or disk2 or here != count:
        raise _damaged(name)
    if count == _FULL16 or _FULL32 in (length, start) or _has_locator(f, end):
        signature, _, offset, disks = _read(f, end - _LOCATOR64.size, _LOCATOR64)
        end = end - _LOCATOR64.size - _END64.size
        signature64, _, _, _, disk, disk2, here, count, length, start = _read(f, end, _END64)
        if signature != b"PK\x06\x07" or signature64 != b"PK\x06\x06" or offset != end or disks > 1 or here != count:
            raise _damaged(name)
    if start + length != end or disk or disk2:
        raise _damaged(name)
    if count > _MAX_MEMBERS or length > _MAX_DIRECTORY:
        raise UnreadableModel(f"{name} lists {count} parts, far more than weights have.", code="unsafe-allocation")
    return count, start, end


def _has_locator(f: BinaryIO, end: int) -> bool:
    return end >= _LOCATOR64.size and _read(f, end - _LOCATOR64.size, _LOCATOR64)[0] == b"PK\x06\x07"


def _read(f: BinaryIO, at: int, layout: struct.Struct) -> tuple[Any, ...]:
    if at < 0:
        raise ValueError("cut off")
    f.seek(at)
    return layout.unpack(f.read(layout.size))


def _read_directory(data: bytes, count: int, name: str) -> list[_Entry]:
    entries, at = [], 0
    for _ in range(count):
        fields = _ENTRY.unpack_from(data, at)
        entries.append(_read_entry(fields, data, at + _ENTRY.size, name))
        at += _ENTRY.size + sum(fields[10:13])
    if at != len(data):
        raise _damaged(name)
    if len({e.name.lower() for e in entries}) != count:
        raise _damaged(name)
    return entries


def _read_entry(fields: tuple[Any, ...], data: bytes, at: int, name: str) -> _Entry:
    signature, _, _, flags, method = fields[:5]
    packed, size, name_length, extra_length = fields[8:12]
    header = fields[16]
    if signature != b"PK\x01\x02" or flags & _ENCRYPTED:
        raise _damaged(name)
    extra = data[at + name_length : at + name_length + extra_length]
    size, packed, header = _widen(extra, [size, packed, header])
    if method == 0 and size != packed:
        raise _damaged(name)
    return _Entry(data[at : at + name_length].decode(), header, size, packed, method)


def _widen(extra: bytes, values: list[int]) -> list[int]:
    """`values` (size, packed size, header offset), the ones that did not fit taken from the zip64 extra field."""
    at, wide = 0, b""
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64_EXTRA:
            wide = extra[at + 4 : at + 4 + length]
        at += 4 + length
    for i, value in enumerate(values):
        if value == _FULL32:
            (values[i],) = struct.unpack_from("<Q", wide)
            wide = wide[8:]
    return values


def _locate(f: BinaryIO, entries: list[_Entry], directory: int, name: str) -> dict[str, Member]:
    """Where each entry's bytes are; they follow one another and end before the list of members."""
    members, free = {}, 0
    for entry in sorted(entries, key=lambda e: e.header):
        signature, _, flags, method, _, _, _, packed, size, name_length, extra_length = _read(f, entry.header, _LOCAL)
        own_name = f.read(name_length)
        start = entry.header + _LOCAL.size + name_length + extra_length
        loose = {0, _FULL32} if flags & _SIZES_FOLLOW else {_FULL32}
        agrees = own_name == entry.name.encode() and method == entry.method
        agrees &= {packed} - loose <= {entry.packed} and {size} - loose <= {entry.size}
        end = start + entry.packed
        if signature != b"PK\x03\x04" or not agrees or entry.header < free or end > directory:
            raise _damaged(name)
        members[entry.name], free = Member(start, entry.size, method == 0), end
    return members
