"""The hooks by which a plugin tells what it offers. They take no arguments and return plain frozen descriptors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salviewer.api.descriptors import (
        ArchitectureInfo,
        CollectionInfo,
        ExplainerInfo,
        MetricInfo,
        ReaderInfo,
        TrainerInfo,
    )

PROJECT = "salviewer"
ENTRY_POINT_GROUP = "salviewer.plugins"
API_VERSION = (1, 3)
"""(major, minor). A plugin module may set `SALVIEWER_API = (1, 0)`; another major version is refused in a sentence."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def salviewer_explainers() -> Iterable[ExplainerInfo]:  # type: ignore[empty-body]
    """Return the explanation methods of this plugin."""


@hookspec
def salviewer_collections() -> Iterable[CollectionInfo]:  # type: ignore[empty-body]
    """Return the labelled collections of this plugin: inputs with known answers."""


@hookspec
def salviewer_architectures() -> Iterable[ArchitectureInfo]:  # type: ignore[empty-body]
    """Return the families of networks that this plugin can build for a state dict."""


@hookspec
def salviewer_readers() -> Iterable[ReaderInfo]:  # type: ignore[empty-body]
    """Return the file formats that this plugin can read."""


@hookspec
def salviewer_metrics() -> Iterable[MetricInfo]:  # type: ignore[empty-body]
    """Return the measures by which this plugin judges explanations."""


@hookspec
def salviewer_trainers() -> Iterable[TrainerInfo]:  # type: ignore[empty-body]
    """Return what this plugin can learn about a model from a collection."""
