"""Many pictures, one model: what it says of each, and explanations of each that are not there yet.

A picture that cannot be read or asked about is an answer like any other, with its sentence; it stops nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import torch

from salviewer.api import JobSpec, ModelInput, ModelRef, Progress
from salviewer.api.progress import Preview
from salviewer.errors import Cancelled, InvalidChoice, NeedsChoice, SalViewerError, UnreadableInput, UnsupportedModel
from salviewer.jobs.batches import Explained, Item, Looked
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.provenance import fingerprint
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.work import PlannedWork
from salviewer.jobs.workspace import Workspace
from salviewer.models.loaded import LoadedModel

T = TypeVar("T")
BATCH = 16
"""Pictures in one forward pass, fewer where memory runs out."""
OF_THE_PICTURE = ("input-refused", "output-not-finite")
"""Codes of errors that say that the model cannot take this picture, though it may take others."""


class Silent(Progress):
    """Tells `whole` how far it is, not what it does: whoever goes through many has words of their own."""

    def __init__(self, whole: Progress) -> None:
        super().__init__()
        self._whole = whole

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        """Report that `fraction` (0..1) of the work is done."""
        self._whole(fraction)

    def check(self) -> None:
        """Raise `Cancelled` if the run is to stop."""
        self._whole.check()


def look_at(shelf: Shelf, ref: ModelRef, items: Sequence[Item], progress: Progress) -> tuple[Looked, ...]:
    """What the model `ref` says of each item, in their order. Pictures of one shape go through the network together.

    Raises:
        InvalidChoice: the model writes captions, which have no classes to count.
        SalViewerError: the model cannot be opened. Cancelled.
    """
    progress = Silent(progress)
    model = shelf.model(ref, progress.part(0.0, 0.0))
    if model.outputs == "caption":
        raise InvalidChoice(f"{model.architecture} writes captions: there are no classes to count.", code="no-classes")
    found: dict[str, Looked] = {}
    inputs: list[tuple[Looked, ModelInput]] = []
    for at, item in enumerate(items):
        progress(0.8 * at / len(items))
        read = _attempt(item, partial(_read, shelf, model, item))
        if isinstance(read, Looked):
            found[item.key] = read
        else:
            inputs.append(read)
    progress(0.8)
    with threads(shelf.max_threads), model.ready(), torch.inference_mode():
        for group in _by_shape(inputs):
            found |= {looked.key: looked for looked in _ask(model, group, shelf, progress)}
    progress(1.0)
    return tuple(found[item.key] for item in items)


def _read(shelf: Shelf, model: LoadedModel, item: Item) -> tuple[Looked, ModelInput]:
    with shelf.holding():
        return Looked(item.key, truth=_truth(shelf, item)), shelf.input(item.ref, model)


def _truth(shelf: Shelf, item: Item) -> str:
    """The class's name where the collection has names, else its index; "" where it is not known."""
    if item.truth or not item.ref.source.startswith("collection:"):
        return item.truth
    label = shelf.sample(item.ref).label
    if label < 0:
        return ""
    key = item.ref.source.removeprefix("collection:").partition("/")[0]
    samples = shelf.collection(key, item.ref.options.get("collection", {}))
    names = tuple(getattr(samples, "classes", ()) or shelf.host.collection(key).classes)
    return names[label] if label < len(names) else str(label)


def _by_shape(inputs: Iterable[tuple[Looked, ModelInput]]) -> list[list[tuple[Looked, ModelInput]]]:
    groups: dict[tuple[int, ...], list[tuple[Looked, ModelInput]]] = {}
    for looked, source in inputs:
        groups.setdefault(tuple(source.tensor.shape), []).append((looked, source))
    return list(groups.values())


def _ask(model: LoadedModel, group: list[tuple[Looked, ModelInput]], shelf: Shelf, progress: Progress) -> list[Looked]:
    """The answers to inputs of one shape; where they are refused together, each is asked alone to see whose fault."""
    x = torch.cat([source.tensor for _, source in group])
    plan = Plan(str(model.device), batch=BATCH, threads=shelf.max_threads)
    work = PlannedWork(plan, progress, partial=False)
    try:
        rows = [logits for _, logits in work.batched(len(x), lambda part: model(x[part]).float().cpu())]
    except (RuntimeError, ValueError, TypeError, LookupError) as e:
        if len(group) == 1:
            why = str(e).strip().partition("\n")[0] or type(e).__name__
            text = f"The network {model.architecture} refused this picture: {why}"
            return [replace(group[0][0], error=text, code="input-refused")]
        return [looked for one in group for looked in _ask(model, [one], shelf, progress)]
    logits = torch.cat(rows)
    probabilities = model.probabilities(logits)
    return [_answer(looked, row, p) for (looked, _), row, p in zip(group, logits, probabilities, strict=True)]


def _answer(looked: Looked, logits: torch.Tensor, probabilities: torch.Tensor) -> Looked:
    """logits, probabilities: (K,)."""
    if not bool(torch.isfinite(logits).all()):
        return replace(looked, error="The model's output for it is not a number.", code="output-not-finite")
    values = probabilities.tolist()
    order = sorted(range(len(values)), key=lambda i: -values[i])[:5]
    top = tuple((i, values[i]) for i in order)
    return replace(looked, predicted=top[0][0], probability=top[0][1], top=top)


# -- explanations ---------------------------------------------------------------------------------------------------


def known_results(workspace: Workspace) -> dict[str, int]:
    """The newest stored result of each question, by the digest of its spec."""
    return {row.spec.fingerprint(): row.id for row in reversed(workspace.rows())}


def explain_item(
    shelf: Shelf, workspace: Workspace, spec: JobSpec, item: Item, known: Mapping[str, int], progress: Progress
) -> Explained:
    """The explanation of `item` that `spec` asks for, stored; taken from `known` if it was made before.

    Raises:
        SalViewerError: what stops it would stop every other picture too. Cancelled.
    """

    def explain() -> Explained:
        with shelf.holding():
            sha256 = shelf.source(item.ref).sha256
            asked = spec.model_copy(update={"input": item.ref.model_copy(update={"sha256": sha256})})
            number = known.get(asked.fingerprint())
            if number is not None and _is_same(workspace, number, asked, shelf):
                return Explained(item.key, number, kept=True)
            return Explained(item.key, workspace.add(run(asked, shelf, Silent(progress)), asked))

    answer = _attempt(item, explain)
    return Explained(item.key, error=answer.error, code=answer.code) if isinstance(answer, Looked) else answer


def _is_same(workspace: Workspace, number: int, spec: JobSpec, shelf: Shelf) -> bool:
    """Whether result `number` answers `spec` by content: the weights may have changed in their place."""
    try:
        about = workspace.load(number).provenance
    except SalViewerError:
        return False
    model = shelf.model(spec.model)
    source = shelf.input(spec.input, model)
    return about.get("fingerprint") == fingerprint(spec, shelf, shelf.host.explainer(spec.method), model, source)


def _attempt(item: Item, do: Callable[[], T]) -> T | Looked:
    """What `do` gives, or the picture's own fault in a sentence."""
    try:
        return do()
    except Cancelled:
        raise
    except SalViewerError as e:
        mine = isinstance(e, UnreadableInput | NeedsChoice)
        if not mine and not (isinstance(e, UnsupportedModel) and e.code in OF_THE_PICTURE):
            raise
        return Looked(item.key, item.truth, error=str(e), code=e.code)
    except Exception as e:  # noqa: BLE001 - whatever happens to one picture, the others go on
        text = f"This failed inside SalViewer ({type(e).__name__}: {e})."
        return Looked(item.key, item.truth, error=text, code="internal")
