"""Fetches thumbnails of what is in sight: the newest wish first, few at a time, forgotten ones given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salviewer.gui.browsing import Browsing

AT_ONCE = 2
"""Thumbnails under way: a picture that somebody opens waits for no more than these."""
WAITING = 80
"""Wishes that wait; older ones are out of sight by then."""


class Thumbnails:
    """`take(key, pixels or None)` gets what was fetched, `give_up(key)` what was wished too long ago. `whose`: list."""

    def __init__(
        self,
        browsing: Browsing,
        whose: str,
        side: int,
        take: Callable[[str, Any], None],
        give_up: Callable[[str], None],
    ) -> None:
        self._browsing, self._whose, self._side = browsing, whose, side
        self._take, self._give_up = take, give_up
        self._waiting: list[str] = []
        self._under_way: set[str] = set()

    def wish(self, key: str) -> None:
        """Have the thumbnail of picture `key` fetched."""
        if key in self._waiting or key in self._under_way:
            return
        self._waiting.append(key)
        while len(self._waiting) > WAITING:
            self._give_up(self._waiting.pop(0))
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and len(self._under_way) < AT_ONCE:
            key = self._waiting.pop()
            self._under_way.add(key)
            self._browsing.thumbnail(
                key,
                self._whose,
                self._side,
                lambda pixels, key=key: self._done(key, pixels),
                lambda key=key: self._done(key, None),
            )

    def _done(self, key: str, pixels: Any) -> None:
        self._under_way.discard(key)
        self._take(key, pixels)
        self._go_on()
