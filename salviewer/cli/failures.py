"""How a failure reaches the person at the terminal: one sentence on stderr, a documented exit code, no traceback."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
import typer

from salviewer.errors import SalViewerError

INTERRUPTED = 130
F = TypeVar("F", bound=Callable[..., Any])


def plainly(command: F) -> F:
    """`command`, whose errors end the program in one sentence and the error's exit code."""

    @wraps(command)
    def spoken(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except (Exception, KeyboardInterrupt) as e:  # noqa: BLE001 - no traceback may reach the terminal
            raise typer.Exit(report(e)) from None

    return spoken  # type: ignore[return-value]


def report(error: BaseException) -> int:
    """The exit code for `error`, after its sentence was written to stderr."""
    say_error("Interrupted; what was finished is kept." if isinstance(error, KeyboardInterrupt) else sentence(error))
    return exit_code_of(error)


def exit_code_of(error: BaseException) -> int:
    """The code with which the program ends because of `error`; docs/exit-codes.md lists them."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return error.exit_code if isinstance(error, SalViewerError) else 1


def sentence(error: BaseException) -> str:
    """One sentence for people. An error that nobody foresaw is written to a log file, and the sentence says where."""
    if isinstance(error, SalViewerError):
        return str(error)
    where = write_log(error)
    kept = f"the details are in {where}" if where else "its details could not be written to a log file"
    first = (str(error).strip() or "no reason given").splitlines()[0]
    return f"An internal fault ({type(error).__name__}: {first}); {kept}."


def say_error(text: str, about: str = "") -> None:
    """Write `error: text` to stderr."""
    typer.echo(f"error: {about + ': ' if about else ''}{text}", err=True)


def write_log(error: BaseException) -> Path | None:
    """The file in the user's data folder that now holds the traceback of `error`; None if it cannot be written."""
    folder = Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / "logs"
    path = folder / f"error-{datetime.now():%Y%m%d-%H%M%S-%f}.txt"
    lines = [f"salviewer {' '.join(sys.argv[1:])}", "", *traceback.format_exception(error)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
    except OSError:
        return None
    return path
