"""Filters: the panel that shows them, and their contact sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.commands.command import Command

if TYPE_CHECKING:
    from salviewer.gui.window import Window

EXPORTS = ("export.filters-png", "export.filters-pdf")
"""What the panel's own export button offers."""
NEEDED = "filters: an explanation that says which fired, or what was learned about them"
ABOUT = "All filters that the Filters panel shows, each with its pictures, on one contact sheet."


def _possible(window: Window) -> bool:
    return window.heatmap is not None and window.actions.filters.can_export()


COMMANDS = (
    Command(EXPORTS[0], "Filters as PNG …", "File/Export", lambda w: w.actions.filters.export(".png"), when=_possible,
            needs=NEEDED, help=ABOUT),
    Command(EXPORTS[1], "Filters as PDF …", "File/Export", lambda w: w.actions.filters.export(".pdf"), when=_possible,
            needs=NEEDED, help=ABOUT),
)  # fmt: skip
