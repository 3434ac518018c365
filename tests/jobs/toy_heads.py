"""Heads whose answer is known: of eight cubes the ill ones have a bright core in the sixth; and their network."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from salviewer.api import (
    ArchitectureFacts,
    ArchitectureFamily,
    ArchitectureInfo,
    Atlas,
    Collection,
    CollectionInfo,
    Params,
    Region,
    Sample,
    Volume,
    VolumePreprocessing,
    hookimpl,
    param,
)
from salviewer.host import Found, Host

SIDE, SPACE = 16, "toy-heads"
PLANTED = 6
AFFINE = np.diag([4.0, 4.0, 4.0, 1.0]) - np.array([[0, 0, 0, 30.0]] * 3 + [[0] * 4])
LABELS = np.kron(np.arange(1, 9).reshape(2, 2, 2), np.ones((8, 8, 8), int)).astype(np.int16)
NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta")


def volume(values, name):
    return Volume(values, AFFINE, name, f"sha-{name}", ("R", "A", "S"), "array", SPACE)


def head(number, *, ill):
    values = 0.2 + 0.02 * np.random.default_rng(number).random((SIDE,) * 3, np.float32)
    if ill:
        core = np.argwhere(LABELS == PLANTED).min(axis=0) + 2
        values[tuple(slice(i, i + 4) for i in core)] = 1.0
    return volume(values, f"head {number}")


class HeadParams(Params):
    heads: int = param(6, "How many.", ge=0, le=20)
    template: bool = param(False, "Whether there is a template.")


class Heads(Collection[HeadParams]):
    """Every second head is ill."""

    def open(self, params):
        found = [Sample(f"head-{i}", head(i, ill=i % 2 == 1), i % 2) for i in range(params.heads)]
        return [Sample("template", head(99, ill=False), -1), *found] if params.template else found

    def atlas(self):
        return Atlas(volume(LABELS, "cubes"), tuple(Region(i, name) for i, name in enumerate(NAMES, start=1)))


class HeadNet(nn.Module):
    """Ill where the core of the sixth cube is bright."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 1)
        nn.init.ones_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)
        z, y, x = (np.argwhere(LABELS == PLANTED).min(axis=0) + 2)[::-1]  # axes of a tensor are D, H, W
        self.at = (slice(z, z + 4), slice(y, y + 4), slice(x, x + 4))

    def forward(self, x):
        core = self.conv(x)[(slice(None), slice(None), *self.at)].mean((1, 2, 3, 4))
        return torch.stack([torch.full_like(core, 3.0), 6 * core], dim=1)


class HeadNets(ArchitectureFamily):
    def names(self):
        return ("head-net",)

    def facts(self, name):
        plain = VolumePreprocessing(window="none", axcodes=None)
        return ArchitectureFacts(plain, "softmax", ("healthy", "ill"), {})

    def build(self, name, classes=None):
        return HeadNet()


def host_with_heads(*others):
    """Of the methods and toys here, and of plugin modules `others`."""
    here = __name__
    heads = CollectionInfo("toy-heads", "Heads", "Toys.", f"{here}:Heads", f"{here}:HeadParams", ("healthy", "ill"))
    nets = ArchitectureInfo("head-nets", "Nets", "Toys.", f"{here}:HeadNets", ("head-net",))
    toys = SimpleNamespace(
        salviewer_collections=hookimpl(lambda: [heads], specname="salviewer_collections"),
        salviewer_architectures=hookimpl(lambda: [nets], specname="salviewer_architectures"),
    )
    import salviewer_plugins.baselines as baselines
    import salviewer_plugins.glas as glas

    found = [Found(m.__name__, "test", "1.0", lambda m=m: m) for m in (glas, baselines, *others)]
    return Host([*found, Found("toys", "test", "1.0", lambda: toys)])
