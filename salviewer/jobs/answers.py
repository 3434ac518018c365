"""Explanations of many subjects: the first stay in memory, the others wait on disk, so that no group is too large."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import overload

import platformdirs

from salviewer.api import Explanation, Heatmap
from salviewer.api.archive import read, write
from salviewer.errors import Unavailable

KEPT_BYTES = 2**28
"""Of maps, in memory."""


class Answers(Sequence[Explanation]):
    """A list that grows by `add`; within a `with` block, after which what lay on disk is gone."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._found: list[Explanation | Path] = []
        self._left = kept_bytes
        self._stack = ExitStack()
        self._folder: Path | None = None

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        self._found.clear()
        self._stack.close()

    def add(self, explanation: Explanation) -> None:
        """One more. Raises `Unavailable` where the disk has no room."""
        size = sum(e.values.nbytes for e in explanation.evidence if isinstance(e, Heatmap))
        if size <= self._left:
            self._left -= size
            self._found.append(explanation)
            return
        try:
            self._found.append(write(explanation, self._place() / f"{len(self._found)}.safetensors"))
        except OSError as e:
            raise Unavailable(
                f"The subjects' maps need more room than there is ({e.strerror or e}): free some on the disk of your "
                f"cache folder, or take fewer subjects.",
                code="no-room",
            ) from e

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Explanation: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Explanation]: ...
    def __getitem__(self, index: int | slice) -> Explanation | Sequence[Explanation]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        one = self._found[index]
        return read(one) if isinstance(one, Path) else one

    def _place(self) -> Path:
        """A folder beside the caches: where temporary files go is often memory too."""
        if self._folder is None:
            above = Path(platformdirs.user_cache_dir("salviewer", appauthor=False))
            above.mkdir(parents=True, exist_ok=True)
            self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="cohort-", dir=above)))
        return self._folder
