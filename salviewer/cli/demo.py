"""`salviewer demo`: the window on the built-in sample; without a display, the same offscreen, into files."""

from __future__ import annotations

from salviewer.cli.failures import plainly


@plainly
def demo() -> None:
    """Open the window on the built-in sample."""
