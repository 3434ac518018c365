"""What a plugin's `run` paths name: explainers, collections, network families, readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from salviewer.api.explanation import Explanation, Measurement
from salviewer.api.params import Params
from salviewer.api.preprocessing import Preprocessing, VolumePreprocessing
from salviewer.api.progress import Progress
from salviewer.api.trained import Trained
from salviewer.api.values import Annotation, AtlasOnGrid, ModelInput, Picture, Sample, Volume

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from torch import Generator, Tensor, nn

T = TypeVar("T")
P = TypeVar("P", bound=Params)


class Model(Protocol):
    """A classifier, opened and ready."""

    @property
    def module(self) -> nn.Module | None:
        """The network itself, or None where only its outputs can be had."""

    @property
    def sha256(self) -> str:
        """Hash of its weights."""

    @property
    def variant(self) -> str:
        """Empty, or what was done to the network ("randomised: layer4")."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in index order."""

    @property
    def device(self) -> Any:
        """The torch device that the model lives on."""

    def __call__(self, x: Tensor) -> Tensor:
        """Logits (N, K) of x (N, C, *S)."""

    def probabilities(self, logits: Tensor) -> Tensor:
        """(N, K) in 0..1: P(y | x) after the model's own output activation."""

    def encode(self, raw: Tensor) -> Tensor:
        """Raw values (N, C, *S) in 0..1, channels as the model has them, in the model's normalised space."""

    def decode(self, x: Tensor) -> Tensor:
        """The inverse of `encode`."""

    def with_module(self, module: nn.Module, variant: str) -> Model:
        """This model around another network of the same inputs and outputs; `variant` says what was done to it."""


@dataclass(frozen=True)
class Target:
    """What is explained: class `index`, named `label`, as a "probability" or a "logit".

    function: where it is given, the explained number is `function(logits (N, K)) -> (N,)`, and `index` is -1.
    """

    index: int
    label: str
    output: str = "probability"
    function: Callable[[Tensor], Tensor] | None = field(default=None, repr=False, compare=False)

    def facts(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"index": self.index, "label": self.label, "output": self.output}


class Work(Protocol):
    """The machine, as a method sees it: batch size, layout, precision, out of memory and cancel live behind it."""

    def batched(self, count: int, step: Callable[[slice], T], *, images: int = 1) -> Iterator[tuple[slice, T]]:
        """Call `step` for slices that cover range(count) in order; yield each slice with what it returned.

        `step` runs the model on `images` inputs per item and returns a tensor or a tuple of tensors whose first axis
        is the slice; it may be called twice for one slice (after running out of memory, or to compare precisions),
        so it must not add anything up: do that with what is yielded.
        """

    def memo(self, name: str, build: Callable[[], T]) -> T:
        """What `build` gives for this very model and input, kept for the next jobs about them.

        Only the last few inputs are kept, as long as the model is open. `name` says all else that it depends on; do
        not change what is returned. Logits (1, K) under "logits" are what the model's prediction is read from.
        """

    def note(self, text: str) -> None:
        """Keep a sentence for the explanation's notes."""

    def rerun(
        self,
        explanation: Explanation,
        progress: Progress,
        *,
        model: Model | None = None,
        tensor: Tensor | None = None,
        target: Target | None = None,
        params: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> Explanation:
        """Run the method that made `explanation` again, with what is given changed and all else pinned, target too.

        `tensor`: another input (1, C, *S); `params` are laid over those used. Raises `InvalidChoice` where nobody
        knows how the explanation was made (a bare array).
        """

    def rerun_each(
        self, explanation: Explanation, progress: Progress, tensors: Tensor, *, target: Target | None = None
    ) -> tuple[Explanation, ...]:
        """The same for each of the inputs `tensors` (N, C, *S): several at once where the method can.

        They should be few: an explanation each is held in memory.
        """


@dataclass(frozen=True, eq=False)
class Request:
    """One question, live: never stored or sent. `generator` is seeded with `seed` and lives on the model's device.

    atlas: the atlas that the job names, on the model's grid; None where it names none.
    sources: the earlier results that the job names, in order. There may be many: take one after the other, and keep
    what is needed of it.
    trained: what the method's trainer learned about this very model; None where the job names nothing.
    late: where the method said `late_target` and nobody named a class: settles it, see `target_from`. Until then
    `target` has the index -1 and cannot be scored.
    """

    model: Model
    input: ModelInput
    target: Target
    seed: int
    generator: Generator
    work: Work
    atlas: AtlasOnGrid | None = field(default=None, kw_only=True)
    sources: Sequence[Explanation] = field(default=(), kw_only=True)
    trained: Trained | None = field(default=None, kw_only=True)
    late: Callable[[Tensor], Target] | None = field(default=None, kw_only=True)

    def target_from(self, logits: Tensor) -> Target:
        """What is explained: the target that was named, or the class predicted by `logits` (1, K).

        Raises `UnsupportedModel` where the logits are no numbers.
        """
        return self.target if self.late is None else self.late(logits)

    def score(self, x: Tensor) -> Tensor:
        """The target's probability or logit (N,) for inputs x (N, C, *S), float32."""
        return self.score_of(self.model(x))

    def score_of(self, logits: Tensor) -> Tensor:
        """The target's probability or logit (N,) from logits (N, K), float32."""
        logits = logits.float()
        if self.target.function is not None:
            return self.target.function(logits).float()
        if self.target.index < 0:
            raise RuntimeError("the target is not settled: call target_from with the logits first")
        wanted = self.model.probabilities(logits) if self.target.output == "probability" else logits
        return wanted[:, self.target.index]


class Explainer(Generic[P]):
    """An explanation method. One instance serves one run; keep nothing between calls."""

    def explain(self, request: Request, params: P, progress: Progress) -> Explanation:
        """Answer `request`. Raises `UnsupportedModel` where the method cannot, rather than returning zeros."""
        raise NotImplementedError

    def explain_batch(self, requests: Sequence[Request], params: P, progress: Progress) -> tuple[Explanation, ...]:
        """Answer several requests to one model; by default one after the other."""
        n = len(requests)
        return tuple(self.explain(r, params, progress.part(i / n, (i + 1) / n)) for i, r in enumerate(requests))


@dataclass(frozen=True, eq=False)
class MeasureRequest(Request):
    """One explanation to judge, live. `score`, `work`, `generator` and the rest are as for an explainer.

    explanation: as it was made; its first evidence is the map that is judged.
    heatmap: that map, float32 (*S) on the model's input grid; it may be constant, negative or hold NaN.
    truth: the annotation on the model's input grid; None unless the metric needs one.
    source_truth: the same on the source's own pixels.
    """

    explanation: Explanation
    heatmap: np.ndarray
    truth: Annotation | None = None
    source_truth: Annotation | None = None


class Metric(Generic[P]):
    """A measure of explanations. One instance serves one run; keep nothing between calls."""

    def measure(self, request: MeasureRequest, params: P, progress: Progress) -> Measurement:
        """Judge `request.explanation`. A degenerate map gets a defined answer, never an exception."""
        raise NotImplementedError


class Collection(Generic[P]):
    """Labelled inputs with known answers.

    read: the picture or volume in a file, checked like any that a person opens; options as for a `Reader`. Provided
    by whoever opens the collection.
    """

    read: Callable[[Path, Mapping[str, Any]], Picture | Volume]

    def open(self, params: P) -> Sequence[Sample]:
        """The samples: cheap to index one by one, the same for the same params.

        A sequence whose samples take time to make may have `ids`, all ids in order, so that one can be found alone;
        and `classes`, the class names in the order of the labels, where the descriptor cannot know them.

        A collection of volumes may have `atlas() -> Atlas`, the regions of the space that all of them are in; jobs name
        it "collection:KEY".
        """
        raise NotImplementedError


@dataclass(frozen=True)
class ArchitectureFacts:
    """What is known about a network before its weights are read.

    outputs: "softmax", "sigmoid", "ordinal", "binary", or "" where it must be asked.
    weights: by name, where each can be had: "package:file" for a shipped file, anything else by `fetch`.
    """

    preprocessing: Preprocessing | VolumePreprocessing | None = None
    outputs: str = ""
    classes: tuple[str, ...] = ()
    weights: Mapping[str, str] | None = None


class ArchitectureFamily:
    """Networks that can be built by name."""

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        raise NotImplementedError

    def facts(self, name: str) -> ArchitectureFacts:
        """What is known about `name`."""
        raise NotImplementedError

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained, with `classes` outputs (None: as the architecture has by default)."""
        raise NotImplementedError

    def fetch(self, name: str, weights: str, progress: Progress) -> Path:
        """The file with the named weights, downloaded if need be. Raises `Unavailable` in a clear sentence."""
        raise NotImplementedError


class Reader:
    """A file format."""

    def read(self, path: Path, options: Mapping[str, Any]) -> Picture | Volume:
        """The value in the file. Raises `UnreadableInput`, or `NeedsChoice` where `options` must decide."""
        raise NotImplementedError
