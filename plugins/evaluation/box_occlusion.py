"""Box occlusion: patches drawn from the map as a distribution cover the picture bit by bit; the probability falls.

    p(m) = max(S(m), 0) / sum of it over all pixels      a patch's centre, drawn among the pixels not yet covered
    drop(s) = P(y|x) - mean over draws of P(y | x under patches that cover a share s), s = 0..30 %
    headline: the mean of drop(s) over s

Source: "Visual Explanation by Interpretation", section 4.2, after Zeiler & Fergus 2014 (mean-coloured squares).
Differs from the paper: it names neither the patch's size, nor its colour, nor how the curve is averaged: here 7 % of
the shorter side, the mean colour, and the mean over equally spaced shares. "Covering the 30 % most relevant part" is
read as 30 % of the picture. No annotation is needed.
Degenerate maps: a positive constant draws patches blindly, which is the control. One without a value above zero is no
distribution: NaN, with a note. Where the positive part is used up before the share is reached, no more patches are laid
and the curve stays level, with a note.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Curve, Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.annotation_params import BoxOcclusionParams
from salviewer_plugins.evaluation.truth import NOTHING_SHOWN, mass

NAMES = ("mean_drop", "final_drop", "clean", "covered")


class BoxOcclusion(Metric[BoxOcclusionParams]):
    """Key `box-occlusion`.

    mean_drop: of the target's probability (or logit) along the curve. final_drop: at its end. clean: the target without
    patches. covered: the share of the picture that the last patches cover. Runs draws * steps + 1 inputs.
    """

    def measure(self, request: MeasureRequest, params: BoxOcclusionParams, progress: Progress) -> Measurement:
        """The values above, `mean_drop` first, with the target over the covered share as a curve."""
        weights = mass(request.heatmap)
        if not weights.any():
            return Measurement(dict.fromkeys(NAMES, float("nan")), notes=(NOTHING_SHOWN,))
        generator = torch.Generator().manual_seed(request.seed)
        side = max(1, round(params.patch * min(weights.shape)))
        levels = params.share * np.arange(1, params.steps + 1) / params.steps
        turns = np.stack([covering(weights, side, params.share, generator) for _ in range(params.draws)])
        scores = _scores(request, hidden(turns, levels), params.fill, progress)
        clean, kept = scores[0], scores[1:].reshape(params.draws, params.steps).mean(axis=0)
        covered = np.isfinite(turns).reshape(params.draws, -1).mean(axis=1)
        drops = clean - kept
        values = (float(drops.mean()), float(drops[-1]), float(clean), float(covered.mean()))
        used_up = "The map's positive part was used up before the patches covered the whole share."
        return Measurement(
            dict(zip(NAMES, values, strict=True)),
            (_curve(levels, np.append(clean, kept), request.target.output),),
            () if covered.min() >= params.share - 1e-9 else (used_up,),
        )


def covering(weights: np.ndarray, side: int, share: float, generator: torch.Generator) -> np.ndarray:
    """Float64 (*S): for each pixel the covered share once its patch was laid; infinite where none covers it.

    Centres are drawn one after the other among the pixels not yet covered, with odds proportional to `weights`: in the
    order of exponential waiting times with these rates, covered ones left out, which is the same.
    """
    at = np.full(weights.shape, np.inf)
    draws = torch.empty(weights.size, dtype=torch.float64).exponential_(generator=generator).numpy()
    with np.errstate(divide="ignore"):
        waiting = draws / weights.ravel()
    order = np.argsort(waiting)[: int((weights > 0).sum())]
    done, wanted = 0, share * weights.size
    for centre in zip(*np.unravel_index(order, weights.shape), strict=True):
        if done >= wanted:
            break
        if np.isfinite(at[centre]):
            continue
        patch = tuple(slice(max(0, c - side // 2), c - side // 2 + side) for c in centre)
        new = ~np.isfinite(at[patch])
        done += int(new.sum())
        at[patch][new] = done / weights.size
    return at


def hidden(turns: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Bool (draws * steps, *S): what is covered at each level, by as many patches as first reach it.

    turns: (draws, *S) as `covering` returns them.
    """
    out = []
    for turn in turns:
        reached = np.unique(turn[np.isfinite(turn)])
        for level in levels:
            enough = reached[reached >= level - 1e-9]
            out.append(turn <= (enough[0] if len(enough) else reached[-1]))
    return np.stack(out)


def _scores(request: MeasureRequest, covered: np.ndarray, fill: str, progress: Progress) -> np.ndarray:
    """(1 + n,): the target for the clean input, then under each of `covered` (n, *S)."""
    x = request.input.tensor
    nothing = torch.zeros_like(x) if fill == "mean" else request.model.encode(torch.zeros_like(x))
    masks = torch.from_numpy(np.concatenate([np.zeros_like(covered[:1]), covered])).to(x.device)
    scores = np.empty(len(masks))

    def step(part: slice) -> Tensor:
        return request.score(torch.lerp(x, nothing, masks[part, None].to(x.dtype)))

    for part, found in request.work.batched(len(masks), step):
        scores[part] = found.detach().float().cpu().numpy()
        progress(part.stop / len(masks), "Covering the picture")
    return scores


def _curve(levels: np.ndarray, scores: np.ndarray, output: str) -> Curve:
    x = np.append(0.0, levels).astype(np.float32)
    return Curve("Box occlusion", x, scores.astype(np.float32), x_label="covered share of the picture", y_label=output)
