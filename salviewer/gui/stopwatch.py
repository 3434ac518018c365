"""A watch that can be held."""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Counts seconds while it runs; made held at 0."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept = 0.0
        self._since: float | None = None

    def run(self) -> None:
        """Go on counting."""
        if self._since is None:
            self._since = self._clock()

    def hold(self) -> None:
        """Stop counting; the undo of `run`."""
        self._kept, self._since = self.seconds(), None

    def reset(self) -> None:
        """Begin at 0; running or held as before."""
        self._kept, self._since = 0.0, None if self._since is None else self._clock()

    def seconds(self) -> float:
        """What was counted."""
        return self._kept + (0.0 if self._since is None else self._clock() - self._since)
