"""The least change of a picture that makes a model say another class, as a picture that it is fed as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from salviewer.api import (
    InputRef,
    ModelInput,
    ModelRef,
    Params,
    Picture,
    Prediction,
    Preprocessing,
    Progress,
    Volume,
    param,
)
from salviewer.data.arrays import picture_from_array
from salviewer.data.percent import as_percent
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.plan import threads
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.targets import look
from salviewer.models import resizing
from salviewer.models.loaded import LoadedModel
from salviewer.models.preprocess import prepare
from salviewer.numeric.counted import counted
from salviewer.numeric.deepfool import CANDIDATES, ITERATIONS, OVERSHOOT, End, Fooled, deepfool

METHODS = ("deepfool",)
LEVELS = 255
"""Steps between black and white in an 8-bit file."""
SLACK = 1e-3
ENDS: Mapping[End, str] = {
    "changed": "the picture's own numbers are too coarse for the change",
    "iterations": "more iterations may change it",
    "flat": "the outputs do not react to small changes of this picture",
    "box": "no other class can be reached with values between black and white",
}
"""Why a class did not change."""


class DeepFoolParams(Params):
    """As in the paper, which names them so."""

    overshoot: float = param(OVERSHOOT, "By how much of its length the change goes beyond the border.", ge=0, le=100)
    iterations: int = param(ITERATIONS, "Steps at most.", ge=1, le=1000)
    candidates: int = param(CANDIDATES, "How many of the most probable classes are tried.", ge=2, le=1000)


@dataclass(frozen=True, eq=False)
class Perturbed:
    """A picture that a small change makes another class of.

    picture: float32 in the size to which the model resizes its input, so that the same model is fed it as it is.
    rounded: the same in bytes, as a PNG holds it; None where its values do not lie in 0..1.
    perturbation: float32 (h, w, C) on the model's own grid, in parts of the range from black to white, RGB order.
    before, after, after_rounding: what the model says of the input, of `picture` and of `rounded`.
    norms: "relative_l2", the change's length over the input's, both in the model's normalised space, as in the paper;
    "largest", the most that a value moves, in steps of 1/255.
    end: why the search ended; see `salviewer.numeric.deepfool`.
    """

    picture: Picture = field(repr=False)
    rounded: Picture | None = field(repr=False)
    perturbation: np.ndarray = field(repr=False)
    before: Prediction = field(repr=False)
    after: Prediction = field(repr=False)
    after_rounding: Prediction | None = field(repr=False)
    iterations: int
    norms: Mapping[str, float]
    end: End

    @property
    def array(self) -> np.ndarray:
        """float32 (H, W, C) in 0..1, the perturbed picture, with nothing rounded."""
        return self.picture.pixels

    @property
    def words(self) -> tuple[str, ...]:
        """What happened, in sentences."""
        (_, was, p), (_, became, q) = (one.top(1)[0] for one in (self.before, self.after))
        steps = counted(self.iterations, "step")
        first, then = as_percent(p), as_percent(q)
        if not self.changed:
            return (f"The class is still “{was}” ({first}, then {then}) after {steps}: {ENDS[self.end]}.",)
        size = (
            f"The change is {100 * self.norms['relative_l2']:.2g} % of the input's length (l2, as the model sees it); "
            f"no value moves by more than {self.norms['largest']:.1f} of 255 steps."
        )
        return (
            f"“{was}” ({first}) became “{became}” ({then}) after {steps}.",
            size,
            self._of_rounding(),
        )

    def _of_rounding(self) -> str:
        if self.after_rounding is None:
            return "The values do not lie between 0 and 1, so that no PNG can hold them."
        _, name, p = self.after_rounding.top(1)[0]
        if self.survives_rounding:
            return f"Rounded to the 256 levels of a PNG the class is changed as well: “{name}” ({as_percent(p)})."
        return (
            f"Rounded to the 256 levels of a PNG the class is “{name}” ({as_percent(p)}) again: only the unrounded "
            f"values hold the change."
        )

    @property
    def changed(self) -> bool:
        """Whether the model says another class of `picture`."""
        return self.after.predicted != self.before.predicted

    @property
    def survives_rounding(self) -> bool:
        """Whether it says another class of `rounded` too."""
        found = self.after_rounding
        return found is not None and found.predicted != self.before.predicted


def perturb(
    shelf: Shelf,
    model: ModelRef,
    source: InputRef,
    method: str = "deepfool",
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Perturbed:
    """What `method` makes of the picture `source` and `model`.

    Raises:
        InvalidChoice: there is no such method or parameter, or `source` is a volume.
        UnsupportedModel: the model has no gradients, one class, or says what is no number.
    """
    progress = progress or Progress()
    if method not in METHODS:
        raise InvalidChoice(f"There is no way to perturb called “{method}”: there is deepfool.", code="unknown-method")
    asked = checked_params(DeepFoolParams, params or {}, "deepfool")
    progress(0.0, "Opening the model")
    loaded = shelf.model(model, progress.part(0.0, 0.0))
    given = shelf.source(source)
    if isinstance(given, Volume):
        raise InvalidChoice(f"{given.name} is a volume, and only pictures are perturbed: choose one.", code="volume")
    seen = loaded.prepare(given)
    loaded = loaded.reading(seen.tensor)
    with threads(shelf.max_threads), loaded.ready():
        before = _asked(loaded, seen)
        whole, cut = _resized(loaded, given), _cut(loaded, given, tuple(seen.tensor.shape[2:]))
        found = _fool(loaded, seen.tensor, cut, asked, progress)
        picture, change = _as_picture(loaded, given.name, whole, cut, seen.tensor, found)
        rounded = _rounded(picture)
        progress(0.99, "Asking the model again")
        after = _asked(loaded, loaded.prepare(picture))
        after_rounding = _asked(loaded, loaded.prepare(rounded)) if rounded is not None else None
    norms = {
        "relative_l2": float(found.perturbation.norm() / seen.tensor.norm().clamp_min(1e-12)),
        "largest": float(np.abs(change).max()) * LEVELS,
    }
    progress(1.0, "Done")
    return Perturbed(picture, rounded, change, before, after, after_rounding, found.iterations, norms, found.end)


def _asked(model: LoadedModel, seen: ModelInput) -> Prediction:
    with torch.no_grad():
        return look(model, seen)


@dataclass(frozen=True)
class _Cut:
    """The part of the model's grid that shows the picture (not padding), and where it lies on the resized picture."""

    on_grid: tuple[slice, slice]
    on_resized: tuple[slice, slice]


def _resized(model: LoadedModel, picture: Picture) -> Tensor:
    """(1, C, H, W): the whole picture as the model has it resized, before anything is cut off, in its own space."""
    about = model.preprocessing
    whole = about.model_copy(update={"crop": None}) if isinstance(about, Preprocessing) else None
    return prepare(picture, whole, model.channels, model.device).tensor


def _cut(model: LoadedModel, picture: Picture, grid: tuple[int, ...]) -> _Cut:
    about = model.preprocessing if isinstance(model.preprocessing, Preprocessing) else Preprocessing()
    geometry = resizing.plan(picture.shape, about.resize, about.crop)
    ends = [(max(0, -s), min(n, r - s), s) for s, n, r in zip(geometry.start, grid, geometry.resized, strict=True)]
    (top, bottom, down), (left, right, along) = ends
    return _Cut(
        (slice(top, bottom), slice(left, right)),
        (slice(top + down, bottom + down), slice(left + along, right + along)),
    )


def _fool(model: LoadedModel, x: Tensor, cut: _Cut, asked: DeepFoolParams, progress: Progress) -> Fooled:
    """DeepFool's answer; values stay between black and white, or in the input's own range where that is wider."""
    raw = model.decode(x)
    lowest, highest = min(0.0, float(raw.min())), max(1.0, float(raw.max()))
    inside = torch.zeros_like(x, dtype=torch.bool)
    inside[(slice(None), slice(None), *cut.on_grid)] = True  # padding is no part of the picture
    low, high = (torch.where(inside, model.encode(torch.full_like(x, end)), x) for end in (lowest, highest))
    return deepfool(
        model, x, box=(torch.minimum(low, x), torch.maximum(high, x)), overshoot=asked.overshoot, most=asked.iterations,
        candidates=asked.candidates,
        report=lambda step: progress(0.98 * step / asked.iterations, f"Step {step + 1}"),
    )  # fmt: skip


def _as_picture(
    model: LoadedModel, name: str, whole: Tensor, cut: _Cut, x: Tensor, found: Fooled
) -> tuple[Picture, np.ndarray]:
    """The resized picture with the change in its place, and the change on the model's grid, (h, w, C) in RGB order."""
    moved = model.decode(x + found.perturbation)
    change = moved - model.decode(x)
    raw = model.decode(whole) if isinstance(model.preprocessing, Preprocessing) else whole
    raw = raw.clone()
    raw[(slice(None), slice(None), *cut.on_resized)] = moved[(slice(None), slice(None), *cut.on_grid)]
    turned = isinstance(model.preprocessing, Preprocessing) and model.preprocessing.channels == "BGR"
    values, change = (part[0].flip(0) if turned else part[0] for part in (raw, change))
    return picture_from_array(values, f"{Path(name).stem} + DeepFool"), change.permute(1, 2, 0).cpu().numpy()


def _rounded(picture: Picture) -> Picture | None:
    """`picture` in bytes; None where its values do not lie in 0..1."""
    if float(picture.pixels.min()) < -SLACK or float(picture.pixels.max()) > 1 + SLACK:
        return None
    values = np.clip(picture.pixels * LEVELS + 0.5, 0, LEVELS).astype(np.uint8)
    return picture_from_array(values.transpose(2, 0, 1), picture.name)
