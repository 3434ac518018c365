"""Photographs with boxes as the real SqueezeNet sees them, and the pixels that a walk through the network chooses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

import salviewer as sv
from benchmarks.photographs import Photograph, photographs
from salviewer.api import Annotation, Explanation, NeuronPath
from salviewer.jobs.annotations import complete, truth_on_grid


@dataclass(frozen=True)
class Shown:
    """A photograph on the model's grid. target: the predicted class; correct: whether it is the true one."""

    photograph: Photograph
    picture: Any
    tensor: Tensor
    truth: Annotation
    target: int
    correct: bool


def shown(handle: Any, most: int) -> Iterator[Shown]:
    """The first `most` photographs whose boxes are in view, in file order."""
    found = 0
    for photograph in photographs():
        if found == most:
            return
        picture = sv.load_input(photograph.path)
        source = handle.loaded.prepare(picture.picture)
        empty = np.zeros(picture.picture.shape, bool)
        truth = truth_on_grid(complete(Annotation(photograph.boxes, empty), given_mask=False), source.grid)
        if truth.boxes:
            found += 1
            top = sv.predict(handle, picture).top(1)[0][0]
            yield Shown(photograph, picture, source.tensor, truth, top, top == photograph.label)


def explained(handle: Any, one: Shown, method: str, **params: Any) -> tuple[Explanation, float]:
    """The explanation of the predicted class, and the seconds that it took."""
    start = time.perf_counter()
    found = sv.explain(handle, one.picture, method, target=one.target, params=params)
    return found, time.perf_counter() - start


def chosen_pixels(explanation: Explanation) -> np.ndarray:
    """(n, 2): the chosen pixels (y, x) of an explanation by a walk."""
    path = next(one for one in explanation.evidence if isinstance(one, NeuronPath))
    return path.place[path.in_layer(len(path.layers) - 1)]


def probability(handle: Any, x: Tensor, target: int) -> float:
    """Of the class `target` for the input x (1, C, H, W)."""
    with handle.loaded.ready(), torch.inference_mode():
        return float(handle.loaded.probabilities(handle.loaded(x))[0, target])
