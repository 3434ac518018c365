"""How much memory the solver takes where the features do not fit: 50,000 images, 5,000 channels, from a table on disk.

The table is written as a training writes it, batch by batch, and read by blocks of rows (`FeatureTable`, 1 GB of
float32). Features are made: correlated within layers, not negative, each layer's sum 1. The figure is the process's
largest resident set, which counts the pages of the table that the system keeps at hand as well; without those it is
less (`anonymous`).

python -m benchmarks.features_memory [images channels]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from salviewer.numeric.mu_lasso import path
from salviewer_plugins.interpretation.feature_table import FeatureTable

CLASSES, CAUSES, LAYERS, BATCH, MU = 12, 60, 20, 500, 10.0


def batches(images, channels):
    """(features (n, channels) float32, classes (n,)) until there are so many images."""
    rng = np.random.default_rng(0)
    middles, mixing = 1.5 * rng.standard_normal((CLASSES, CAUSES)), rng.standard_normal((CAUSES, channels)) / 4
    for start in range(0, images, BATCH):
        classes = rng.integers(CLASSES, size=min(BATCH, images - start))
        causes = rng.standard_normal((len(classes), CAUSES)) + middles[classes]
        answers = np.maximum(causes @ mixing + 0.7 * rng.standard_normal((len(classes), channels)) + 0.5, 0)
        layers = answers.reshape(len(classes), LAYERS, -1)
        yield (layers / layers.sum(2, keepdims=True)).reshape(answers.shape).astype(np.float32), classes


def anonymous():
    """Resident memory of this process that is no page of a file, bytes (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def main(images: int, channels: int) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, FeatureTable(Path(folder), channels) as table:
        labels = []
        for features, classes in batches(images, channels):
            first = len(labels)
            table.add([f"{first + i:064x}" for i in range(len(classes))], features, classes.tolist())
            labels += classes.tolist()
        rows = table.rows([f"{i:064x}" for i in range(len(labels))])
        before, most, start = anonymous(), 0, time.process_time()

        def watch(mu, trace):
            nonlocal most
            most = max(most, anonymous())

        (found,) = path(rows, np.eye(CLASSES, dtype=np.float32)[labels], (MU,), watch=watch)
        took, largest = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(
            f"{images:,} images, {channels:,} channels: largest resident set {largest / 1e9:.2f} GB (asked: under 4), "
            f"anonymous {before / 1e9:.2f} GB before and {most / 1e9:.2f} GB while solving; gap "
            f"{found.gap.max():.1e}, {found.rounds} passes, {took:.0f} s of CPU time"
        )


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3] or (50_000, 5_000)))
