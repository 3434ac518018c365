"""Labels of a collection's samples, without reading files for them where the collection knows."""

from __future__ import annotations

from collections.abc import Sequence

from salviewer.api import Sample


def label_at(samples: Sequence[Sample], at: int) -> int:
    """The label of sample number `at`; the sample itself is made only where the collection has no `labels`."""
    known: Sequence[int] | None = getattr(samples, "labels", None)
    return int(samples[at].label if known is None else known[at])
