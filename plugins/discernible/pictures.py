"""The pictures that a training shows: those whose class and box are known, in an order drawn by the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from salviewer.api import LabelledInput
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted
from salviewer_plugins.discernible.box import best_overlap, fitted_box
from salviewer_plugins.discernible.course import Course
from salviewer_plugins.discernible.train_params import WeightParams

Walk = Callable[[LabelledInput, dict[str, float]], np.ndarray]
"""The chosen pixels (n, 2), (y, x), of one picture for its own class, under weights by name."""

NOTHING = (
    "The weights are learned by comparing boxes with true ones, and none of the {} of this collection has both"
    " a class of this model and a true box in its view: give a collection with boxes whose classes the model knows."
)


class Pictures:
    """The usable samples, found as they are needed, and how well the box agrees with the true one on each."""

    def __init__(
        self, samples: Sequence[LabelledInput], seed: int, course: Course, params: WeightParams, walk: Walk
    ) -> None:
        self._samples, self._course, self._params, self._walk = samples, course, params, walk
        self._order = np.random.default_rng(seed).permutation(len(samples))
        self._known: dict[tuple[int, tuple[float, ...]], float] = {}

    def overlap(self, place: int, weights: dict[str, float]) -> float:
        """Intersection over union, 0..1, on the picture number `place`; after the last one they begin anew."""
        number, sample = self._find(place)
        asked = (number, tuple(weights.values()))
        if asked not in self._known:
            sample = sample or self._samples[number]
            points = self._walk(sample, weights)
            shape = tuple(sample.input.tensor.shape[2:])
            box = fitted_box(points, shape, self._params.radius, self._params.share)
            self._known[asked] = best_overlap(box, sample.truth.boxes if sample.truth else ())
        return self._known[asked]

    def _find(self, place: int) -> tuple[int, LabelledInput | None]:
        """The number of a usable sample, and the sample itself where it was read to find out."""
        course, sample = self._course, None
        while place >= len(course.pictures) and course.looked_at < len(self._order):
            number = int(self._order[course.looked_at])
            sample = self._samples[number]
            course.looked_at += 1
            if sample.label < 0:
                course.unknown += 1
            elif sample.truth is None or not sample.truth.boxes:
                course.untrue += 1
            else:
                course.pictures.append(number)
        if not course.pictures:
            raise InvalidChoice(NOTHING.format(counted(len(self._samples), "sample")), code="no-boxes")
        number = course.pictures[place % len(course.pictures)]
        return number, sample if place == len(course.pictures) - 1 else None
