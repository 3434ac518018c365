"""A trainer whose answer is known by hand, what it learns from, and the method that takes it, as a plugin for tests."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from salviewer.api import (
    Collection,
    CollectionInfo,
    Curve,
    Explainer,
    ExplainerInfo,
    Explanation,
    Heatmap,
    Params,
    Picture,
    Sample,
    Source,
    Trained,
    Trainer,
    TrainerInfo,
    hookimpl,
    param,
)
from salviewer.host import Found, Host, _installed

SIDE = 16
CLASSES = ("dark", "bright")


class SquaresParams(Params):
    count: int = param(6, "How many.", ge=0)
    annotated: bool = param(True, "Whether there are masks and boxes.")
    broken: int = param(-1, "Which one cannot be read.")
    folder: str = param("", "Nothing.", kind="folder")


class Squares(Collection[SquaresParams]):
    """Dark and bright pictures by turns, number i of value i / 10, with a mask or a box of 8 by 8 pixels."""

    def open(self, params):
        return Row(params)


class Row(list):
    """As a list, except that each is made when it is asked for."""

    def __init__(self, params):
        super().__init__(range(params.count))
        self.params = params
        self.ids = tuple(f"square-{i}" for i in range(params.count))
        self.labels = tuple(i % 2 for i in range(params.count))
        self.asked = []

    def __getitem__(self, i):
        i = super().__getitem__(i)
        self.asked.append(i)
        if i == self.params.broken:
            from salviewer.errors import UnreadableInput

            raise UnreadableInput("The file is truncated.", code="truncated")
        pixels = np.full((SIDE, SIDE, 3), i / 10, np.float32)
        masks, boxes = {}, ()
        if self.params.annotated and i % 2:
            boxes = ((4.0, 0.0, 12.0, 8.0),)
        elif self.params.annotated:
            masks["square"] = np.zeros((SIDE, SIDE), bool)
            masks["square"][:8, 4:12] = True
        return Sample(f"square-{i}", Picture(pixels, f"square {i}", f"{i:064d}"), i % 2, f"pair-{i // 2}", masks, boxes)


class MeanParams(Params):
    factor: float = param(1.0, "Times the mean.", gt=0)
    spoil: bool = param(False, "Return what is no number.")


class Mean(Trainer[MeanParams]):
    """The mean input of each class, sample by sample; what was seen stands in the scratch folder."""

    def train(self, request, params, progress):
        state = request.scratch / "state.json"
        seen = json.loads(state.read_text()) if state.exists() else []
        n = len(request.samples)
        for i in range(len(seen), n):
            progress(i / n, f"{i} of {n}")
            one = request.samples[i]
            x = one.input.tensor
            for _, logits in request.work.batched(1, lambda part, x=x: request.model(x)):
                best = int(logits.argmax())
            seen.append([one.label, float(x.mean()), best])
            state.write_text(json.dumps(seen))
            (request.cache / one.input.ref).write_text(str(float(x.mean())))
        means = [np.mean([m for label, m, _ in seen if label == k]) if n else 0.0 for k in range(2)]
        noise = torch.rand(2, generator=request.generator, device=request.model.device).cpu().numpy()
        weights = np.full(2, np.nan) if params.spoil else params.factor * np.array(means)
        curve = Curve("means", np.arange(2, dtype=np.float32), weights.astype(np.float32))
        return Trained(
            {"means": weights.astype(np.float32), "noise": noise}, {"ids": list(request.ids)}, (curve,), ("Learned.",)
        )


class Truths(Trainer[MeanParams]):
    """Where the truth lies in each sample."""

    def train(self, request, params, progress):
        return Trained({"boxes": np.array([one.truth.boxes[0] for one in request.samples], np.float32)})


class Distance(Explainer):
    """How far each pixel is from the target's learned mean; from 0 where nothing was learned."""

    def explain(self, request, params, progress):
        x = request.input.tensor[0].mean(0).numpy()
        mean = 0.0 if request.trained is None else request.trained.tensors["means"][request.target.index]
        return Explanation((Heatmap("distance", np.abs(x - mean).astype(np.float32)),))


def net(seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        )


def _trainer(key, name, needs=()):
    return TrainerInfo(
        key, key.title(), "A toy.", f"toy_trainers:{name}", "toy_trainers:MeanParams", Source("none"), "Means.",
        needs=frozenset(needs),
    )  # fmt: skip


def _method(key, trained_by, needs=()):
    return ExplainerInfo(
        key, key.title(), "A toy.", "toy_trainers:Distance", "toy_trainers:MeanParams", Source("none"), "What?",
        needs=frozenset(needs), trained_by=trained_by,
    )  # fmt: skip


@hookimpl
def salviewer_trainers():
    return [_trainer("toy-mean", "Mean"), _trainer("toy-truth", "Truths", ("annotation",))]


@hookimpl
def salviewer_explainers():
    return [_method("toy-distance", "toy-mean", ("trained",)), _method("toy-maybe", "toy-mean"),
            _method("toy-without", "")]  # fmt: skip


@hookimpl
def salviewer_collections():
    return [CollectionInfo("toy-squares", "Squares", "A toy.", "toy_trainers:Squares", "toy_trainers:SquaresParams",
                           CLASSES)]  # fmt: skip


PLUGIN = SimpleNamespace(
    salviewer_trainers=salviewer_trainers, salviewer_explainers=salviewer_explainers,
    salviewer_collections=salviewer_collections,
)  # fmt: skip


def host_with_trainers():
    """The installed plugins and this one."""
    return Host([*_installed(), Found("toy-trainers", "tests", "1.0", lambda: PLUGIN)])
