"""The house: nobody opens a door that is not theirs, and the checker that says so bites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from import_rules import faults

ROOT = Path(__file__).resolve().parent.parent


def test_every_import_goes_in_the_allowed_direction():
    assert faults(ROOT) == []


PLANTED = [
    ("salviewer/numeric/a.py", "import salviewer.api", "salviewer.numeric may not import salviewer.api"),
    ("salviewer/api/a.py", "import torch", "salviewer.api may import torch inside functions only"),
    (
        "salviewer/api/a.py",
        "def f():\n    from salviewer.jobs import run",
        "salviewer.api may not import salviewer.jobs",
    ),
    ("salviewer/data/a.py", "from salviewer.models.loaded import LoadedModel", "may not import salviewer.models"),
    ("salviewer/models/a.py", "from salviewer.data import pictures", "may not import salviewer.data"),
    ("salviewer/host.py", "import salviewer.jobs.run", "salviewer.host may not import salviewer.jobs"),
    ("salviewer/jobs/a.py", "def f():\n    import PySide6.QtCore", "salviewer.jobs may not import PySide6"),
    ("salviewer/jobs/a.py", "from salviewer import explain", "salviewer.jobs may not import salviewer"),
    ("salviewer/kit/a.py", "from salviewer.gui import state", "salviewer.kit may not import salviewer.gui"),
    ("salviewer/gui/a.py", "def f():\n    import salviewer.cli", "salviewer.gui may not import salviewer.cli"),
    ("salviewer/cli/a.py", "import PySide6", "salviewer.cli may import PySide6 inside functions only"),
    ("plugins/one/a.py", "from salviewer_plugins.two import b", "may not import salviewer_plugins.two"),
    ("plugins/one/a.py", "from salviewer.jobs.run import run", "may not import salviewer.jobs"),
    ("plugins/one/a.py", "import pyqtgraph", "may not import pyqtgraph"),
    ("plugins/one/a.py", "from . import b", "relative imports"),
    ("salviewer/data/a.py", "import requests", "salviewer.data may not import requests"),
]


@pytest.mark.parametrize(("file", "text", "words"), PLANTED)
def test_a_planted_violation_is_found(tmp_path, file, text, words):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert len(faults(tmp_path)) == 1
    assert words in faults(tmp_path)[0]


ALLOWED_ONES = [
    ("salviewer/api/a.py", "def f():\n    import torch"),
    ("salviewer/api/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
    ("plugins/one/view.py", "from salviewer.kit import canvas\nimport PySide6"),
    ("plugins/one/a.py", "from salviewer_plugins.one import b\nfrom salviewer.api import Explainer\nimport torch"),
    ("salviewer/cli/a.py", "def f():\n    from salviewer.gui.app import main"),
]


@pytest.mark.parametrize(("file", "text"), ALLOWED_ONES)
def test_what_is_allowed_passes(tmp_path, file, text):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert faults(tmp_path) == []


def loaded_after(script: str) -> set[str]:
    """Top packages loaded in a fresh process after `script`."""
    tail = "; import sys; print(*{m.partition('.')[0] for m in sys.modules})"
    out = subprocess.run([sys.executable, "-c", script + tail], capture_output=True, text=True, check=True)  # noqa: S603
    return set(out.stdout.split())


def test_the_api_and_the_front_door_load_no_torch_no_numpy_no_qt():
    assert not loaded_after("import salviewer, salviewer.api") & {"torch", "numpy", "PySide6", "PIL"}


def test_every_public_descriptor_module_of_a_plugin_is_light():
    script = "from importlib.metadata import entry_points as e; [p.load() for p in e(group='salviewer.plugins')]"
    assert not loaded_after(script) & {"torch", "numpy", "PySide6", "PIL"}
