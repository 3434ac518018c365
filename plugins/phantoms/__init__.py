"""Inputs whose answer is known: pictures that we render, with the exact mask of what tells the classes apart."""

from __future__ import annotations

from salviewer.api import ArchitectureInfo, CollectionInfo, hookimpl
from salviewer_plugins.phantoms.palette import FLOWER
from salviewer_plugins.phantoms.sentences import SENTENCES


@hookimpl
def salviewer_collections() -> list[CollectionInfo]:
    """Return the rendered collections."""
    return [
        CollectionInfo(
            key="an8flower-single-6c",
            title="an8Flower, single part, 6 classes",
            summary="A potted plant seen from 40 sides; the colour of its flower is the class, all else is the same.",
            run="salviewer_plugins.phantoms.an8flower:An8FlowerSingle6c",
            params="salviewer_plugins.phantoms.params:An8FlowerParams",
            classes=tuple(FLOWER),
        ),
        CollectionInfo(
            key="captioned-flowers",
            title="Captioned flowers",
            summary="Potted plants, each with a sentence that names its flower, its stem and the wall behind it.",
            run="salviewer_plugins.phantoms.captioned:CaptionedFlowers",
            params="salviewer_plugins.phantoms.params:CaptionedParams",
            classes=SENTENCES,
        ),
        CollectionInfo(
            key="brain-phantom",
            title="Brain phantom",
            summary="Rendered brains in 3D, half of them with atrophy in a few named regions; its atlas comes with it.",
            run="salviewer_plugins.phantoms.brain:BrainPhantom",
            params="salviewer_plugins.phantoms.params:BrainParams",
            classes=("control", "atrophy"),
        ),
    ]


@hookimpl
def salviewer_architectures() -> list[ArchitectureInfo]:
    """Return the family of small networks that are trained on the rendered collections."""
    return [
        ArchitectureInfo(
            key="phantoms",
            title="Networks for phantoms",
            summary="Small networks for the rendered collections, trained weights included.",
            run="salviewer_plugins.phantoms.nets:PhantomNets",
            names=("an8flower-cnn", "brain-phantom-cnn", "flower-captions"),
        )
    ]
