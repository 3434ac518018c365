"""`salviewer gui`: the window."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from salviewer.cli.display import has_display, interrupt_closes_window
from salviewer.cli.failures import plainly
from salviewer.errors import Unavailable


@plainly
def gui(
    files: Annotated[list[Path] | None, typer.Argument(help="Models, pictures or saved explanations to open.")] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Begin with the default preferences; the old ones are set aside.")
    ] = False,
) -> None:
    """Open the window."""
    if not (has_display() or os.environ.get("QT_QPA_PLATFORM")):  # Qt would end the process with a core dump
        raise Unavailable(
            "There is no display here for a window: use “salviewer explain”, or set QT_QPA_PLATFORM to run it unseen.",
            code="no-display",
        )
    from salviewer.gui.app import main  # noqa: PLC0415 - only this command and `demo` load Qt

    with interrupt_closes_window():
        status = main(files or [], reset=reset)
    raise typer.Exit(status)
