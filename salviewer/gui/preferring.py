"""Decides about preferences: what each is for, and what happens when one is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from salviewer.gui.settings import Preferences, Settings
from salviewer.gui.values import NOTICE, Message

if TYPE_CHECKING:
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

SHOWN = ("sequential", "diverging", "opacity", "common_scale", "helps")
"""The preferences that are defaults of how things are shown."""


class Preferring:
    """Takes wishes of the preferences dialog; what the window itself must do it hears from `settings.changed`."""

    def __init__(self, settings: Settings, state: State, shelf: Shelf, tell: Callable[[Message], None]) -> None:
        self.settings, self._state, self._shelf, self._tell = settings, state, shelf, tell
        self._before = Preferences()
        self._take(settings.preferences)
        self._say_notice()

    def change(self, **changes: Any) -> None:
        """Prefer something else from now on."""
        self.settings.prefer(**changes)
        self._take(self.settings.preferences)
        self._say_notice()

    def reset(self, names: tuple[str, ...] = ()) -> None:
        """The defaults of the preferences `names`, or of all."""
        wanted = {field.name: field.default for field in fields(Preferences) if not names or field.name in names}
        self.change(**wanted)

    # -- the notice ---------------------------------------------------------------------------------------------

    @property
    def acknowledged(self) -> bool:
        """Whether the notice, as it reads today, was acknowledged."""
        return self.settings.get("acknowledged", "") == NOTICE

    def acknowledge(self) -> None:
        """Do not show the notice again until it reads otherwise."""
        self.settings.put("acknowledged", NOTICE)

    # -- favourites ---------------------------------------------------------------------------------------------

    @property
    def favourites(self) -> tuple[str, ...]:
        """Keys of the person's own methods, in the order in which they were starred."""
        return tuple(key for key in self.settings.get("favourites", []) if isinstance(key, str))

    def star(self, key: str, starred: bool) -> None:
        """Put method `key` among the person's own, or take it away."""
        others = [other for other in self.favourites if other != key]
        self.settings.put("favourites", [*others, key] if starred else others)

    # -- inside -------------------------------------------------------------------------------------------------

    def _take(self, now: Preferences) -> None:
        """Let the defaults that are new hold at once; what was changed on the screen meanwhile stays otherwise."""
        new = {name: getattr(now, name) for name in SHOWN if getattr(now, name) != getattr(self._before, name)}
        if new:
            self._state.display = replace(self._state.display, **new)
        self._shelf.memory_share = now.memory_share / 100
        self._before = now

    def _say_notice(self) -> None:
        if self.settings.notice:
            self._tell(Message(self.settings.notice, "warning", topic="settings"))
            self.settings.notice = ""
