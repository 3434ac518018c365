"""Inputs whose answer is known: pictures that we render, with the exact mask of what tells the classes apart."""

from __future__ import annotations

from salviewer.api import ArchitectureInfo, CollectionInfo, hookimpl
from salviewer_plugins.phantoms.flower_sets import DOUBLE_12C, PART_2C, SINGLE_6C, names
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
            classes=names(SINGLE_6C),
        ),
        CollectionInfo(
            key="an8flower-double-12c",
            title="an8Flower, colour and part, 12 classes",
            summary="The same plant; which of six colours its flower or its stem has is the class.",
            run="salviewer_plugins.phantoms.an8flower:An8FlowerDouble12c",
            params="salviewer_plugins.phantoms.params:An8FlowerParams",
            classes=names(DOUBLE_12C),
        ),
        CollectionInfo(
            key="an8flower-part-2c",
            title="an8Flower, extra parts, 2 classes",
            summary="The same plant, with balls on its flower or thorns on its stem.",
            run="salviewer_plugins.phantoms.an8flower:An8FlowerPart2c",
            params="salviewer_plugins.phantoms.params:An8FlowerParams",
            classes=names(PART_2C),
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
        CollectionInfo(
            key="fundus-phantom",
            title="Fundus phantom",
            summary="Rendered retinas, half of them with the lesions of diabetes: four kinds, each with its mask.",
            run="salviewer_plugins.phantoms.fundus:FundusPhantom",
            params="salviewer_plugins.phantoms.params:FundusParams",
            classes=("healthy", "referable"),
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
            names=(
                "an8flower-cnn",
                "an8flower-double-12c-cnn",
                "an8flower-part-2c-cnn",
                "brain-phantom-cnn",
                "flower-captions",
                "fundus-phantom-cnn",
            ),
        )
    ]
