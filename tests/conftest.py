"""Settings for every test: no display, no user folders, one torch thread, garbage collected by the main thread only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory, monkeypatch):
    """User data, cache and settings go to a fresh folder; nothing of the person's own is read or written."""
    home = tmp_path_factory.mktemp("home")
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture
def data() -> Path:
    """The folder of real networks and photographs; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the real networks and photographs (../shared/data) are not on this machine")
    return DATA
