"""Batches of volumes stay small on a CPU however much memory there is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from salviewer.jobs import planner
from salviewer.jobs.plan import Plan

MB = 2**20


@pytest.fixture
def much_memory(monkeypatch):
    monkeypatch.setattr(planner, "free_bytes", lambda device: 2**40)


def batch(x, need):
    book = SimpleNamespace(get=lambda key: Plan(batch=256, bytes_per_image=need))
    return planner.plan_for(SimpleNamespace(sha256="", variant=""), x, book, max_threads=1).batch


def test_a_batch_of_volumes_is_bounded(much_memory):
    volume = torch.zeros(1, 1, 4, 4, 4)
    assert batch(volume, 240 * MB) == 3
    assert batch(volume, 2000 * MB) == 1
    assert batch(volume, 1 * MB) == 256


def test_a_batch_of_pictures_is_not(much_memory):
    assert batch(torch.zeros(1, 3, 4, 4), 240 * MB) == 256
