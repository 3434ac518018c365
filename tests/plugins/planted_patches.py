"""Pictures whose class is a patch of one colour, and a network that reads nothing else: where masks must lie."""

from __future__ import annotations

import torch
from torch import nn

from salviewer.api import CollectionRef, GridMap, LabelledInput, ModelInput, Progress, TrainRequest
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from tests.plugins.direct import PlainModel

SIDE, PATCH = 64, 14


def net():
    """(N, 3, 64, 64) to two logits: how much red stands out from its surround, and how much green does."""
    made = nn.Sequential(
        nn.Conv2d(3, 4, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 1), nn.ReLU(), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2),
    ).eval()  # fmt: skip
    stands_out = torch.full((5, 5), -1 / 16)
    stands_out[1:4, 1:4] = 1 / 9
    with torch.no_grad():
        for part in made:
            if isinstance(part, nn.Conv2d | nn.Linear):
                part.weight.zero_()
                part.bias.zero_()
        made[0].weight[0, 0] = made[0].weight[1, 1] = stands_out
        made[0].weight[2, 0] = made[0].weight[3, 1] = -stands_out
        made[0].bias.fill_(-0.7)
        made[3].weight[:] = made[6].weight[:] = torch.eye(4)[..., None, None]
        made[11].weight[:] = 60 * torch.tensor([[1.0, -1, 1, -1], [-1, 1, -1, 1]])
    return made


class PatchModel(PlainModel):
    """The network as a model."""

    sha256 = "patches"

    def __init__(self, module=None, logits=None):
        self.module = module or net()
        super().__init__(logits or self.module)


def picture(number):
    """(input (1, 3, 64, 64), class, (top, left) of the patch)."""
    generator = torch.Generator().manual_seed(1000 + number)
    x = 0.05 * torch.randn(1, 3, SIDE, SIDE, generator=generator)
    top, left = torch.randint(2, SIDE - PATCH - 2, (2,), generator=generator).tolist()
    x[0, number % 2, top : top + PATCH, left : left + PATCH] += 2.5
    return x, number % 2, (top, left)


def samples(count, first=0):
    """Labelled inputs; the labels are wrong on purpose, since nothing may read them."""
    grid = GridMap.identity((SIDE, SIDE))
    made = [picture(first + i) for i in range(count)]
    return [LabelledInput(f"p{i}", ModelInput(x, grid, f"p{i}"), 1 - label) for i, (x, label, _) in enumerate(made)]


def request_for(folder, pictures, model=None, seed=0, batch=16, work=None):
    """A training in `folder`."""
    folder.mkdir(exist_ok=True, parents=True)
    ids = tuple(one.id for one in pictures)
    work = work or PlannedWork(Plan(batch=batch), Progress())
    generator = torch.Generator().manual_seed(seed)
    return TrainRequest(
        model or PatchModel(), pictures, ids, CollectionRef(key="patches"), seed, generator, work, folder, folder
    )
