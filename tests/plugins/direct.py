"""Runs a method on a plain torch function, without files, models or jobs: for tests of the method's own arithmetic."""

from __future__ import annotations

import torch

from salviewer.api import GridMap, ModelInput, Progress, Request, Target
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork


class PlainModel:
    """A model around `logits(x)`: softmax outputs, a normalised space of (raw - 0.5) / 0.25."""

    module = None
    sha256 = variant = ""
    device = torch.device("cpu")

    def __init__(self, logits, classes=2):
        self._logits = logits
        self.classes = tuple(f"class {i}" for i in range(classes))
        self.calls = 0
        self.largest = 0

    def __call__(self, x):
        self.calls += len(x)
        self.largest = max(self.largest, len(x))
        return self._logits(x)

    def probabilities(self, logits):
        return logits.softmax(dim=1)

    def encode(self, raw):
        return (raw - 0.5) / 0.25

    def decode(self, x):
        return x * 0.25 + 0.5


def request_for(model, x, target=0, output="probability", batch=7, progress=None):
    work = PlannedWork(Plan(batch=batch), progress or Progress())
    source = ModelInput(x, GridMap.identity(tuple(x.shape[2:])))
    generator = torch.Generator().manual_seed(0)
    return Request(model, source, Target(target, model.classes[target], output), 0, generator, work)


def explain(method, params, model, x, **options):
    progress = options.pop("progress", None) or Progress()
    with torch.inference_mode():
        return method.explain(request_for(model, x, progress=progress, **options), params, progress)
