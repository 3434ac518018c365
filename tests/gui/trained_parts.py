"""A host with trainers and with methods that take what they learn, and states as training writes them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
from fakes import FakeShelf, LightParams, OtherParams, host

from salviewer.api import Curve, ExplainerInfo, Source, Trained, TrainerInfo, hookimpl
from salviewer.host import Found, Host
from salviewer.jobs.trained_library import library_folder

MODEL = "a1b2" * 16
"""The SHA-256 of the model that the fake shelf opens."""


def trained_host() -> Host:
    """Two trainers (one for volumes), a method that can be trained and one that must be."""
    source, nothing = Source("A. Uthor: A paper"), "fakes:Nothing"

    def learner(key, **more):
        return TrainerInfo(key, key.capitalize(), f"About {key}.", nothing, "fakes:OtherParams", source,
                           f"What {key} learns.", **more)  # fmt: skip

    def method(key, **more):
        return ExplainerInfo(key, key.capitalize(), "s", nothing, "fakes:LightParams", source, "Where?",
                             trained_by="weights", **more)  # fmt: skip

    trainers = [learner("weights", needs=frozenset({"annotation"})), learner("regions", dims=(3,))]
    methods = [method("walk"), method("predictor", needs=frozenset({"trained"}))]
    plugin = SimpleNamespace(
        salviewer_trainers=hookimpl(lambda: trainers, specname="salviewer_trainers"),
        salviewer_explainers=hookimpl(lambda: methods, specname="salviewer_explainers"),
    )
    usual = host()
    light = SimpleNamespace(
        salviewer_explainers=hookimpl(lambda: list(usual.explainers.values()), specname="salviewer_explainers"),
        salviewer_collections=hookimpl(lambda: list(usual.collections.values()), specname="salviewer_collections"),
    )
    return Host([Found("light", "test", "1.0", lambda: light), Found("learning", "test", "1.0", lambda: plugin)])


class TrainableShelf(FakeShelf):
    """A shelf whose host has trainers."""

    def __init__(self) -> None:
        super().__init__()
        self.host = trained_host()


def trained(began: str = "2026-11-20T10:00:00+00:00", *, model: str = MODEL, trainer: str = "weights") -> Trained:
    """A state as a training leaves it."""
    about = {"trainer": trainer, "title": "Weights", "began": began, "fingerprint": "f00d" * 8,
             "model": {"sha256": model, "architecture": "net"},
             "collection": {"key": "an8flower-single-6c", "samples": 3}}  # fmt: skip
    x = np.array([0.5, 1.0], np.float32)
    shown = (Curve("a: reward", x, x, "a", "share"), Curve("a: trials", x, x * 20, "a", "trials"))
    return Trained({"w": x}, {"a": 0.5}, shown, ("a is 0.5.",), "all trials were had", about)


def in_library(began: str, **more: str) -> Path:
    """The file of a state that is kept for its model."""
    made = trained(began, **more)
    folder = library_folder() / made.provenance["model"]["sha256"][:16]
    folder.mkdir(parents=True, exist_ok=True)
    return made.save(folder / f"{began[:10]}.safetensors")


__all__ = ["MODEL", "LightParams", "OtherParams", "TrainableShelf", "in_library", "trained"]
