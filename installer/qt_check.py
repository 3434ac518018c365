"""Whether Qt can open a window here, tried in a process of its own; what is missing is installed or named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import system_libraries

PROBE = """
import sys
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
app = QApplication(["probe"])
sys.exit(0 if QFontDatabase.families() else 3)
"""
NO_FONTS = 3


def display_platform(environment: Mapping[str, str], system: str) -> str:
    """The name of Qt's platform for the display at hand: "xcb", "wayland", "windows" or "cocoa"."""
    if system.startswith("linux"):
        return environment.get("QT_QPA_PLATFORM") or ("xcb" if environment.get("DISPLAY") else "wayland")
    return "cocoa" if system == "darwin" else "windows"


def ready(python: str, platform: str) -> bool:
    """Whether Qt opens on `platform` with the interpreter `python`; mends what it may, else says what to do.

    A success on the offscreen platform is remembered inside .venv: it depends on this machine's libraries only.
    """
    remembered = Path(python).parent.parent / "salviewer-qt-loads"
    if platform == "offscreen" and remembered.exists():
        return True
    code, said = _probe(python, platform)
    if code and _mend(python, platform, code, said):
        return False
    if platform == "offscreen":
        remembered.touch()
    return True


def _probe(python: str, platform: str) -> tuple[int, str]:
    """(exit code, last line of what was said) of opening Qt on `platform`."""
    environment = {**os.environ, "QT_QPA_PLATFORM": platform}
    try:
        done = subprocess.run(
            [python, "-c", PROBE], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        return 1, "no answer within 120 s"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode, next(
        (s for s in lines if "could not connect" in s or "rror" in s), lines[-1] if lines else ""
    )


def _mend(python: str, platform: str, code: int, said: str) -> int:
    """The probe's exit code after missing libraries and fonts were installed, where that is allowed."""
    packages = _wanted(platform, code)
    if not packages:
        _complain(f"Qt cannot open a window on the platform '{platform}': {said}")
        return code
    if not system_libraries.install(packages, "Qt needs system libraries; installing " + " ".join(packages)):
        _complain("Qt misses something on this system. Run:\n    " + system_libraries.line_for(packages))
        return 0 if code == NO_FONTS else code  # boxes instead of letters, but everything works
    code, said = _probe(python, platform)
    if code == NO_FONTS and system_libraries.FONTS not in packages:
        system_libraries.install([system_libraries.FONTS], "No font was found; installing one")
        code, said = _probe(python, platform)
    if code:
        _complain(f"Qt still cannot open a window on the platform '{platform}': {said}")
    return code


def _wanted(platform: str, code: int) -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    return [system_libraries.FONTS] if code == NO_FONTS else system_libraries.missing_packages(platform)


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
