"""System libraries that Qt needs on Linux: which are missing, and how they are installed on Debian and Ubuntu."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FOR_QT = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""Library -> Debian package: needed to import QtWidgets at all."""

FOR_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
FOR_WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}
FONTS = "fonts-dejavu-core"
"""Qt brings no fonts of its own; without any, every label is a row of boxes."""

BY_PLATFORM = {"offscreen": FOR_QT, "xcb": {**FOR_QT, **FOR_X11}, "wayland": {**FOR_QT, **FOR_WAYLAND}}


def missing_packages(platform: str, loads: Callable[[str], bool] | None = None) -> list[str]:
    """Debian packages whose library does not load, for Qt's `platform`; `loads(library)` tells whether one does."""
    loads = loads or _loads
    return [package for library, package in BY_PLATFORM.get(platform, FOR_QT).items() if not loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def is_debian(os_release: str) -> bool:
    """Whether the text of /etc/os-release is Debian's, Ubuntu's or that of one of their children."""
    facts = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = (facts.get("ID", "") + " " + facts.get("ID_LIKE", "")).replace('"', "").split()
    return "debian" in names or "ubuntu" in names


def line_for(packages: Sequence[str], *, debian: bool | None = None) -> str:
    """The exact line that installs `packages`; other systems get the Debian names to look up."""
    debian = _on_debian() if debian is None else debian
    if debian:
        return "sudo apt-get install -y --no-install-recommends " + " ".join(packages)
    return "your system's package manager, for what Debian calls " + " ".join(packages)


def _on_debian() -> bool:
    release = Path("/etc/os-release")
    return bool(shutil.which("apt-get")) and release.is_file() and is_debian(release.read_text(encoding="utf-8"))


def install(packages: Sequence[str], what: str) -> bool:
    """Whether `packages` were installed: only where this is root on Debian or Ubuntu; says `what` it is doing."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not _on_debian():
        return False
    started = time.monotonic()
    print(what + " ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:  # a bare machine has no package lists, or old ones
        subprocess.run(["apt-get", "update", "-q"], env=environment, capture_output=True, check=False)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()
        print("  apt-get failed: " + lines[-1], flush=True)
        return False
    print(f"  installed {', '.join(packages)} in {time.monotonic() - started:.0f} s", flush=True)
    return True
