"""How a running method speaks: a fraction, a message, now and then a partial answer; and where cancel bites."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from salviewer.api.evidence import Evidence
from salviewer.errors import Cancelled

Preview = Callable[[], Sequence[Evidence]]
Report = Callable[[float, str, Sequence[Evidence] | None], None]

PREVIEW_EVERY_S = 0.4
"""A partial map is asked for at the first call and then when this long has passed since the last one."""


class Progress:
    """Call it as `progress(fraction, message, preview)`; fractions rise from 0 to 1, `preview` is made only when due.

    Raises `Cancelled` when the person asked to stop; let it pass.
    """

    def __init__(
        self,
        report: Report = lambda fraction, message, evidence: None,
        cancelled: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        hold: Callable[[], None] = lambda: None,
        ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._report, self._cancelled, self._clock = report, cancelled, clock
        self._hold, self._ending = hold, ending
        self._fraction = 0.0
        self._last_preview: float | None = None

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        """Report that `fraction` (0..1) of the work is done."""
        self.check()
        self._fraction = max(self._fraction, min(1.0, float(fraction)))
        evidence = None
        if preview is not None and (
            self._last_preview is None or self._clock() - self._last_preview >= PREVIEW_EVERY_S
        ):
            evidence = tuple(preview())
            self._last_preview = self._clock()
        self._report(self._fraction, message, evidence)

    def check(self) -> None:
        """Wait while the run is paused; raise `Cancelled` if it is to stop."""
        self._hold()
        if self._cancelled():
            raise Cancelled

    def ends_early(self) -> bool:
        """Whether the person wants what there is by now: a method that can end early looks at it between its steps."""
        return self._ending()

    def part(self, low: float, high: float) -> Progress:
        """A progress whose 0..1 is this one's low..high."""
        return _Part(self, low, high)


class _Part(Progress):
    def __init__(self, whole: Progress, low: float, high: float) -> None:
        super().__init__()
        self._whole, self._low, self._high = whole, low, high

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        self._whole(self._low + (self._high - self._low) * min(1.0, float(fraction)), message, preview)

    def check(self) -> None:
        self._whole.check()

    def ends_early(self) -> bool:
        return self._whole.ends_early()
