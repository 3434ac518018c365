"""Small networks and families for the tests of this folder."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Preprocessing


class Tiny(nn.Module):
    """A classifier with batch norm and dropout: (N, 3, H, W) to (N, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, classes)

    def forward(self, x):
        return self.head(self.drop(torch.relu(self.norm(self.conv(x))).mean((2, 3))))


class TinyFamily(ArchitectureFamily):
    """One architecture called "tiny" with five classes; `given` replaces its facts."""

    def __init__(self, given: ArchitectureFacts | None = None, make=Tiny) -> None:
        self.given = given or ArchitectureFacts(
            Preprocessing(resize=8, crop=(8, 8), mean=(0.5,), std=(0.5,)), "softmax", tuple("abcde")
        )
        self.make = make
        self.built = []

    def names(self):
        return ("tiny",)

    def facts(self, name):
        return self.given

    def build(self, name, classes=None):
        self.built.append(classes)
        return self.make(classes or 5)

    def fetch(self, name, weights, progress):
        raise NotImplementedError


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    return Tiny(5)


@pytest.fixture
def family():
    return TinyFamily()


@pytest.fixture
def make_family():
    return TinyFamily
