"""The machine as a method sees it: batches of the planned size, memory back-off, a probe of reduced precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from salviewer.api import Explanation, Progress, Target
from salviewer.errors import Unavailable
from salviewer.jobs.memos import Memos
from salviewer.jobs.plan import Plan
from salviewer.jobs.rerun import Rerun
from salviewer.numeric.out_of_memory import is_out_of_memory
from salviewer.numeric.ranks import rank_correlation

T = TypeVar("T")
SAME = 0.999
"""Rank correlation from which on reduced precision counts as giving the same map."""
PROBE_ITEMS = 64
"""At least so many of a run's own inputs are computed in both precisions before the reduced one is trusted."""


class PlannedWork:
    """`salviewer.api.Work` for one run. `plan` is what was used in the end, `notes` what should be said about it.

    partial: whether partial answers are shown, so that the first one should come soon.
    memos: of the model and the input; None keeps nothing.
    """

    def __init__(
        self,
        plan: Plan,
        progress: Progress,
        rerun: Rerun | None = None,
        *,
        partial: bool = True,
        memos: Memos | None = None,
    ) -> None:
        self.plan = plan
        self._memos = memos
        self.notes: list[str] = []
        self._progress = progress
        self._rerun = rerun
        self._parts = 10 if partial else 1

    def rerun(self, explanation: Explanation, progress: Progress, **changed: Any) -> Explanation:
        """See `salviewer.api.Work.rerun`."""
        if self._rerun is None:
            raise RuntimeError("this work was made without a way to run a method again")
        return self._rerun(explanation, progress, **changed)

    def rerun_each(
        self, explanation: Explanation, progress: Progress, tensors: Tensor, *, target: Target | None = None
    ) -> tuple[Explanation, ...]:
        """See `salviewer.api.Work.rerun_each`."""
        if self._rerun is None:
            raise RuntimeError("this work was made without a way to run a method again")
        return self._rerun.each(explanation, progress, tensors, target)

    def memo(self, name: str, build: Callable[[], T]) -> T:
        """See `salviewer.api.Work.memo`."""
        return build() if self._memos is None else self._memos.get(name, build)

    def note(self, text: str) -> None:
        """Keep a sentence for the explanation's notes, once."""
        if text not in self.notes:
            self.notes.append(text)

    def batched(self, count: int, step: Callable[[slice], T], *, images: int = 1) -> Iterator[tuple[slice, T]]:
        """See `salviewer.api.Work.batched`. Where there are partial answers, a batch is at most a tenth of the work."""
        size = max(1, min(self.plan.batch // images, count // self._parts))
        probe = _Probe(min(count, PROBE_ITEMS)) if self.plan.precision != "full" else None
        start = 0
        while start < count:
            self._progress.check()
            part = slice(start, min(count, start + size))
            try:
                value = self._call(step, part, probe)
            except (RuntimeError, MemoryError) as e:
                if not is_out_of_memory(e):
                    raise
                size = self._smaller(size, e)
                continue
            start = part.stop
            yield part, value

    def _call(self, step: Callable[[slice], T], part: slice, probe: _Probe | None) -> T:
        if self.plan.precision == "full":
            return step(part)
        with self.plan.autocast():
            reduced = step(part)
        if probe is None or probe.done:
            return reduced
        exact = step(part)
        verdict = probe.compare(exact, reduced)
        if verdict is not None and not verdict >= SAME:
            self.plan = replace(self.plan, precision="full")
            self.note(
                f"Full precision was used: in reduced precision the ranks of the scores agreed only to {verdict:.4f} "
                f"(needed: {SAME})."
            )
        elif verdict is not None:
            self.note(
                f"Reduced precision (bfloat16) was used: the ranks of {probe.wanted} scores agreed to {verdict:.5f}."
            )
        return exact

    def _smaller(self, size: int, error: BaseException) -> int:
        if size == 1:
            raise Unavailable(
                "There is not enough memory to run this model on one input: close programs or take a smaller model.",
                code="out-of-memory",
            ) from error
        error.__traceback__ = None  # its frames hold the tensors that did not fit
        if torch.device(self.plan.device).type == "cuda":
            torch.cuda.empty_cache()
        self.plan = replace(self.plan, batch=max(1, self.plan.batch // 2))
        self.note(f"Memory ran out; the batch was made smaller ({size // 2}). The result is the same.")
        return size // 2


class _Probe:
    """Collects scores in both precisions until there are enough, then gives the worst rank correlation once."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.done = False
        self._pairs: list[list[tuple[Tensor, Tensor]]] = []

    def compare(self, exact: Any, reduced: Any) -> float | None:
        pairs = list(zip(_tensors(exact), _tensors(reduced), strict=True))
        self._pairs.append([(a.float().cpu(), b.float().cpu()) for a, b in pairs])
        if sum(len(p[0][0]) for p in self._pairs) < self.wanted:
            return None
        self.done = True
        columns = zip(*self._pairs, strict=True)
        return min(_agreement(torch.cat([a for a, _ in c]), torch.cat([b for _, b in c])) for c in columns)


def _agreement(a: Tensor, b: Tensor) -> float:
    rho = rank_correlation(a.numpy(), b.numpy())
    return rho if rho == rho else float(torch.allclose(a, b, rtol=1e-3, atol=1e-6))


def _tensors(value: Any) -> tuple[Tensor, ...]:
    return (value,) if isinstance(value, Tensor) else tuple(value)
