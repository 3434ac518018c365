"""Samples that are read from their files when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from salviewer.api import Sample


class Samples(Sequence[Sample]):
    """One sample per id, made by `make(id)` each time it is asked for; a slice is lazy too.

    classes: their names in the order of the labels, where they are known. labels: one per id, known without reading
    any file; None where only the samples themselves tell.
    """

    def __init__(
        self,
        ids: tuple[str, ...],
        make: Callable[[str], Sample],
        classes: tuple[str, ...] = (),
        labels: tuple[int, ...] | None = None,
    ) -> None:
        self.ids, self.classes, self.labels, self._make = ids, classes, labels, make

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Samples: ...
    def __getitem__(self, index: int | slice) -> Sample | Samples:
        if isinstance(index, slice):
            labels = None if self.labels is None else self.labels[index]
            return Samples(self.ids[index], self._make, self.classes, labels)
        return self._make(self.ids[index])
