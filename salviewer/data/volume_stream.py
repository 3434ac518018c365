"""A file's bytes from the first to the last, unpacked on the way where it is a gzip file."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from salviewer.data.files import open_regular, shown_name
from salviewer.errors import UnreadableInput

SPARE_BYTES = 2**20
"""How far a gzip file is unpacked beyond what its header promises."""
_GZIP = b"\x1f\x8b"
_UNPACKED_AT_BEST = 1032
"""Bytes that one byte of a gzip file can unpack to."""
_BLOCK = 2**16


class VolumeStream:
    """Reads forward. `name`: as shown to people; `packed`: whether the file is a gzip file, whatever its ending."""

    def __init__(self, file: BufferedReader, size_bytes: int, name: str) -> None:
        self.file, self.size_bytes, self.name = file, size_bytes, name
        self.packed = file.read(2) == _GZIP
        file.seek(0)
        self.position = 0
        self._ahead = b""
        self._used = SPARE_BYTES
        self._members = _Members(file, name) if self.packed else None

    @property
    def capacity(self) -> int:
        """The most bytes that the file can hold, unpacked."""
        return self.size_bytes * _UNPACKED_AT_BEST if self.packed else self.size_bytes

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end; reading goes on before them."""
        while len(self._ahead) < count and (more := self._more(count - len(self._ahead))):
            self._ahead += more
        return self._ahead[:count]

    def read(self, count: int) -> bytes:
        """The next bytes, `count` of them, fewer only at the end."""
        parts, left = [self._ahead[:count]], count - len(self._ahead[:count])
        self._ahead = self._ahead[count:]
        while left and (more := self._more(left)):
            parts.append(more)
            left -= len(more)
        found = b"".join(parts)
        self.position += len(found)
        return found

    def move_to(self, position: int) -> None:
        """Skip what lies before `position`; the file's end stops it."""
        if not self.packed:
            self._ahead = b""
            self.position = position
            self.file.seek(position)
            return
        while self.position < position and self.read(min(_BLOCK, position - self.position)):
            pass

    def finish(self, end: int) -> int:
        """How many bytes follow position `end`; a gzip file is read to its end, at most `SPARE_BYTES` beyond `end`.

        Raises:
            UnreadableInput: "truncated-gz", "corrupt-gz".
        """
        if self._members is None:
            self._used = end + SPARE_BYTES
            return max(0, self.size_bytes - end)
        self.move_to(end + SPARE_BYTES)
        self._used = self.file.tell()
        return max(0, self.position - end) + self._members.left_over

    def sha256(self) -> str:
        """Of the file as it lies on the disk, but not of what goes on long after its last voxel; called last."""
        self.file.seek(0)
        digest, left = hashlib.sha256(), self._used
        while left > 0 and (block := self.file.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
        return digest.hexdigest()

    def _more(self, count: int) -> bytes:
        return self.file.read(count) if self._members is None else self._members.read(count)


class _Members:
    """What the members of a gzip file unpack to, one after the other; their checksums are compared.

    left_over: bytes found after the last member that are neither a member nor zeros.
    """

    def __init__(self, file: BufferedReader, name: str) -> None:
        self._file, self._name = file, name
        self._unpack = zlib.decompressobj(31)
        self._raw = b""
        self._done = False
        self.left_over = 0

    def read(self, count: int) -> bytes:
        """At least one byte and at most `count`; none at the end."""
        while not self._done:
            if not self._raw and not self._refill():
                raise UnreadableInput(
                    f"{self._name} ends in the middle of its packed data: get the file again.", code="truncated-gz"
                )
            try:
                out = self._unpack.decompress(self._raw, min(count, SPARE_BYTES))
            except zlib.error as e:
                raise UnreadableInput(
                    f"{self._name} is damaged (its packed data fails the check): get the file again.",
                    code="corrupt-gz",
                ) from e
            self._raw = self._unpack.unconsumed_tail
            if self._unpack.eof:
                self._next_member()
            if out:
                return out
        return b""

    def _refill(self) -> bool:
        self._raw += self._file.read(_BLOCK)
        return bool(self._raw)

    def _next_member(self) -> None:
        self._raw = self._unpack.unused_data.lstrip(b"\0")
        while len(self._raw) < len(_GZIP) and (more := self._file.read(_BLOCK)):
            self._raw = (self._raw + more).lstrip(b"\0")
        if self._raw.startswith(_GZIP):
            self._unpack = zlib.decompressobj(31)
        else:
            self.left_over = len(self._raw) + os.fstat(self._file.fileno()).st_size - self._file.tell()
            self._done = True


@contextmanager
def open_stream(path: Path) -> Iterator[VolumeStream]:
    """The file at `path`, unread.

    Raises:
        UnreadableInput: as `open_regular`; "empty-file" also for a gzip file of nothing.
    """
    with open_regular(path) as (file, size_bytes):
        stream = VolumeStream(file, size_bytes, shown_name(path))
        if not stream.peek(1):
            raise UnreadableInput(f"{stream.name} is empty: save or download it again.", code="empty-file")
        yield stream
