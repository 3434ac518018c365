"""Adam over the pictures of a collection, stage by stage: cut off anywhere, it goes on to the very same end.

Every draw comes from a generator of its own, made from the seed, the stage, the epoch and the step, so that a step is
the same whether or not the run was interrupted before it. A step's pictures go through the network in as many parts as
memory asks for; their gradients are added up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Adam

from salviewer.api import Evidence, Progress, TrainRequest
from salviewer.errors import InvalidChoice, Unavailable, UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer.numeric.out_of_memory import is_out_of_memory
from salviewer_plugins.mask_predictor import checkpoint
from salviewer_plugins.mask_predictor.checkpoint import Course
from salviewer_plugins.mask_predictor.pictures import Pictures, generator_for, portions, varied
from salviewer_plugins.mask_predictor.train_params import LoopParams

FILE: Final = "course.safetensors"
SAVE_EVERY_S: Final = 20.0
MOST_AT_ONCE: Final = 16
"""Pictures that pass through a network with their gradients at once, on a CPU: more are no faster there."""
FALLS_BY: Final = 1e-3
"""An epoch's loss has fallen where it is less than the least so far by this share of it."""
ENOUGH: Final = "the loss had not fallen for {} {}, after {} of {}"
ASKED: Final = "it was asked to finish early, {}"


class Objective(Protocol):
    """What a stage learns."""

    def draw(self, x: Tensor, generator: torch.Generator) -> tuple[Tensor, ...]:
        """What is random in a step about pictures x (N, C, H, W): tensors whose first axis is N."""

    def losses(self, x: Tensor, *drawn: Tensor) -> tuple[Tensor, Tensor]:
        """(N,) what is to become small, and (N,) bool: whether the picture came out as wished."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of a training. weights: those that learn; whatever else the losses depend on stays as it is."""

    name: str
    weights: Sequence[nn.Parameter]
    objective: Objective
    epochs: int
    rate: float
    halve_every: int
    patience: int = 0


@dataclass
class Loop:
    """One training as it runs. net: what learns. preview: evidence of how it stands.

    course: how far it came; where it was cut off before, that is where it goes on.
    """

    request: TrainRequest
    params: LoopParams
    net: nn.Module
    pictures: Pictures
    stages: Sequence[Stage]
    question: dict[str, Any]
    preview: Callable[[Course], Sequence[Evidence]]
    course: Course = field(init=False)
    _optimiser: Adam | None = field(init=False, default=None)
    _moments: dict[int, dict[str, Tensor]] = field(init=False, default_factory=dict)
    _saved: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Go on from what lies in the training's folder, if it answers the same question."""
        kept = checkpoint.read(self.request.scratch / FILE, self.question, self.net)
        self.course = kept.course if kept else self._begun()
        if kept:
            self.net.load_state_dict(kept.net)
        self._moments = kept.adam if kept else {}

    def run(self, progress: Progress) -> Course:
        """All that is still to be done of all stages; what happened.

        Raises:
            Cancelled: as asked; it goes on from here the next time.
            InvalidChoice: the loss became no number.
            UnsupportedModel: the network's own outputs are none.
            Unavailable: memory does not suffice for one picture.
        """
        for number in range(self.course.stage, len(self.stages)):
            stage = self.begin(number)
            if not self._stage(stage, progress):
                break
            self.course.stage, self.course.epoch, self.course.step = number + 1, 0, 0
            self._optimiser = None
            self._save()
        return self.course

    def begin(self, number: int) -> Stage:
        """The stage `number`, ready for its next step."""
        stage, self.course.stage = self.stages[number], number
        self._optimiser = Adam(stage.weights, stage.rate)
        checkpoint.restore_moments(self._optimiser, self._moments)
        self._moments = {}
        return stage

    def _begun(self) -> Course:
        count = len(self.stages)
        return Course(self.question, micro=self._at_once(), losses=[[] for _ in range(count)],
                      kept=[[] for _ in range(count)])  # fmt: skip

    def _at_once(self) -> int:
        """Pictures that go through the network at once, to begin with."""
        batch = min(self.params.batch, len(self.pictures))
        plan = getattr(self.request.work, "plan", None)
        if self.request.model.device.type != "cpu" or plan is None:
            return batch
        return max(1, min(batch, plan.batch, MOST_AT_ONCE))

    def _stage(self, stage: Stage, progress: Progress) -> bool:
        """Whether the stage came to its end; False where the training ends here."""
        course, number = self.course, self.course.stage
        while course.epoch < stage.epochs:
            orders = portions(len(self.pictures), self.params.batch,
                              generator_for(self.request.seed, number, course.epoch))  # fmt: skip
            self._slow_down(stage)
            while course.step < len(orders):
                self._tell(stage, len(orders), progress)
                if progress.ends_early():
                    course.stopped = ASKED.format(f"in epoch {course.epoch + 1} of {stage.epochs} of {stage.name}")
                    return False
                self.step(stage, orders[course.step])
                course.step += 1
                if time.monotonic() - self._saved > SAVE_EVERY_S:
                    self._save()
            course.epoch, course.step = course.epoch + 1, 0
            if self._stands_still(stage, len(orders)):
                unit = "epoch" if stage.patience == 1 else "epochs"
                course.stopped = ENOUGH.format(stage.patience, unit, course.epoch, stage.epochs)
                break
            self._save()
        return True

    def _slow_down(self, stage: Stage) -> None:
        if self._optimiser is not None:
            for group in self._optimiser.param_groups:
                group["lr"] = stage.rate * 0.5 ** (self.course.epoch // stage.halve_every)

    def _tell(self, stage: Stage, steps: int, progress: Progress) -> None:
        """Say how far it is. A training that is cancelled here is kept as it stands."""
        course = self.course
        whole = sum(one.epochs for one in self.stages)
        before = sum(one.epochs for one in self.stages[: course.stage])
        losses = course.losses[course.stage]
        last = f", loss {sum(losses[-steps:]) / len(losses[-steps:]):.3f}" if losses else ""
        said = f"{stage.name}: epoch {course.epoch + 1} of {stage.epochs}, step {course.step + 1} of {steps}{last}"
        try:
            progress((before + course.epoch + course.step / steps) / whole, said, lambda: self.preview(course))
        except BaseException:
            self._save()
            raise

    def step(self, stage: Stage, rows: Sequence[int]) -> None:
        """Learn from the pictures `rows`, once. Raises as `run`."""
        course, optimiser = self.course, self._optimiser
        if optimiser is None:
            raise RuntimeError("a step was made outside a stage")
        generator = generator_for(self.request.seed, course.stage, course.epoch, course.step)
        x = self.pictures.batch(rows)
        if self.params.augment:
            x = varied(x, generator)
        drawn = stage.objective.draw(x, generator)
        found = None
        while found is None:
            try:
                found = self.gradients(stage, x, drawn)
            except (RuntimeError, MemoryError) as e:
                if not is_out_of_memory(e):
                    raise
                self._take_less(e, len(rows))
        loss, kept = found.tolist()
        if not math.isfinite(loss):
            raise self._no_number(stage, x)
        optimiser.step()
        course.losses[course.stage].append(loss)
        course.kept[course.stage].append(kept)

    def gradients(self, stage: Stage, x: Tensor, drawn: tuple[Tensor, ...]) -> Tensor:
        """(2,): the mean loss of x and the share that came out as wished; the weights' gradients are left with them."""
        for weight in stage.weights:
            weight.grad = None
        count, total = len(x), torch.zeros(2, device=x.device)
        for start in range(0, count, self.course.micro or count):
            part = slice(start, start + (self.course.micro or count))
            with self._precision():
                losses, kept = stage.objective.losses(x[part], *(one[part] for one in drawn))
            loss = losses.float().sum() / count
            loss.backward(inputs=list(stage.weights))
            total += torch.stack([loss.detach(), kept.float().sum() / count])
        return total

    def _precision(self) -> AbstractContextManager[Any]:
        """Reduced where the job asks for speed and the plan says that it brings any; on a CPU it is always full."""
        plan = getattr(self.request.work, "plan", None)
        return plan.autocast() if plan is not None and self.request.model.device.type == "cuda" else nullcontext()

    def _take_less(self, error: BaseException, count: int) -> None:
        size = min(self.course.micro or count, count)
        if size == 1:
            raise Unavailable(
                "There is not enough memory to train on one picture: close programs or take a smaller model.",
                code="out-of-memory",
            ) from error
        error.__traceback__ = None  # its frames hold the tensors that did not fit
        if self.request.model.device.type == "cuda":
            torch.cuda.empty_cache()
        self.course.micro = size // 2
        self.request.work.note(
            f"Memory ran out; {counted(size // 2, 'picture is', 'pictures are')} taken at once. The result is the same."
        )

    def _no_number(self, stage: Stage, x: Tensor) -> Exception:
        """What to say where a loss is no number."""
        with torch.no_grad():
            if not torch.isfinite(self.request.model(x)).all():
                return UnsupportedModel(
                    "The network's outputs for some pictures of the collection are no numbers: look at its weights, "
                    "and at how pictures are prepared for it.",
                    code="not-finite",
                )
        return InvalidChoice(
            f"The loss became no number in step {self.course.step + 1} of epoch {self.course.epoch + 1} of "
            f"{stage.name}: take a learning rate below {stage.rate:g}.",
            code="not-finite",
        )

    def _stands_still(self, stage: Stage, steps: int) -> bool:
        """Whether the loss of an epoch has not fallen for `patience` epochs."""
        losses = self.course.losses[self.course.stage]
        means = [sum(losses[i : i + steps]) / steps for i in range(0, len(losses), steps)]
        if not stage.patience or len(means) <= stage.patience:
            return False
        least, since = math.inf, 0
        for mean in means:
            since = 0 if mean < least - FALLS_BY * abs(least) or math.isinf(least) else since + 1
            least = min(least, mean)
        return since >= stage.patience

    def _save(self) -> None:
        checkpoint.write(self.request.scratch / FILE, self.course, self.net, self._optimiser)
        self._saved = time.monotonic()
