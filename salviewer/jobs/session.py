"""The state in which a network is run for one job: entered before, and put back on return, error and cancel."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch

from salviewer.api import ExplainerInfo, JobSpec, MetricInfo, ModelInput, Progress, Request, Target, TrainerInfo
from salviewer.errors import PluginError
from salviewer.jobs.assets import NOTHING, Assets
from salviewer.jobs.plan import Plan, threads
from salviewer.jobs.planner import plan_for
from salviewer.jobs.rerun import Rerun
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.targets import LateTarget, resolve
from salviewer.jobs.work import PlannedWork
from salviewer.models.loaded import LoadedModel
from salviewer.models.undisturbed import layout


@dataclass(frozen=True, eq=False)
class Session:
    """A request, ready to be answered, and the work object that remembers how it was run."""

    request: Request
    work: PlannedWork
    late: LateTarget | None = None

    @property
    def target(self) -> Target:
        """What was explained. Raises `PluginError` where a method that settles it late did not."""
        if self.late is None:
            return self.request.target
        if self.late.found is None:
            raise PluginError("The method did not say which class it explained.", code="no-target")
        return self.late.found


@contextmanager
def session(
    spec: JobSpec,
    info: ExplainerInfo | MetricInfo,
    shelf: Shelf,
    model: LoadedModel,
    source: ModelInput,
    progress: Progress,
    plan: Plan | None = None,
    target: Target | None = None,
    assets: Assets = NOTHING,
) -> Iterator[Session]:
    """Everything that a method of `info` needs to answer `spec`; `target`: None resolves it from the spec."""
    with ExitStack() as stack:
        stack.enter_context(same_randomness())
        stack.enter_context(model.ready())
        stack.enter_context(gradients(info))
        with threads(plan.threads if plan else shelf.max_threads):
            late = _late(spec, info, model, source) if target is None else None
            target = late.before if late else target or resolve(spec, info.output, model, source, shelf)
        progress(0.0, "Measuring how to run the model fastest")
        fast = spec.precision == "fast"
        plan = plan or plan_for(
            model, source.tensor, shelf.plans, max_threads=shelf.max_threads, fast=fast, memory_share=shelf.memory_share
        )
        stack.enter_context(threads(plan.threads))
        memory_format = plan.memory_format(source.tensor.ndim - 2)
        module = model.module
        shelf.enter_once((id(module), memory_format), lambda: layout(module, memory_format), stack)
        model = replace(model, memory_format=memory_format)
        generator = torch.Generator(source.tensor.device).manual_seed(spec.seed)
        mine = replace(source, tensor=source.tensor.detach().clone(memory_format=torch.preserve_format))
        rerun = Rerun(shelf, model, mine, target, spec.seed, plan, assets)
        memos = shelf.memos.about(model, mine.tensor)
        work = PlannedWork(plan, progress, rerun, partial=isinstance(info, ExplainerInfo), memos=memos)
        request = Request(
            model, mine, target, spec.seed, generator, work,
            atlas=assets.atlas, sources=assets.sources, trained=assets.trained, late=late,
        )  # fmt: skip
        yield Session(request, work, late)


def _late(spec: JobSpec, info: ExplainerInfo | MetricInfo, model: LoadedModel, source: ModelInput) -> LateTarget | None:
    """What settles the target while the method runs; None where it is to be known before."""
    if spec.target is not None or not getattr(info, "late_target", False):
        return None
    return LateTarget(spec.output or info.output, model, source)


@contextmanager
def gradients(info: ExplainerInfo | MetricInfo | TrainerInfo) -> Iterator[None]:
    """The autograd mode that a method of `info` runs in.

    Inference mode where nothing needs gradients; without it, but with gradients off, where a method is run again:
    tensors made in inference mode could not take part in its gradients.
    """
    if "gradients" in info.needs:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    elif "rerun" in info.needs:
        with torch.inference_mode(False), torch.no_grad():
            yield
    else:
        with torch.inference_mode():
            yield


class _Guarded(threading.local):
    """Whether this thread is within `same_randomness` already."""

    now = False


_guarded = _Guarded()


@contextmanager
def same_randomness() -> Iterator[None]:
    """Whatever a method draws, the process's random generators continue as if it had not run.

    Of blocks within one another the outermost does it: numpy takes half a millisecond to give its state and take it.
    """
    if _guarded.now:
        yield
        return
    python, legacy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 - saved
    gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    _guarded.now = True
    try:
        yield
    finally:
        _guarded.now = False
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002 - put back as it was
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state_all(gpu)
