"""The project's own virtual environment, .venv: whether it is up to date, and how it is made."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import system_libraries
from one_at_a_time import one_at_a_time

STAMP = "salviewer-setup"
SCHEME = "1"
NEEDED_GB = 12
"""Room for the environment itself (about 6 GB, most of it torch) and for pip's cache while it works."""


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


def wanted_stamp(root: Path) -> str:
    """What the stamp file says when .venv fits: it changes with pyproject.toml and when the checkout is moved."""
    digest = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    return f"{SCHEME} {digest} {root}\n"


def interpreter(root: Path) -> Path:
    """The path of .venv's Python, whether it exists or not."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_current(root: Path) -> bool:
    """Whether .venv was set up completely for this pyproject.toml at this place."""
    stamp = root / ".venv" / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted_stamp(root) and _works(root)


def _works(root: Path) -> bool:
    """Whether .venv's Python starts and finds the package (a Python that was removed or replaced breaks it)."""
    python = interpreter(root)
    if not python.exists():
        return False
    if _inside(root):
        return importlib.util.find_spec("salviewer") is not None
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('salviewer') is None)"
    return subprocess.run([str(python), "-c", find], capture_output=True, check=False).returncode == 0


def _inside(root: Path) -> bool:
    return Path(sys.prefix).resolve() == (root / ".venv").resolve()


def ensure(root: Path) -> str:
    """The path of a Python in which SalViewer and its tests can run; sets .venv up where it must."""
    if not is_current(root):
        with one_at_a_time(root / ".venv.lock"):
            if not is_current(root):
                _set_up(root)
    return str(interpreter(root))


def _set_up(root: Path) -> None:
    started = time.monotonic()
    (root / ".venv" / STAMP).unlink(missing_ok=True)
    if _runs(interpreter(root)):
        _say("Bringing .venv up to date with pyproject.toml.")
    else:
        version = ".".join(str(n) for n in sys.version_info[:3])
        _say(f"Setting up SalViewer in .venv with Python {version}: once, about 6 GB, some minutes.")
        _warn_of_full_disk(root)
        _make_venv(root)
    _install(root)
    (root / ".venv" / STAMP).write_text(wanted_stamp(root), encoding="utf-8")
    _say(f"Ready after {_duration(time.monotonic() - started)}.")


def _runs(python: Path) -> bool:
    """Whether `python` starts and has pip."""
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _warn_of_full_disk(root: Path) -> None:
    free_gb = shutil.disk_usage(root).free / 1e9
    if free_gb < NEEDED_GB:
        _say(f"note: {free_gb:.0f} GB are free here; setting up may need up to {NEEDED_GB} GB for a while.")


def _make_venv(root: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _add_ensurepip()
    python = getattr(sys, "_base_executable", "") or sys.executable
    made = subprocess.run(
        [python, "-m", "venv", "--clear", str(root / ".venv")], capture_output=True, text=True, check=False
    )
    if made.returncode:
        lines = (made.stdout + made.stderr).strip().splitlines()
        raise SetupError(f"python -m venv failed: {lines[-1] if lines else 'no reason given'}")


def _add_ensurepip() -> None:
    """Debian and Ubuntu keep a part of Python's own venv in a package of its own."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not system_libraries.install([package], f"Python's venv module is incomplete; installing {package}"):
        raise SetupError(
            "this Python cannot make virtual environments (its ensurepip is missing). "
            f"Run: {system_libraries.line_for([package])}"
        )


def _install(root: Path) -> None:
    log = root / ".venv" / "setup.log"
    command = [str(interpreter(root)), "-m", "pip", "install", "--progress-bar", "off", "-e", f"{root}[test]"]
    code, last = _run_logged(command, log)
    if code:
        raise SetupError(f"{pip_problem(last, sys.version_info)} All of pip's output is in {log}.")


def pip_problem(lines: Sequence[str], version: Sequence[int]) -> str:
    """One or two sentences about why pip failed, from its last output `lines`."""
    text = "\n".join(lines)
    errors = [line for line in lines if line.lower().startswith("error")]
    said = errors[0] if errors else (lines[-1] if lines else "no reason given")
    hint = ""
    if re.search(r"no space left", text, re.IGNORECASE):
        hint = " Free some disk space and run this command again."
    elif re.search(r"connection|timed out|resolve|proxy|retries", text, re.IGNORECASE):
        hint = " Check the network (pip's own settings and proxy are used) and run this command again."
    elif "No matching distribution" in text:
        hint = f" Perhaps there is no build for Python {version[0]}.{version[1]} yet: try Python 3.11 to 3.13."
    return f"pip could not install SalViewer: {said.rstrip('.')}.{hint}"


def _run_logged(command: list[str], log: Path, every_s: float = 20.0) -> tuple[int, list[str]]:
    """(exit code, last lines) of `command`; its output goes to `log`, a sign of life to the terminal now and then."""
    started, seen = time.monotonic(), []
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    )
    reader = threading.Thread(target=_copy_lines, args=(child.stdout, log, seen), daemon=True)
    reader.start()
    try:
        while True:
            try:
                code = child.wait(timeout=every_s)
                break
            except subprocess.TimeoutExpired:
                _say(f"  {_duration(time.monotonic() - started)}: {doing(seen)}")
    except BaseException:
        child.terminate()
        child.wait()
        raise
    reader.join(timeout=5)
    return code, seen[-40:]


def doing(lines: Sequence[str]) -> str:
    """What pip is doing, from what it has said so far."""
    said = next((line for line in reversed(lines[-50:]) if line.split(" ")[0] in _TELLING), "working")
    if said.startswith("Installing collected packages:"):
        return f"unpacking {said.count(',') + 1} packages"
    return said[:90]


_TELLING = ("Collecting", "Downloading", "Installing", "Building", "Obtaining", "Using")


def _copy_lines(stream: TextIO, log: Path, seen: list[str]) -> None:
    with stream, log.open("w", encoding="utf-8") as f:
        for line in stream:
            f.write(line)
            f.flush()
            if line.strip():
                seen.append(line.strip())


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _say(text: str) -> None:
    print(text, flush=True)
