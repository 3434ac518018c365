"""Features that were computed once, on disk: rows by the hash of their picture, kept through crashes and cancels.

Each writer appends to two files of its own, first the row and then, once that is on its way to the disk, a line of the
index with the picture's hash and the class that the model predicts. A row counts where its line is whole and the row is
there; what a crash has left half-written is passed over. So nothing is ever locked or rewritten.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_LINE: Final = 80
"""Bytes of a line of the index: the hash, a blank, the class, blanks, and a line break."""


class Place(NamedTuple):
    """Where a row is: part of the table, row within it; predicted: the model's class."""

    part: int
    row: int
    predicted: int


class FeatureTable:
    """The rows (float32, `width` numbers each) in `folder`; use it in a `with` block."""

    def __init__(self, folder: Path, width: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._width = folder, width
        self._parts: list[Path] = []
        self._places: dict[str, Place] = {}
        self._rows: io.BufferedWriter | None = None
        self._index: io.BufferedWriter | None = None
        self._written = 0
        for index in sorted(folder.glob("*.index")):
            self._read(index)

    def __enter__(self) -> FeatureTable:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in (self._rows, self._index):
            if file is not None:
                file.close()

    def __contains__(self, ref: str) -> bool:
        return _key(ref) in self._places

    def predicted(self, ref: str) -> int:
        """The model's class for the picture."""
        return self._places[_key(ref)].predicted

    def add(self, refs: Sequence[str], rows: NDArray[np.float32], predicted: Sequence[int]) -> None:
        """Append rows (n, width) of the pictures `refs`, with the model's classes."""
        rows_file, index_file = self._writers()
        rows_file.write(np.ascontiguousarray(rows, np.float32).tobytes())
        rows_file.flush()
        for ref, label in zip(refs, predicted, strict=True):
            index_file.write(f"{_key(ref)} {label}".ljust(_LINE - 1).encode("ascii") + b"\n")
            self._places[_key(ref)] = Place(len(self._parts) - 1, self._written, label)
            self._written += 1
        index_file.flush()

    def rows(self, refs: Sequence[str], columns: NDArray[np.intp] | None = None) -> TableRows:
        """The rows of pictures `refs`, all of which are there, in that order; of some columns where they are given."""
        width = 4 * self._width
        parts = [
            np.memmap(path, np.float32, "r", shape=(path.stat().st_size // width, self._width)) for path in self._parts
        ]
        return TableRows(parts, [self._places[_key(ref)] for ref in refs], self._width, columns)

    def _writers(self) -> tuple[io.BufferedWriter, io.BufferedWriter]:
        if self._rows is None or self._index is None:
            name = self._folder / uuid.uuid4().hex
            self._rows = name.with_suffix(".rows").open("wb")
            self._index = name.with_suffix(".index").open("wb")
            self._parts.append(name.with_suffix(".rows"))
        return self._rows, self._index

    def _read(self, index: Path) -> None:
        path = index.with_suffix(".rows")
        if not path.is_file():
            return
        lines = index.read_bytes()
        whole = min(len(lines) // _LINE, path.stat().st_size // (4 * self._width))
        if not whole:
            return
        self._parts.append(path)
        for row in range(whole):
            key, label = lines[row * _LINE : (row + 1) * _LINE].decode("ascii").split()
            self._places[key] = Place(len(self._parts) - 1, row, int(label))


class TableRows:
    """Rows gathered from a table when they are asked for: an array (N, m) of which only slices of rows are read."""

    dtype = np.dtype(np.float32)

    def __init__(
        self,
        parts: Sequence[NDArray[np.float32]],
        places: Sequence[Place],
        width: int,
        columns: NDArray[np.intp] | None = None,
    ) -> None:
        self._parts, self._columns = parts, columns
        self._part = np.array([place.part for place in places], np.intp)
        self._row = np.array([place.row for place in places], np.intp)
        self._width = width
        self.shape = (len(places), width if columns is None else len(columns))
        self.ndim = 2

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice) -> NDArray[np.float32]:
        of, at = self._part[part], self._row[part]
        found = np.empty((len(of), self._width), np.float32)
        for number in np.unique(of):
            found[of == number] = self._parts[number][at[of == number]]
        return found if self._columns is None else found[:, self._columns]


def _key(ref: str) -> str:
    """At most 64 characters without blanks, such as a SHA-256 in hex."""
    return ref if len(ref) <= 64 and ref and not any(c.isspace() for c in ref) and ref.isascii() else _hashed(ref)


def _hashed(ref: str) -> str:
    import hashlib  # noqa: PLC0415 - hardly ever needed

    return hashlib.sha256(ref.encode()).hexdigest()
