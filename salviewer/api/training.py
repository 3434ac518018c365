"""What a plugin's trainer is, and what it is given: a model, labelled inputs, and places to keep its work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from salviewer.api.jobspec import CollectionRef
from salviewer.api.method import Model, Work
from salviewer.api.params import Params
from salviewer.api.progress import Progress
from salviewer.api.trained import Trained
from salviewer.api.values import Annotation, ModelInput

if TYPE_CHECKING:
    from torch import Generator

P = TypeVar("P", bound=Params)


@dataclass(frozen=True, eq=False)
class LabelledInput:
    """One sample of the collection as the model sees it.

    label: index among the *model's* classes; -1 where that is not known.
    truth: the annotation on the model's input grid; None where the sample has none, or the trainer's `needs` do not
    name "annotation".
    """

    id: str
    input: ModelInput
    label: int
    group: str = ""
    truth: Annotation | None = None


@dataclass(frozen=True, eq=False)
class TrainRequest:
    """One training, live: never stored or sent. `generator` is seeded with `seed` and lives on the model's device.

    samples: read and prepared one by one, each time they are asked for; `ids`: theirs, cheaply.
    collection: by what the samples can be found again: what is learned may hold their ids.
    scratch: a folder of this very job: what lies there is found again when the same job is run after a crash or a
    cancel, and is gone when it has ended well.
    cache: a folder of this trainer and model, for what other jobs can use too. Name rows by `LabelledInput.input.ref`.
    """

    model: Model
    samples: Sequence[LabelledInput]
    ids: tuple[str, ...]
    collection: CollectionRef
    seed: int
    generator: Generator
    work: Work
    scratch: Path
    cache: Path


class Trainer(Generic[P]):
    """Learns something about a model. One instance serves one run; keep nothing between calls."""

    def train(self, request: TrainRequest, params: P, progress: Progress) -> Trained:
        """Learn. The model is left as it was. `progress` may show evidence: curves, sample masks.

        Raises `UnsupportedModel` where it cannot, and `InvalidChoice` where the collection lacks what is needed.
        """
        raise NotImplementedError
