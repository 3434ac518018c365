"""The distribution-guided mask predictor: an explanation in the forward pass that predicts the class.

    M = upsample(C(G(F(I))))                                                                            Eq. 4

| paper | here |
|---|---|
| F(I), feature maps of the classifier | `taps.record`, in the pass that gives the logits too |
| G, mask generator with feature filter (Eq. 10) | `generator`, `feature_filter` |
| C, distribution controller: z, then Eq. 5 or 6 | `salviewer.numeric.score_controller` |
| upsample | bilinear, to the model's input |
| q, v, r' (section 3.3), with `fine_tune` | `salviewer.numeric.tuned_scores` |

The evidence: the mask M, and z on the generator's own grid.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), section 3.
Differs from the paper: see `taps`, `generator` and `score_controller`. Another transformer, eta or h than the trained
one can be asked for; the ranking stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from salviewer.api import Evidence, Explainer, Explanation, Heatmap, Progress, Request
from salviewer.numeric.score_controller import controlled, standardised
from salviewer.numeric.tuned_scores import TunedScores, tuned_scores
from salviewer_plugins.mask_predictor.controller import upsampled
from salviewer_plugins.mask_predictor.feature_maps import TITLE
from salviewer_plugins.mask_predictor.params import PredictorParams
from salviewer_plugins.mask_predictor.predicting import Predictor, class_of, passed, predictor_of, seen
from salviewer_plugins.mask_predictor.tuned_params import TunedParams
from salviewer_plugins.mask_predictor.tuned_scores import NOTHING_ADDED, background, curves, followed

NAME: Final = "Mask predictor"
SCORE: Final = "Standardised score z"
"""Under this name the window finds what a controller turns into a mask."""
TOGETHER: Final = 64
"""Of so many pictures at once the feature maps are held in memory."""


TUNE_BY_ITSELF: Final = (
    "The picture's blur may carry the class by itself: leave the scores as they are here, and tune the map by “Tuned "
    "scores” with another background."
)


class MaskPredictor(Explainer[PredictorParams]):
    """Key `mask-predictor`. One forward pass; with `fine_tune` `samples` inputs more."""

    def explain(self, request: Request, params: PredictorParams, progress: Progress) -> Explanation:
        """The mask (*S), in 0..1 but for the basic controller, and the z that it comes from."""
        progress(0.0, "Predicting the mask")
        predictor = predictor_of(request)
        logits, maps = seen(request, predictor)
        if request.late is not None:
            request = replace(request, target=request.target_from(logits), late=None)
        mask = predictor.coarse(maps, [class_of(request.target)])[0]
        return _explained(request, predictor, mask, params, progress)

    def explain_batch(
        self, requests: Sequence[Request], params: PredictorParams, progress: Progress
    ) -> tuple[Explanation, ...]:
        """The same for each; those about inputs of one size share their passes."""
        found: list[Explanation] = []
        for _, group in groupby(requests, lambda one: (id(one.model), one.input.tensor.shape, id(one.trained))):
            members = list(group)
            while members:
                some, members = members[:TOGETHER], members[TOGETHER:]
                part = progress.part(len(found) / len(requests), (len(found) + len(some)) / len(requests))
                found += _together(some, params, part)
        return tuple(found)


def _together(requests: Sequence[Request], params: PredictorParams, progress: Progress) -> list[Explanation]:
    """Explanations of inputs of one size by one predictor; one input asked about several classes is passed once."""
    predictor = predictor_of(requests[0])
    once: list[Request] = []
    rows: list[int] = []
    for request in requests:
        same = (i for i, one in enumerate(once) if one.input.tensor is request.input.tensor)
        rows.append(next(same, len(once)))
        if rows[-1] == len(once):
            once.append(request)
    logits, maps = passed(once, predictor)
    settled = [
        replace(request, target=request.target_from(logits[row : row + 1]), late=None)
        for request, row in zip(requests, rows, strict=True)
    ]
    chosen = maps if len(once) == len(requests) else tuple(one[rows] for one in maps)
    masks = predictor.coarse(chosen, [class_of(one.target) for one in settled])
    count = len(settled)
    return [
        _explained(one, predictor, mask, params, progress.part(i / count, (i + 1) / count))
        for i, (one, mask) in enumerate(zip(settled, masks, strict=True))
    ]


def _explained(
    request: Request, predictor: Predictor, mask: np.ndarray, params: PredictorParams, progress: Progress
) -> Explanation:
    """What is shown, of the generator's scores `mask` (h, w)."""
    transformer = predictor.transformer if params.transformer == "trained" else params.transformer
    eta = predictor.eta if params.eta is None else params.eta
    h = predictor.h if params.h is None else params.h
    z = standardised(mask)
    values = _enlarged(controlled(z, transformer, eta, h), request.input.tensor)
    more: tuple[Evidence, ...] = ()
    said = _notes(z, transformer)
    if params.fine_tune:
        found = _tuned(request, values, params, progress)
        values, more = found.scores.astype(np.float32), curves(found, request.target.output)
        said += (f"{NOTHING_ADDED} {TUNE_BY_ITSELF}",) if len(found.counts) and not found.is_tuned else ()
    evidence = (Heatmap(NAME, values, unit="mask"), Heatmap(SCORE, z.astype(np.float32), signed=True, unit="SD"), *more)
    progress(1.0, TITLE, lambda: evidence)
    made = {"transformer": transformer, "eta": eta, "h": h}
    return Explanation(evidence, said, provenance={"controller": made})


def _enlarged(scores: NDArray[np.float32], x: Tensor) -> NDArray[np.float32]:
    """(H, W): bilinear, to the size of the input x (1, C, H, W)."""
    return upsampled(torch.from_numpy(scores)[None, None], x.shape[2:])[0, 0].numpy()


def _tuned(request: Request, values: NDArray[np.float32], params: PredictorParams, progress: Progress) -> TunedScores:
    """Section 3.3: r' = r v, and the q that v comes from."""
    hidden = background(request, TunedParams(samples=params.samples))
    return tuned_scores(values, lambda masks: followed(request, hidden, masks, progress), params.samples)


def _notes(z: np.ndarray, transformer: str) -> tuple[str, ...]:
    if not z.any():
        return ("The generator's scores are the same everywhere, so that they tell nothing about this picture.",)
    if transformer == "basic" and z.max() > 1:
        return (
            f"The basic mask exceeds 1 at {100 * float((z > 1).mean()):.0f} % of its places: there it stands for more "
            "than the whole picture, which pixels cannot be.",
        )
    return ()
