"""What an evaluation is made of: models, methods, metrics, a collection. Plain values, so that it can be resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from salviewer.api import AtlasRef, InputRef, ModelRef


class Asked(BaseModel):
    """A method or a metric by key, with parameters; `label` tells two settings of one method apart.

    trained: for a method that takes what was learned about the model: the file; "" where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    params: dict[str, Any] = Field(default_factory=dict)
    label: str = ""
    trained: str = ""

    @property
    def name(self) -> str:
        """As in tables."""
        return self.label or self.key


class BenchSpec(BaseModel):
    """A grid of pictures x methods x metrics.

    target: "label" explains each picture's true class (where it has one), "predicted" the model's answer. correct_only:
    pictures that the model gets wrong are left out and counted. limit: pictures at most, spread over the collection; 0
    takes all. recipe: the name of the published table that this is to make again; "" where there is none.
    atlas: for methods that make use of one; None: the collection's own, where it brings one. template: a head in the
    atlas's space, to which each volume is registered whose header does not say that it is in that space.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[ModelRef, ...]
    methods: tuple[Asked, ...]
    metrics: tuple[Asked, ...]
    collection: str
    collection_params: dict[str, Any] = Field(default_factory=dict)
    limit: int = Field(0, ge=0)
    seed: int = Field(0, ge=0, lt=2**63)
    target: Literal["label", "predicted"] = "label"
    correct_only: bool = False
    recipe: str = ""
    atlas: AtlasRef | None = None
    template: InputRef | None = None


def cell_key(*parts: Any) -> str:
    """The key of a cell: what it was made from, as text."""
    return json.dumps(parts, sort_keys=True, default=lambda v: v.model_dump(mode="json", exclude_defaults=True))


def model_name(model: ModelRef) -> str:
    """As in tables: the architecture, and the weights where they are a file."""
    return f"{model.architecture} ({Path(model.weights).stem})" if model.weights else model.architecture
