"""How much of each colour FGVis' masks take, on average over the pictures of a class that are named rightly.

Source: Wagner et al., CVPR 2019, section 4.3, “Learned color”: explanations of school buses keep yellow.
Differs from the paper: it shows pictures; here it is the mean over the pixels of each channel of the mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from salviewer.api import Explanation, InputRef, JobSpec, MaskStack, Preprocessing, Progress
from salviewer.bench.colour_bias import CHANNELS, ColourBias
from salviewer.errors import InvalidChoice
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.loaded import LoadedModel


def with_colour_use(
    found: ColourBias, spec: JobSpec, shelf: Shelf, model: LoadedModel, per_class: int, progress: Progress
) -> ColourBias:
    """`found` with the use of each colour over the first `per_class` rightly named pictures of each class.

    spec: explains by masks with a value per channel; its input is replaced by samples of `spec.collection`.
    """
    wanted = [one.right[:per_class] for one in found.classes]
    count, done, classes = sum(map(len, wanted)), 0, []
    for one, pictures in zip(found.classes, wanted, strict=True):
        uses = []
        for picture in pictures:
            part = progress.part(done / count, (done + 1) / count)
            asked = {"input": _ref(spec, picture.id), "target": picture.label, "collection": None}
            uses.append(use_of(run(spec.model_copy(update=asked), shelf, part), model))
            done += 1
        classes.append(replace(one, use=_mean(uses)) if uses else one)
    return replace(found, classes=tuple(classes))


def use_of(explanation: Explanation, model: LoadedModel) -> np.ndarray:
    """(3,) in 0..1: the mean of the mask's evidence over red, green and blue.

    Raises `InvalidChoice` where the mask has no value per colour.
    """
    mask = next((e for e in explanation.evidence if isinstance(e, MaskStack)), None)
    if mask is None or len(mask.mask) != len(CHANNELS):
        raise InvalidChoice(
            "The use of colours is counted in masks with a value per colour: choose “per channel and pixel”, and a "
            "network that takes colour pictures.",
            code="no-colours",
        )
    use = mask.evidence.mean((1, 2))
    turned = isinstance(model.preprocessing, Preprocessing) and model.preprocessing.channels == "BGR"
    return use[::-1] if turned else use


def _mean(uses: Sequence[np.ndarray]) -> tuple[float, ...]:
    return tuple(map(float, np.mean(uses, axis=0)))


def _ref(spec: JobSpec, key: str) -> InputRef:
    collection = spec.collection
    if collection is None:
        raise TypeError("the pictures of a colour study come from a collection")
    options = {"collection": dict(collection.params)} if collection.params else {}
    return InputRef(source=f"collection:{collection.key}/{key}", options=options)
