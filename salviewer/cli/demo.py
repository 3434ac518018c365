"""`salviewer demo`: the window on the built-in sample; without a display, the same window offscreen, into files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salviewer.cli.display import has_display, interrupt_closes_window
from salviewer.cli.failures import plainly


@plainly
def demo(
    folder: Annotated[Path, typer.Option("-o", "--out", help="Folder for what the demo writes.")] = Path("demo-output"),
    offscreen: Annotated[bool, typer.Option("--offscreen", help="Open no window, even if there is a display.")] = False,
) -> None:
    """Open the window on the built-in sample; without a display, run the same offscreen and write files."""
    if has_display() and not offscreen:
        from salviewer.gui.app import main  # noqa: PLC0415 - only this command and `gui` load Qt

        with interrupt_closes_window():
            status = main(demo=True)
        raise typer.Exit(status)
    from salviewer.cli.demo_offscreen import run  # noqa: PLC0415 - the same

    run(folder)
