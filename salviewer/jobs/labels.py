"""Labels of a collection's samples, without reading files for them where the collection knows; some of many samples."""

from __future__ import annotations

from collections.abc import Sequence

from salviewer.api import Sample


def label_at(samples: Sequence[Sample], at: int) -> int:
    """The label of sample number `at`; the sample itself is made only where the collection has no `labels`."""
    known: Sequence[int] | None = getattr(samples, "labels", None)
    return int(samples[at].label if known is None else known[at])


def spread(count: int, limit: int, labels: Sequence[int] | None = None) -> tuple[int, ...]:
    """Which of `count` samples to take where at most `limit` (0: all) are wanted: evenly over all, in order.

    labels: of each; evenly over each class then, whatever the order in which classes take turns.
    """
    if not 0 < limit < count:
        return tuple(range(count))
    order = range(count) if labels is None else sorted(range(count), key=lambda at: labels[at])
    return tuple(sorted(order[int(i * count / limit)] for i in range(limit)))
