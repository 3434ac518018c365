"""Runs the method behind an explanation again with something changed: what sanity checks and stability need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from salviewer.api import ExplainerInfo, Explanation, Model, ModelInput, Params, Progress, Request, Target
from salviewer.errors import InvalidChoice
from salviewer.jobs.assets import Assets
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.plan import Plan
from salviewer.jobs.requirements import check_explanation
from salviewer.jobs.shelf import Shelf
from salviewer.models.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class Rerun:
    """All that is pinned unless a call changes it."""

    shelf: Shelf
    model: Model
    input: ModelInput
    target: Target
    seed: int
    plan: Plan
    assets: Assets

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
        again = self._again(explanation, params, seed, target)
        x = self.input.tensor if tensor is None else tensor
        (found,) = again.run(model or self.model, x, progress)
        return found

    def each(
        self, explanation: Explanation, progress: Progress, tensors: Tensor, target: Target | None = None
    ) -> tuple[Explanation, ...]:
        """See `salviewer.api.Work.rerun_each`."""
        return self._again(explanation, None, None, target).run(self.model, tensors, progress)

    def _again(
        self, explanation: Explanation, params: Mapping[str, Any] | None, seed: int | None, target: Target | None
    ) -> _Again:
        about = explanation.provenance
        if "method" not in about:
            raise InvalidChoice(
                "This measure runs the method again, and nobody knows how this map was made: give an explanation that "
                "SalViewer made instead of an array.",
                code="no-method",
            )
        self._check_assets(about)
        host = self.shelf.host
        info = host.explainer(about["method"])
        values = checked_params(host.params(info), {**about.get("params", {}), **(params or {})}, info.key)
        seed = about.get("seed", self.seed) if seed is None else seed
        target = target or replace(self.target, output=about.get("target", {}).get("output", self.target.output))
        return _Again(self, info, values, target, int(seed))

    def _check_assets(self, about: Mapping[str, Any]) -> None:
        """Raise `InvalidChoice` where the explanation was made with what is not at hand now."""
        if about.get("atlas") and self.assets.atlas is None:
            raise InvalidChoice(
                f"This measure runs the method again, and the map was made with the atlas {about['atlas']['name']}: "
                f"give it here too.",
                code="no-atlas",
            )
        if about.get("trained") and self.assets.trained is None:
            name = about["trained"].get("name") or "one that was handed over in Python"
            raise InvalidChoice(
                f"This measure runs the method again, and the map was made with a trained state ({name}) that is not "
                f"at hand: keep it among the model's trained states, or give that one.",
                code="no-trained",
            )
        if about.get("sources"):
            raise InvalidChoice(
                "This measure runs the method again on the input, and this map was put together from several results: "
                "measure each of them.",
                code="several-sources",
            )


@dataclass(frozen=True, eq=False)
class _Again:
    """A method, ready to be run again on whatever inputs."""

    rerun: Rerun
    info: ExplainerInfo
    params: Params
    target: Target
    seed: int

    def run(self, model: Model, tensors: Tensor, progress: Progress) -> tuple[Explanation, ...]:
        """The explanation of each of `tensors` (N, C, *S)."""
        from salviewer.jobs.session import gradients  # noqa: PLC0415 - a session holds a rerun

        with gradients(self.info):
            requests = [self._request(model, x, progress) for x in tensors.detach().split(1)]
            explainer = self.rerun.shelf.host.load(self.info)()
            if len(requests) == 1:
                found: tuple[Explanation, ...] = (explainer.explain(requests[0], self.params, progress),)
            else:
                found = explainer.explain_batch(requests, self.params, progress)
        for one, request in zip(found, requests, strict=True):
            check_explanation(one, self.info, request.input)
        return tuple(replace(one, grid=self.rerun.input.grid) for one in found)

    def _request(self, model: Model, x: Tensor, progress: Progress) -> Request:
        from salviewer.jobs.work import PlannedWork  # noqa: PLC0415 - a work holds a rerun

        generator = torch.Generator(x.device).manual_seed(self.seed)
        memos = self.rerun.shelf.memos.about(model, x) if isinstance(model, LoadedModel) else None
        work = PlannedWork(self.rerun.plan, progress, self.rerun, partial=False, memos=memos)
        mine, assets = replace(self.rerun.input, tensor=x.clone()), self.rerun.assets
        # A randomised variant keeps what was learned about the model: only what is changed on purpose may differ.
        return Request(model, mine, self.target, self.seed, generator, work, atlas=assets.atlas, trained=assets.trained)
