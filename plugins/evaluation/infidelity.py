"""Infidelity: how far the map's sums are from what the score really loses when parts of the picture go.

    a(M) = sum of the map over the parts M,  d(M) = f(x) - f(x without M)
    infidelity = mean over M of (b a(M) - d(M))^2,  b the factor that makes it least
    correlation = Pearson correlation of a(M) and d(M) over all M (sensitivity-n, with n drawn anew for each M)

Sources: Yeh et al.: On the (In)fidelity and Sensitivity of Explanations (2019), Definition 1 and section 3.1 (optimal
scaling); Ancona et al.: Towards Better Understanding of Gradient-based Attribution Methods (2018), section 4.
Differs from the papers: what is taken away are cells of a grid, 1 to all but one of them, against the chosen
background, not noise on single pixels: so a map without channels has a meaning, and all maps face the same M.
Degenerate maps: a map without mass in any cell (zero, no numbers) has the mean of d^2 and no correlation (NaN, with a
note); a constant map is as any other. NaN pixels count as 0.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer_plugins.evaluation.perturbation_params import InfidelityParams
from salviewer_plugins.evaluation.ranking import background

NO_SPREAD = "The map's sums do not differ between the parts that were taken away: there is no correlation."


class Infidelity(Metric[InfidelityParams]):
    """Key `infidelity`. infidelity: in squared units of the score. correlation: -1..1. Runs samples + 1 inputs."""

    def measure(self, request: MeasureRequest, params: InfidelityParams, progress: Progress) -> Measurement:
        """The values above, `infidelity` first."""
        x = request.input.tensor
        shape = tuple(x.shape[2:])
        cell = cells(shape, params.cells)
        count = int(cell.max()) + 1
        chosen = subsets(count, params.samples, request.seed)
        values = np.nan_to_num(request.heatmap.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        sums = chosen.astype(np.float64) @ np.bincount(cell.ravel(), values.ravel(), minlength=count)
        drops = _drops(request, torch.from_numpy(cell).to(x.device), chosen, background(request, params.background),
                       progress)  # fmt: skip
        scale = float(sums @ drops / (sums @ sums)) if sums @ sums > 0 else 0.0
        infidelity = float(((scale * sums - drops) ** 2).mean())
        correlation = pearson(sums, drops)
        notes = () if np.isfinite(correlation) else (NO_SPREAD,)
        return Measurement({"infidelity": infidelity, "correlation": correlation}, notes=notes)


def cells(shape: tuple[int, ...], k: int) -> np.ndarray:
    """Int64 (*S): which cell of a k x k (x k) grid each pixel is in."""
    found = np.zeros(shape, np.int64)
    for axis, n in enumerate(shape):
        at = np.minimum(np.arange(n) * k // n, k - 1).reshape([-1 if a == axis else 1 for a in range(len(shape))])
        found = found * k + at
    return np.unique(found, return_inverse=True)[1].reshape(shape)


def subsets(count: int, samples: int, seed: int) -> np.ndarray:
    """Bool (samples, count): random sets of 1 to count - 1 cells."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, max(2, count), samples)
    return rng.random((samples, count)).argsort(axis=1).argsort(axis=1) < size[:, None]


def pearson(a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of a and b (n,); NaN where one of them does not vary."""
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 1e-12 * max(1.0, np.abs(a).max(initial=0) * len(a)) else float("nan")


def _drops(
    request: MeasureRequest, cell: Tensor, chosen: np.ndarray, nothing: Tensor, progress: Progress
) -> np.ndarray:
    """(samples,): f(x) - f(x without each of the sets)."""
    x = request.input.tensor
    sets = torch.from_numpy(np.concatenate([np.zeros_like(chosen[:1]), chosen])).to(x.device)
    scores: list[Tensor] = []

    def step(part: slice) -> Tensor:
        return request.score(torch.lerp(x, nothing, sets[part][:, cell].unsqueeze(1).to(x.dtype))).detach()

    for part, found in request.work.batched(len(sets), step):
        scores.append(found.double().cpu())
        progress(part.stop / len(sets), "Infidelity")
    all_scores = torch.cat(scores).numpy()
    return all_scores[0] - all_scores[1:]
