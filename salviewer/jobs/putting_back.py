"""An explanation put back into the model: is what the mask leaves of the input, seen by the model, what was said?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from salviewer.api import Explanation, InputRef, ModelRef, Prediction, Progress
from salviewer.api.masks import MaskStack
from salviewer.data.mask_views import mask_at
from salviewer.errors import InvalidChoice
from salviewer.jobs.origins import own_input, own_model
from salviewer.jobs.plan import threads
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.targets import look

SAME = 2e-3
"""Two runs of one network agree to this: batches and memory layouts differ in rounding."""


@dataclass(frozen=True, eq=False)
class PutBack:
    """What the model says of an input under a mask. complementary: under 1 - mask. before: what it says of all of it.

    score, score_before: of the explained class, in `output`; NaN where the class is not known.
    off: the largest difference from what was stored, of the score and the first classes; None where nothing was stored.
    """

    said: Prediction
    before: Prediction
    score: float
    off: float | None
    complementary: bool = False
    score_before: float = float("nan")
    output: str = "probability"

    @property
    def agrees(self) -> bool | None:
        """Whether it is what was stored; None where nothing was."""
        return None if self.off is None else self.off <= SAME

    @property
    def verdict(self) -> str:
        """Whether it is what was stored, in a sentence."""
        if self.off is None:
            return "Nothing is stored to compare this with."
        if self.agrees:
            return f"The model says what was stored (within {SAME:g})."
        return (
            f"The model does not say what was stored: values differ by up to {self.off:.3g}. Was this the model, and "
            f"the input, that were explained?"
        )


def put_back(
    shelf: Shelf,
    model: ModelRef,
    source: InputRef,
    mask: MaskStack,
    index: int = -1,
    *,
    complementary: bool = False,
    progress: Progress | None = None,
) -> PutBack:
    """Run `model` on mask * x, x being `source` as it sees it, and compare with what the mask says of itself.

    index: of the class that was explained. Raises `InvalidChoice` "mask-shape" where the mask is of another input size.
    """
    progress = progress or Progress()
    progress(0.0, "Opening the model")
    loaded = shelf.model(model, progress.part(0.0, 0.3))
    seen = shelf.input(source, loaded)
    if mask.mask.shape[1:] != tuple(seen.tensor.shape[2:]) or mask.mask.shape[0] not in (1, seen.tensor.shape[1]):
        given, wanted = (" × ".join(map(str, s)) for s in (mask.mask.shape, seen.tensor.shape[1:]))
        raise InvalidChoice(
            f"The mask is {given}, and the model is fed {wanted}: open the model and the picture that it was made of.",
            code="mask-shape",
        )
    with threads(shelf.max_threads):
        loaded = loaded.reading(seen.tensor)
        with loaded.ready(), torch.inference_mode():
            weights = torch.from_numpy(mask.mask).to(seen.tensor)
            progress(0.5, "Asking the model")
            before = look(loaded, seen)
            said = look(loaded, replace(seen, tensor=(1 - weights if complementary else weights) * seen.tensor))
    progress(1.0, "Done")
    score = _score(said, mask.output, index)
    off = None if complementary else _off(said, score, mask)
    return PutBack(said, before, score, off, complementary, _score(before, mask.output, index), mask.output)


def put_result_back(
    result: Explanation,
    shelf: Shelf,
    *,
    model: ModelRef | None = None,
    source: InputRef | None = None,
    sparsity: float | None = None,
    beside: Path | None = None,
    progress: Progress | None = None,
) -> tuple[PutBack, PutBack]:
    """What the model says under a saved explanation's mask, and under its complement.

    model, source: where they are; None: as the explanation itself says (see `salviewer.jobs.origins`), the input in
    the folder `beside`. sparsity: see `mask_at`. Raises `InvalidChoice` where mask, model or input are missing.
    """
    mask = mask_at(result.evidence, sparsity)
    progress = progress or Progress()
    what, where = model or own_model(result, shelf), source or own_input(result, shelf, beside)
    index = int(result.provenance.get("target", {}).get("index", -1))
    return (
        put_back(shelf, what, where, mask, index, progress=progress.part(0.0, 0.5)),
        put_back(shelf, what, where, mask, index, complementary=True, progress=progress.part(0.5, 1.0)),
    )


def _score(said: Prediction, output: str, index: int) -> float:
    values = {"probability": said.probabilities, "logit": said.logits}.get(output, ())
    return float(values[index]) if 0 <= index < len(values) else float("nan")


def _off(said: Prediction, score: float, mask: MaskStack) -> float | None:
    """The largest difference between what was stored and what is said now; None where nothing can be compared."""
    now = dict(zip(said.classes, said.probabilities, strict=True))
    apart = [abs(p - now[name]) for name, p in mask.top if name in now]
    if score == score and mask.score == mask.score:
        apart.append(abs(score - mask.score))
    return max(apart, default=None)
