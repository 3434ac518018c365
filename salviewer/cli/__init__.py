"""The terminal: whatever the window can do, without Qt. One file per group of commands."""


def main() -> None:
    """Run the command line and exit with its code."""
    from salviewer.cli.app import app  # noqa: PLC0415 - other modules of this package import without typer

    app()
