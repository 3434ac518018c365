"""`salviewer gui`: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salviewer.cli.failures import plainly


@plainly
def gui(
    files: Annotated[list[Path] | None, typer.Argument(help="Models, pictures or saved explanations to open.")] = None,
) -> None:
    """Open the window."""
    from salviewer.gui.app import main  # noqa: PLC0415 - only this command and `demo` load Qt

    raise typer.Exit(main(files or []))
