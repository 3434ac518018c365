"""What a report of a fault needs: versions, machine, plugins. No folder of the person's own, no name of a picture."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import psutil

from salviewer.host import Host
from salviewer.numeric.counted import counted

PACKAGES = ("salviewer", "torch", "torchvision", "numpy", "PySide6-Essentials", "pyqtgraph", "pydantic")
GIB = 2**30


def versions() -> tuple[list[str], list[str]]:
    """(Python and the packages with their versions, the packages that are missing). Imports none of them."""
    found = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    missing = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    return found, missing


def memory_gib() -> tuple[float, float]:
    """(free, whole) memory of the machine, in GiB."""
    memory = psutil.virtual_memory()
    return memory.available / GIB, memory.total / GIB


def plugin_lines(host: Host) -> Iterator[tuple[bool, str]]:
    """(whether it works, a line about it) for each plugin."""
    for record in host.plugins:
        origin = f"{record.name} {record.version} ({record.origin}, {record.import_ms:.0f} ms)"
        yield not record.error, f"{origin}: {record.error or ', '.join(record.offers) or 'offers nothing'}"


def report(host: Host, more: Sequence[str] = ()) -> str:
    """All of it as text, `more` lines at the end; whatever lies in the person's own folder is left out."""
    found, missing = versions()
    free, whole = memory_gib()
    lines = [
        *found,
        *(f"missing: {name}" for name in missing),
        f"{counted(os.cpu_count() or 1, 'core')}, {free:.1f} of {whole:.1f} GiB of memory free",
        *(f"{'plugin' if works else 'plugin FAILS'}: {text}" for works, text in plugin_lines(host)),
        *more,
    ]
    return "\n".join(without_folders(line) for line in lines)


def without_folders(text: str) -> str:
    """`text` without paths in the person's own folder."""
    home = str(Path.home())
    if len(home) < 2:  # "/": every path would be taken
        return text
    return re.sub(rf"{re.escape(home)}(?![^\s/\\'\"”:,;)]).*?(?=['\"”:,;)\n]|$)", "(a folder of yours)", text)
