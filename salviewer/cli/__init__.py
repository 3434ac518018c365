"""The terminal: whatever the window can do, without Qt. One file per group of commands."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a letter shows "?", and loses nothing else
            stream.reconfigure(errors="replace")
    try:
        from salviewer.cli.app import app  # noqa: PLC0415 - other modules of this package import without typer

        app()
    except KeyboardInterrupt:  # before a command has begun, or after it has ended
        sys.exit(130)
