"""The rendered sets with the networks of their folds, and what a training learned about each, kept in a folder.

A fold's network is asked about the viewpoints that it was not trained on, and what is learned about it is learned from
those that it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salviewer.api import CollectionRef, JobSpec, ModelRef, Progress
from salviewer.api.trained_file import read_head
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.training import train

_FOLD = "fold-"


@dataclass(frozen=True)
class Fold:
    """One of a set's networks. title: as in "single-6c, fold 0"."""

    title: str
    collection: str
    number: int
    model: ModelRef

    @property
    def folder(self) -> str:
        """The name of a folder for it."""
        return self.title.replace(", ", "-").replace(" ", "-")

    def held_out(self) -> dict[str, Any]:
        """The collection's parameters for what this network may be judged on."""
        return self._part("held-out")

    def seen(self) -> dict[str, Any]:
        """The same for what it was trained on."""
        return self._part("train")

    def _part(self, subset: str) -> dict[str, Any]:
        return {"augmented": True, "subset": subset, "fold": self.number}


@dataclass(frozen=True)
class FlowerSet:
    """A collection and the architecture whose weights "fold-0", "fold-1", ... were trained on it."""

    title: str
    collection: str
    architecture: str
    classes: int

    def folds(self, shelf: Shelf, wanted: tuple[int, ...] | None = None) -> tuple[Fold, ...]:
        """Those whose weights are there, or those `wanted` among them."""
        names = shelf.family_of(self.architecture).facts(self.architecture).weights or {}
        numbers = sorted(int(name.removeprefix(_FOLD)) for name in names if name.startswith(_FOLD))
        return tuple(
            Fold(
                f"{self.title}, fold {i}",
                self.collection,
                i,
                ModelRef(architecture=self.architecture, weights=f"{_FOLD}{i}"),
            )
            for i in numbers
            if wanted is None or i in wanted
        )


SINGLE = FlowerSet("single-6c", "an8flower-single-6c", "an8flower-cnn", 6)
DOUBLE = FlowerSet("double-12c", "an8flower-double-12c", "an8flower-double-12c-cnn", 12)
SETS = (SINGLE, DOUBLE)
LEARNED_BY = "relevant-filters"
WITHOUT_AVERAGES = {"averages": 0}
"""Parameters of that trainer: nobody looks at the average pictures here, and they take the most time."""


def learned(
    shelf: Shelf,
    fold: Fold,
    trainer: str,
    params: Mapping[str, Any],
    limit: int,
    seed: int,
    folder: Path,
    progress: Progress,
) -> Path:
    """The file of what `trainer` learned about the fold's network from pictures that it has seen; made only once."""
    spec = JobSpec(verb="train", method=trainer, params=dict(params), model=fold.model, seed=seed,
                   collection=CollectionRef(key=fold.collection, params=fold.seen(), limit=limit))  # fmt: skip
    sha256 = shelf.model(fold.model).sha256
    about = json.dumps([spec.model_dump(mode="json"), sha256], sort_keys=True)
    path = folder / f"{trainer}-{hashlib.sha256(about.encode()).hexdigest()[:16]}.safetensors"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        train(spec, shelf, progress).save(path)
    progress(1.0, "Trained")
    return path


def facts_of(path: Path) -> Mapping[str, Any]:
    """The facts of what was learned, without its arrays."""
    facts: Mapping[str, Any] = read_head(path)["facts"]
    return facts
