"""Small networks with one answer and many shapes of inside: in-place, shared and functional ReLU, one channel, 3D."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


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
