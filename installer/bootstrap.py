r"""From a bare machine to a running SalViewer: sets up .venv where needed, then runs one command in it.

Standard library only. `make demo` calls it on Linux and macOS; on Windows: `py installer\bootstrap.py demo`.
This file also runs under a Python that is too old, so that it can say so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (3, 11)
COMMANDS = ("demo", "gui", "test", "lint", "bench", "screenshots", "setup")


def version_problem(version: Sequence[int]) -> str:
    """A sentence if Python `version` (major, minor, ...) is too old, else ""."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    needed, found = (".".join(str(n) for n in v[:2]) for v in (NEEDED, version))
    return (
        f"SalViewer needs Python {needed} or newer; this is Python {found}. "
        "Install a newer one and run this command again."
    )


def steps_of(command: str, python: str, extra: Sequence[str] = ()) -> list[list[str]]:
    """The command lines that `command` stands for, run with the interpreter `python` of .venv."""
    return {
        "demo": [[python, "-m", "salviewer.cli", "demo", *extra]],
        "gui": [[python, "-m", "salviewer.cli", "gui", *extra]],
        "test": [[python, "-m", "pytest", *extra]],
        "lint": [
            [python, "-m", "ruff", "check", "."],
            [python, "-m", "ruff", "format", "--check", "."],
            [python, "-m", "mypy"],
        ],
        "bench": [[python, "-m", f"benchmarks.{name}"] for name in extra or benchmarks()],
        "screenshots": [[python, str(Path("docs") / "screenshots.py"), *extra]],
        "setup": [],
    }[command]


def benchmarks() -> list[str]:
    """The names of all benchmarks: files that can be run on their own."""
    files = sorted((ROOT / "benchmarks").glob("*.py"))
    return [path.stem for path in files if "__main__" in path.read_text(encoding="utf-8")]


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a window could be shown. Windows and macOS always have a display."""
    if not platform.startswith("linux"):
        return True
    if environment.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def run_steps(steps: list[list[str]], environment: dict[str, str]) -> int:
    """The first exit code that is not 0, after all steps ran; a single step replaces this process where it can."""
    if len(steps) == 1 and os.name == "posix":
        sys.stdout.flush()
        os.execve(steps[0][0], steps[0], environment)  # noqa: S606 - no shell is wanted
    codes = []
    for step in steps:
        if len(steps) > 1:
            print("$ " + " ".join(["python", *step[1:]]), flush=True)
        codes.append(subprocess.call(step, env=environment))
    return next((code for code in codes if code), 0)


def prepare_qt(command: str, python: str, environment: dict[str, str]) -> dict[str, str] | None:
    """The environment to run `command` with, or None where its window cannot open; says what is missing."""
    import qt_check  # noqa: PLC0415 - a Python that is too old stops before this line

    if not qt_check.ready(python, "offscreen"):
        return None
    wants_window = command in ("demo", "gui") and has_display(environment, sys.platform)
    if not wants_window or qt_check.ready(python, qt_check.display_platform(environment, sys.platform)):
        return environment
    if command == "gui":
        return None
    print("The demo goes on without a window.", flush=True)
    return {**environment, "QT_QPA_PLATFORM": "offscreen"}


def main(arguments: Sequence[str]) -> int:
    """The exit code of the command named first in `arguments`; the rest is passed on to it."""
    problem = version_problem(sys.version_info)
    if problem:
        print("error: " + problem, file=sys.stderr)
        return 1
    if not arguments or arguments[0] not in COMMANDS:
        print("usage: python installer/bootstrap.py " + "|".join(COMMANDS), file=sys.stderr)
        return 2
    import venv_setup  # noqa: PLC0415 - a Python that is too old stops before this line

    os.chdir(ROOT)
    command, *extra = arguments
    try:
        python = venv_setup.ensure(ROOT)
    except venv_setup.SetupError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    environment = dict(os.environ)
    if command != "lint":
        environment = prepare_qt(command, python, environment)
        if environment is None:
            return 1
    return run_steps(steps_of(command, python, extra), environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
