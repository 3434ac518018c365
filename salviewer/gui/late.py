"""Classes named as "module:class", so that what loads numpy or pyqtgraph is loaded when first wanted."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any


def load(name: str) -> Any:
    """The class that `name`, "module:class", means."""
    module, _, found = name.partition(":")
    return getattr(import_module(module), found)


def late(name: str) -> Any:
    """A property that is made when it is first wanted: `load(name)`, given the object whose property it is."""
    return cached_property(lambda owner: load(name)(owner))
