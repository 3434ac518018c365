"""What a front door asks for: plain values only, the same from the window, the terminal and Python."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from salviewer.api.preprocessing import Preprocessing, VolumePreprocessing


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelRef(_Frozen):
    """Which model. Content (`sha256`) decides identity; `weights` only says where to look.

    architecture: a name that some family builds, or "live:..." for a module handed over in Python.
    weights: a file, a name of weights ("default"), or None (those that come with the architecture).
    classes: class names, or a text/JSON file with them; None: the architecture's own, or numbered.
    outputs: "softmax", "sigmoid", "ordinal", "binary", "probabilities", "caption", or None (as the architecture says).
    preprocessing: None takes the architecture's; "none" feeds inputs as they are.
    """

    architecture: str
    weights: str | None = None
    sha256: str = ""
    classes: tuple[str, ...] | str | None = None
    outputs: Literal["softmax", "sigmoid", "ordinal", "binary", "probabilities", "caption"] | None = None
    preprocessing: Preprocessing | VolumePreprocessing | Literal["none"] | None = None


class InputRef(_Frozen):
    """Which input: a path, "live:..." for an array handed over in Python, or "collection:KEY/ID".

    `options` settle what the file leaves open ({"page": 2}); for a sample, {"collection": {...}} holds the params with
    which its collection is opened.
    """

    source: str
    sha256: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


class AnnotationRef(_Frozen):
    """Where the truth about an input lies.

    boxes: (x0, y0, x1, y1) edges in the source's pixels. mask: a picture file whose pixels above zero are the truth,
    "live:..." for an array, or the name of one of a collection's masks. A collection's own answer is taken where
    neither is given.
    """

    boxes: tuple[tuple[float, ...], ...] = ()
    mask: str = ""


class AtlasRef(_Frozen):
    """Which atlas, and how the input's space meets it.

    source: a file of labels, "collection:KEY" for the one that a collection brings, or "live:..." for an `Atlas`.
    names: the file with the regions' names; "" looks for one beside `source`.
    sha256: of the labels' file; content decides identity.
    registration: 16 numbers, the rows of the (4, 4) matrix from the input's RAS+ millimetres to the atlas's; "none":
    both are in one space; None: the headers must say so.
    """

    source: str
    names: str = ""
    sha256: str = ""
    registration: Annotated[tuple[float, ...], Field(min_length=16, max_length=16)] | Literal["none"] | None = None


class CollectionRef(_Frozen):
    """Which collection, opened with which params. `limit`: samples at most, spread over it; 0 takes all."""

    key: str
    params: dict[str, Any] = Field(default_factory=dict)
    limit: int = Field(0, ge=0)


class TrainedRef(_Frozen):
    """Which trained state: a file that training wrote, or "live:...". Content (`sha256`) decides identity."""

    source: str
    sha256: str = ""


class JobSpec(_Frozen):
    """One job. `method`: the explainer's key, the metric's for "measure", the trainer's for "train".

    `target`: class name, class index, "live:..." for a function of the outputs, or None for the predicted class. Of a
    caption: a word, or its position from 0; None takes the word that the picture decides most.

    `sources`: what a measurement judges, or what an explainer puts together - specs that explain, stored results'
    paths, or "live:...". `atlas`: for methods that make use of one. `trained`: the same, of what was learned.
    `collection`: what "train" learns from; `input` is left empty there.
    `output`: None takes the method's default. `precision`: "fast" allows reduced precision where it is proven harmless.
    """

    verb: Literal["explain", "predict", "measure", "train"] = "explain"
    method: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    model: ModelRef
    input: InputRef = InputRef(source="")
    target: int | str | None = None
    output: Literal["probability", "logit"] | None = None
    seed: int = Field(0, ge=0, lt=2**63)
    precision: Literal["full", "fast"] = "full"
    sources: tuple[JobSpec | str, ...] = ()
    annotation: AnnotationRef = AnnotationRef()
    atlas: AtlasRef | None = None
    trained: TrainedRef | None = None
    collection: CollectionRef | None = None

    def fingerprint(self, method_version: str = "") -> str:
        """SHA-256 of what the job asks for: content hashes stand for paths, defaults are left out."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        for part, place in (("model", "weights"), ("input", "source"), ("atlas", "source"), ("trained", "source")):
            if plain.get(part, {}).get("sha256"):
                plain[part].pop(place, None)
        if self.input.sha256 and self.input.source.startswith("collection:"):
            plain["input"].pop("options", None)  # they say how the collection is opened, and may hold a path
        if self.sources:
            plain["sources"] = [s if isinstance(s, str) else s.fingerprint() for s in self.sources]
        plain["method_version"] = method_version
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
