"""The mu-lasso against spgl1 and scikit-learn, class by class: 12 classes, 3,000 features, 10,000 images.

Features are made as those of a network are: correlated, not negative, many of them zero, normalised within layers; and
labels follow some of them. All solve the same problem in the same run, ours from float32 as features are kept, the
others from float64 (in float32 they do not come as far), and each answer's gap is measured here, by one formula, in
float64. spgl1 takes the bound mu itself. scikit-learn's Lasso takes a penalty
instead: it is told the one that belongs to mu, which in practice would have to be searched for.

python -m benchmarks.mu_lasso [images]
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
import torch

from salviewer.numeric.feature_rows import FeatureRows
from salviewer.numeric.mu_lasso import GAP, mu_lasso
from salviewer.numeric.spectral_gradient import relative_gap

CLASSES, FEATURES, LAYERS, MU = 12, 3_000, 15, 10.0


def network_like(images, seed=0):
    """(features (N, m), labels (N, C)) made of hidden causes that differ by class, float32."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(CLASSES, size=images)
    causes = rng.standard_normal((images, 60)) + 1.5 * rng.standard_normal((CLASSES, 60))[classes]
    layers = []
    for _ in range(LAYERS):
        width = FEATURES // LAYERS
        mixed = causes @ rng.standard_normal((60, width)) / 4 + rng.standard_normal((images, width)) * 0.7
        response = np.maximum(mixed + 0.5, 0) * rng.gamma(1.0, size=width)
        layers.append(response / np.maximum(response.sum(1, keepdims=True), 1e-12))
    return np.concatenate(layers, 1).astype(np.float32), np.eye(CLASSES, dtype=np.float32)[classes]


def gaps(x, labels, weights, mu):
    """The largest relative duality gap of weights (m, C) over the classes, in float64."""
    rows = FeatureRows(x.astype(np.float64), labels)
    w = torch.from_numpy(np.asarray(weights, np.float64).T.copy())
    inside = w * (mu / w.abs().sum(-1, keepdim=True)).clamp(max=1)
    columns = torch.arange(x.shape[1])
    slope, value = rows.residuals(inside, columns)
    answered = (rows.answers * inside).sum(-1)
    return float(relative_gap(value, answered, rows.sizes, slope.abs().amax(-1), mu).max())


def by_spgl1(x, labels, tolerance):
    """spgl1 with the bound, one class after the other."""
    import spgl1

    alone = (spgl1.spg_lasso(x, wanted, MU, opt_tol=tolerance, iter_lim=5000, verbosity=0)[0] for wanted in labels.T)
    return np.stack(list(alone), 1)


def by_scikit_learn(x, labels, penalties, tolerance):
    """Coordinate descent with the penalties given, one class after the other, with one Gram matrix for all."""
    from sklearn.linear_model import Lasso

    gram = x.T @ x
    found = []
    for wanted, penalty in zip(labels.T, penalties, strict=True):
        lasso = Lasso(penalty, fit_intercept=False, precompute=gram, tol=tolerance, max_iter=20_000, selection="random")
        found.append(lasso.fit(x, wanted).coef_)
    return np.stack(found, 1)


def timed(work):
    """(seconds, what it returned)."""
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def until_as_good(x, labels, solve):
    """(seconds, gap) of the first of ever finer tolerances at which a peer's answer is as good as asked."""
    for tolerance in (1e-4, 1e-6, 1e-8):
        took, weights = timed(lambda t=tolerance: solve(t))
        if (left := gaps(x, labels, weights, MU)) <= GAP:
            break
    return took, left


def main(images: int) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(2)
    x, labels = network_like(images)
    print(f"{CLASSES} classes, {FEATURES} features, {images} images, mu {MU:g}, {torch.get_num_threads()} threads")
    ours, found = timed(lambda: mu_lasso(x, labels, MU))
    print(
        f"ours: {ours:.2f} s (asked: under 20), gap {gaps(x, labels, found.weights, MU):.1e} (asked: {GAP:.0e}), "
        f"{found.rounds} passes, {found.steps} steps, features per class {found.active.min()} to {found.active.max()}"
    )
    slope = 2 * x.T.astype(np.float64) @ (x @ found.weights - labels)
    penalties = np.abs(slope).max(0) / (2 * images)
    exact, wanted = x.astype(np.float64), labels.astype(np.float64)
    for name, solve in (
        ("scikit-learn, told the penalty", lambda t: by_scikit_learn(exact, wanted, penalties, t)),
        ("spgl1", lambda t: by_spgl1(exact, wanted, t)),
    ):
        took, left = until_as_good(x, labels, solve)
        print(f"{name}: {took:.2f} s, gap {left:.1e}: ours is {took / ours:.1f} times as fast")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
