"""Every module can be imported, also those that the window loads only when they are wanted."""

from __future__ import annotations

import importlib
import os
import pkgutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

import salviewer
import salviewer_plugins

MODULES = sorted(
    module.name
    for package in (salviewer, salviewer_plugins)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")
)

EXTRAS = {"timm", "monai"}


@pytest.mark.parametrize("name", MODULES)
def test_it_loads(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as e:
        if (e.name or "").split(".")[0] not in EXTRAS:
            raise
        pytest.skip(f"{e.name} is an extra that is not installed")


def test_modules_were_found():
    assert len(MODULES) > 200
    assert "salviewer.gui.window" in MODULES
