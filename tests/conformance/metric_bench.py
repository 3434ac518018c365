"""One network, one input and its annotation: any map about it can be judged by any metric."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property

import numpy as np
import torch
from nets import picture, small

from salviewer.api import AnnotationRef, Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelInput, ModelRef
from salviewer.data.pictures import picture_from_array
from salviewer.host import Host
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.models.opening import open_module

HOST = Host.discover()
PLAN = Plan(batch=8)
BOX = ((5.0, 4.0, 14.0, 12.0),)


class Bench:
    """Maps of `method` for class `target` of one picture; `measure` also takes arrays, as if `method` had made them."""

    def __init__(self, net, array=None, *, method="gradient", target=1, boxes=BOX, mask=None, device="cpu"):
        self.shelf = self.make_shelf(device)
        self.model = self.open(net, device)
        source = picture_from_array(picture() if array is None else array)
        self.where = {
            "model": ModelRef(architecture=self.shelf.keep_live(self.model)),
            "input": InputRef(source=self.shelf.keep_live(source)),
            "target": target,
        }
        self.truth = AnnotationRef(boxes=boxes, mask="" if mask is None else self.shelf.keep_live(mask))
        self.method = method

    def make_shelf(self, device):
        return Shelf(HOST, device)

    def open(self, net, device):
        return open_module(net, preprocessing="none", device=device)

    def model_input(self):
        return self.shelf.input(self.where["input"], self.model)

    @cached_property
    def explanation(self) -> Explanation:
        return run(JobSpec(method=self.method, **self.where), self.shelf, None, PLAN)

    def judged(self, heatmap) -> Explanation:
        """`heatmap` as if `method` had given it."""
        if isinstance(heatmap, Explanation):
            return heatmap
        return replace(self.explanation, evidence=(Heatmap("map", heatmap, signed=bool((heatmap < 0).any())),))

    def measure(self, key, heatmap, progress=None, *, plan=PLAN, params=None, **more):
        source = self.shelf.keep_live(self.judged(heatmap))
        params = HOST.params(HOST.metric(key)).quick if params is None else params
        spec = JobSpec(
            verb="measure", method=key, params=params, sources=(source,), annotation=self.truth, **self.where, **more
        )
        return run(spec, self.shelf, progress, plan)


class VolumeShelf(Shelf):
    """A shelf whose every input is one volume (1, 1, 10, 12, 14)."""

    def input(self, ref, model):
        x = torch.from_numpy(np.random.default_rng(0).random((1, 1, 10, 12, 14), dtype=np.float32))
        return ModelInput(x, GridMap.identity((10, 12, 14)), ref="volume", name="volume")


class VolumeBench(Bench):
    """The same for a volume."""

    def __init__(self, net):
        super().__init__(net, boxes=((3.0, 2.0, 1.0, 9.0, 8.0, 7.0),))

    def make_shelf(self, device):
        return VolumeShelf(HOST, device)

    def open(self, net, device):
        return open_module(net, preprocessing="none", device=device, input_shape=(1, 10, 12, 14))


@cache
def bench():
    """The usual bench, shared by all tests that leave it as it was."""
    return Bench(small())
