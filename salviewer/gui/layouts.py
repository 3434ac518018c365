"""Decides about layouts: those that come with the window and those that a person saved under a name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from salviewer.gui.docks import Docks
from salviewer.gui.settings import Settings

LONGEST = 60
FIRST = "As at first"


class Layouts:
    """The layouts of one window."""

    def __init__(self, settings: Settings, docks: Docks) -> None:
        self._settings, self._docks = settings, docks
        self.built_in: dict[str, Callable[[], Any]] = {
            FIRST: docks.reset,
            "Compact (1366 × 768)": self._compact,
            "Wide": self._wide,
        }

    @property
    def own(self) -> tuple[str, ...]:
        """The names of the layouts that were saved."""
        return tuple(self._settings.get("layouts", {}))

    def save(self, name: str) -> str:
        """Keep the layout as it is now, over an own one of that name; why not, in a sentence, or ""."""
        name = name.strip()
        if not name:
            return "A layout needs a name: type one."
        if len(name) > LONGEST:
            return f"The name has {len(name)} letters: {LONGEST} are the most."
        if name in self.built_in:
            return f"“{name}” comes with SalViewer and stays as it is: choose another name."
        kept = base64.b64encode(self._docks.layout_now()).decode()
        self._settings.put("layouts", {**self._settings.get("layouts", {}), name: kept})
        return ""

    def take(self, name: str) -> str:
        """Arrange the window as `name` has it; why not, in a sentence, or ""."""
        if name in self.built_in:
            self.built_in[name]()
            return ""
        kept = self._settings.get("layouts", {}).get(name, "")
        try:
            taken = self._docks.take_layout(base64.b64decode(kept, validate=True))
        except (binascii.Error, TypeError, ValueError):
            self._docks.reset()
            taken = False
        return (
            "" if taken else f"The layout “{name}” cannot be used any more, so the first one was taken: save it anew."
        )

    def delete(self, name: str) -> None:
        """Forget an own layout."""
        kept = self._settings.get("layouts", {})
        self._settings.put("layouts", {other: layout for other, layout in kept.items() if other != name})

    # -- those that come with the window ------------------------------------------------------------------------

    def _compact(self) -> None:
        """What stands at the left as tabs, so that each has the whole height of a small screen."""
        docks = self._docks
        docks.reset()
        left = [docks.docks[panel.key] for panel in docks.panels if panel.area == "left" and panel.shown]
        for dock in left[1:]:
            docks.tabifyDockWidget(left[0], dock)
        if left:
            left[0].raise_()

    def _wide(self) -> None:
        """Picture and method side by side, and what stands below the picture in sight."""
        docks = self._docks
        docks.reset()
        below = [docks.docks[panel.key] for panel in docks.panels if panel.area == "bottom"]
        if below:
            below[0].show()
            below[0].raise_()
            docks.resizeDocks([below[0]], [docks.height() // 4], Qt.Orientation.Vertical)
