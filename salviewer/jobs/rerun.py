"""Runs the method behind an explanation again with something changed: what sanity checks and stability need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from salviewer.api import Explanation, Model, ModelInput, Progress, Request, Target
from salviewer.errors import InvalidChoice
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.plan import Plan
from salviewer.jobs.requirements import check_explanation
from salviewer.jobs.shelf import Shelf


@dataclass(frozen=True, eq=False)
class Rerun:
    """All that is pinned unless a call changes it."""

    shelf: Shelf
    model: Model
    input: ModelInput
    target: Target
    seed: int
    plan: Plan

    def __call__(
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
        """See `salviewer.api.Work.rerun`."""
        from salviewer.jobs.session import gradients  # noqa: PLC0415 - a session holds a rerun
        from salviewer.jobs.work import PlannedWork  # noqa: PLC0415 - the same

        about = explanation.provenance
        if "method" not in about:
            raise InvalidChoice(
                "This measure runs the method again, and nobody knows how this map was made: give an explanation that "
                "SalViewer made instead of an array.",
                code="no-method",
            )
        host = self.shelf.host
        info = host.explainer(about["method"])
        values = checked_params(host.params(info), {**about.get("params", {}), **(params or {})}, info.key)
        seed = about.get("seed", self.seed) if seed is None else seed
        target = target or replace(self.target, output=about.get("target", {}).get("output", self.target.output))
        with gradients(info):
            x = (self.input.tensor if tensor is None else tensor).detach().clone()
            source = replace(self.input, tensor=x)
            work = PlannedWork(self.plan, progress, self)
            generator = torch.Generator(x.device).manual_seed(seed)
            request = Request(model or self.model, source, target, seed, generator, work)
            found = host.load(info)().explain(request, values, progress)
        check_explanation(found, info, source)
        return replace(found, grid=self.input.grid)
