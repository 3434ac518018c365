"""`sv.perturb` and `sv.compare_paths`: how little changes a model's mind, and where two decisions part company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api import Explanation, InputRef, Picture, Prediction
from salviewer.opened import OpenedInput, OpenedModel, OpenedVolume, held
from salviewer.shelves import Report, as_progress
from salviewer.shelves import named as by_name

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api import Progress
    from salviewer.jobs.path_pairs import PathPair


@dataclass(frozen=True, eq=False)
class Perturbed:
    """What `perturb` found.

    input: the perturbed picture, ready for `explain` and `predict`; the same model is fed it as it is.
    rounded: the same in bytes, as a PNG holds it; None where its values do not lie in 0..1.
    perturbation: float32 (h, w, C) on the model's own grid, in parts of the range from black to white.
    before, after, after_rounding: predictions. norms: "relative_l2", and "largest" in steps of 1/255.
    words: what happened, in sentences.
    """

    input: OpenedInput
    rounded: Picture | None = field(repr=False)
    perturbation: np.ndarray = field(repr=False)
    before: Prediction = field(repr=False)
    after: Prediction = field(repr=False)
    after_rounding: Prediction | None = field(repr=False)
    iterations: int
    norms: Mapping[str, float]
    words: tuple[str, ...]

    @property
    def array(self) -> np.ndarray:
        """float32 (H, W, C) in 0..1, the perturbed picture, with nothing rounded."""
        return self.input.picture.pixels

    @property
    def changed(self) -> bool:
        """Whether the model says another class."""
        return self.after.predicted != self.before.predicted


def perturb(
    model: OpenedModel,
    input: OpenedInput,  # noqa: A002 - the word that everyone will type
    method: str = "deepfool",
    *,
    params: Mapping[str, Any] | None = None,
    progress: Report | Progress | None = None,
) -> Perturbed:
    """The least change of `input` that makes `model` say another class, and the picture with it.

    Args:
        model: what `load_model` returned; it must have gradients.
        input: what `load_input` returned, of a picture.
        method: "deepfool".
        params: overshoot (0.02), iterations (50), candidates (10).
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: there is no such method or parameter, or the input is a volume.
        UnsupportedModel: the model has no gradients, or one class only.
    """
    if not isinstance(model, OpenedModel) or not isinstance(input, OpenedInput | OpenedVolume):
        raise TypeError("give what load_model and load_input return")
    from salviewer.jobs.perturbing import perturb as run  # noqa: PLC0415 - loads torch

    shelf = model.shelf
    with (
        by_name(shelf, model.ref.architecture, model.loaded) as architecture,
        by_name(shelf, input.ref.source, held(input)) as where,
    ):
        ref, source = (
            model.ref.model_copy(update={"architecture": architecture}),
            input.ref.model_copy(update={"source": where}),
        )
        found = run(shelf, ref, source, method, params, as_progress(progress))
    return Perturbed(
        OpenedInput(InputRef(source="live:array"), found.picture), found.rounded, found.perturbation, found.before,
        found.after, found.after_rounding, found.iterations, found.norms, found.words,
    )  # fmt: skip


def compare_paths(
    first: Explanation | str | Path,
    second: Explanation | str | Path,
    *,
    by: Literal["auto", "units", "places"] = "auto",
) -> PathPair:
    """What two paths through networks share, layer by layer, and the layer after which they part company.

    Args:
        first: an explanation by a method that has a path, or the file of one.
        second: another: of another class, another model, or of the perturbed picture.
        by: "units" sets unit against unit, for one network; "places" where on the picture the two look, for two
            networks; "auto" takes units where both come from the same weights.

    Raises:
        InvalidChoice: one of the two has no path. UnreadableInput: a file cannot be read.
    """
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.path_pairs import compare_paths as compared  # noqa: PLC0415 - the same

    one, two = (given if isinstance(given, Explanation) else read(Path(given)) for given in (first, second))
    return compared(one, two, by)
