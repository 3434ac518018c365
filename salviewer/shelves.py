"""What the functions behind `import salviewer` share: the shelves of this process, names for live values, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from salviewer.api import Picture, Progress, Volume

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf
    from salviewer.models.loaded import LoadedModel

Report = Callable[[float, str], None]
"""How people follow a run: called as `report(fraction, message)`, with fractions from 0 to 1."""

_shelves: dict[str | None, Shelf] = {}
_making = Lock()


def shelf_for(device: str | None = None) -> Shelf:
    """The one shelf of this process for `device`."""
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    with _making:
        if device not in _shelves:
            first = next(iter(_shelves.values()), None)
            _shelves[device] = Shelf(first.host if first else None, device)
        return _shelves[device]


@contextmanager
def named(shelf: Shelf, reference: str, value: LoadedModel | Picture | Volume) -> Iterator[str]:
    """The reference by which `shelf` finds `value`; what has no name of its own is held for the length of the run."""
    if not reference.startswith("live:"):
        yield reference
        return
    held = shelf.keep_live(value)
    try:
        yield held
    finally:
        shelf.drop_live(held)


def as_progress(progress: Report | Progress | None) -> Progress:
    """`progress` as jobs take it; None tells nobody."""
    if progress is None or isinstance(progress, Progress):
        return progress or Progress()
    return Progress(lambda fraction, message, evidence: progress(fraction, message))
