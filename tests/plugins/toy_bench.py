"""One network, one picture, and toy methods whose maps are known: explain, then measure."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from toy_explainers import host_with_toys

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.data.pictures import picture_from_array
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

HOST = host_with_toys()
PLAN = Plan(batch=4)


def conv_net(seed=0, classes=3, channels=3):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(128, classes),
        )  # fmt: skip


def picture(shape=(3, 24, 24), seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


class Bench:
    """One network and one picture: explain, then measure."""

    def __init__(self, module, array):
        self.shelf, self.module = Shelf(HOST, "cpu"), module
        model = open_module(module, preprocessing="none")
        self.where = {
            "model": ModelRef(architecture=self.shelf.keep_live(model)),
            "input": InputRef(source=self.shelf.keep_live(picture_from_array(array))),
        }

    def explain(self, method, params=None, target=0, **more):
        return run(JobSpec(method=method, params=params or {}, target=target, **self.where, **more), self.shelf,
                   plan=PLAN)  # fmt: skip

    def measure(self, metric, judged, progress=None, **more):
        source = self.shelf.keep_live(judged)
        spec = JobSpec(verb="measure", method=metric, sources=(source,), **self.where, **more)
        return run(spec, self.shelf, progress, PLAN)
