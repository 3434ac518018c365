"""A picture, and small networks with one answer and many shapes of inside: in-place, shared, functional ReLU; 3D."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def picture(channels=3, height=32, width=32, seed=0):
    """(C, H, W) float32: a bright thing on faint noise, so that there is something to explain."""
    y, x = np.mgrid[:height, :width]
    thing = 8 * np.exp(-((y - 0.3 * height) ** 2 + (x - 0.6 * width) ** 2) / (2 * 4.0**2))
    return (thing + 0.3 * np.random.default_rng(seed).normal(size=(channels, height, width))).astype(np.float32)


class Small(nn.Module):
    """Two convolutions, two ReLUs, pooling, two classes. `relu`: "module", "in-place", "shared" or "functional"."""

    def __init__(self, relu="module", channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, 3)
        inplace = relu == "in-place"
        self.act1 = None if relu == "functional" else nn.ReLU(inplace)
        self.act2 = self.act1 if relu == "shared" else None if relu == "functional" else nn.ReLU(inplace)

    def forward(self, x):
        x = self.norm(self.conv1(x))
        x = self.conv2(self.act1(x) if self.act1 else F.relu(x))
        x = self.act2(x) if self.act2 else torch.relu(x)
        return self.head(self.drop(x.mean((2, 3))))


def small(relu="module", channels=3):
    """A seeded `Small` in training mode, with BatchNorm statistics that are not the trivial ones."""
    state = torch.random.get_rng_state()
    torch.manual_seed(4)
    net = Small(relu, channels)
    net.norm.running_mean.normal_()
    net.norm.running_var.uniform_(0.5, 2)
    net.head.weight.data.mul_(3)  # a decisive net, as trained ones are: its probabilities span 0 to 1
    net.conv1.weight.requires_grad_(False)
    torch.random.set_rng_state(state)
    return net


class PatchReader(nn.Module):
    """Class 0 rises with the brightness of one known patch, and with nothing else; through convolution and ReLU."""

    rows, columns = slice(6, 14), slice(18, 26)

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1, bias=False)
        self.conv.weight.data.fill_(1 / 3)
        self.register_buffer("window", torch.zeros(1, 1, 32, 32))
        self.window[:, :, self.rows, self.columns] = 1 / 64

    def forward(self, x):
        seen = (F.relu(self.conv(x)) * self.window).sum((1, 2, 3))
        return torch.stack([8 * seen, 4 + 0 * seen], dim=1)


class Broken(nn.Module):
    """Fails at its n-th forward pass, as a network does that meets an input it cannot take."""

    def __init__(self, passes=3):
        super().__init__()
        self.inner, self.left = small(), passes

    def forward(self, x):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("planted failure")
        return self.inner(x)


class Contest(PatchReader):
    """A `PatchReader` in which the rest of the picture speaks for class 1, and nothing for class 2."""

    def forward(self, x):
        for_patch = super().forward(x)[:, 0]
        around = F.relu(self.conv(x)).mean((1, 2, 3))
        return torch.stack([for_patch, 1 + 2 * around, -1 + 0 * around], dim=1)


class Indifferent(nn.Module):
    """Says the same whatever it sees, through weights that are zero."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Linear(4, 3)
        for p in self.parameters():
            nn.init.zeros_(p)

    def forward(self, x):
        return self.head(F.relu(self.conv(x)).mean((2, 3)))


class Volume(nn.Module):
    """Three seeded classes of a volume (N, 1, D, H, W)."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.conv, self.act, self.head = nn.Conv3d(1, 4, 3, padding=1), nn.ReLU(), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.act(self.conv(x)).mean((2, 3, 4)))


class Fuse:
    """Counts the forward passes of a network and of all its copies; blows once `left` of them are used up."""

    def __init__(self, left=10**9):
        self.left = self.whole = left

    @property
    def passes(self):
        return self.whole - self.left

    def burn(self):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("planted failure")

    def __deepcopy__(self, memo):
        return self


class Fused(nn.Module):
    """A `small` network with a `Fuse`."""

    def __init__(self, fuse):
        super().__init__()
        self.inner, self.fuse = small(), fuse

    def forward(self, x):
        self.fuse.burn()
        return self.inner(x)
