"""The weights of the three supports, learned one after the other by a bandit each.

    arm: one of K values of the weight              trial: the value on one picture
    reward = 1 if IoU(box of the chosen pixels, true box) >= 0.5, else 0
    the value kept: the one with the greatest mean reward, theta* = max Q(a)

| paper | here |
|---|---|
| alpha_cur, alpha_suc, alpha_pre | `a_cur`, `a_suc`, `a_pre` |
| theta_i, Q(a_i) | the mean reward of value i |
| "UCB solver" | UCB1 (`bandit.py`) |

Source: "Interpreting CNN Prediction through Layer-wise Selected Discernible Neurons", section 3.2.
Differs from the paper: it does not say at what the other weights stand while one is learned: here at what has been
learned so far, at 1 where nothing has. Its values are not named: here 0 to 1. The n-th trial of every value is on the
same picture, so that values that choose alike get the same rewards; among values that no picture tells from the best,
the one nearest to 1 is kept. a_suc multiplies every score of a layer alike and cannot change which are the best: its
values tie, and what matters is the ratio a_pre / a_cur.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from salviewer.api import Curve, Progress, Trained, Trainer, TrainRequest
from salviewer.numeric.counted import counted
from salviewer_plugins.discernible.bandit import Bandit, Pull
from salviewer_plugins.discernible.course import WEIGHTS, Course
from salviewer_plugins.discernible.judgement import Judgement
from salviewer_plugins.discernible.pictures import Pictures, Walk
from salviewer_plugins.discernible.train_params import WeightParams

SAVE_EVERY = 10
START = 1.0
FILE = "course.json"
RATIO = (
    "a_suc multiplies every score of a layer alike and cannot change which are the best, so that its values must tie;"
    " what matters is the ratio a_pre / a_cur."
)


class WeightTrainer(Trainer[WeightParams]):
    """Key `discernible-neurons`. `walks` makes the walk of one training."""

    def __init__(self, walks: Callable[[TrainRequest, WeightParams], Walk] | None = None) -> None:
        self._walks = walks or _recorded_walks

    def train(self, request: TrainRequest, params: WeightParams, progress: Progress) -> Trained:
        """Learn a_cur, then a_suc, then a_pre."""
        return Learning(request, params, self._walks(request, params)).run(progress)


def _recorded_walks(request: TrainRequest, params: WeightParams) -> Walk:
    from salviewer_plugins.discernible.recorded_walks import RecordedWalks  # noqa: PLC0415 - tests bring their own walk

    return RecordedWalks(request, params)


class Learning:
    """One training as it runs."""

    def __init__(self, request: TrainRequest, params: WeightParams, walk: Walk) -> None:
        self._request, self._params = request, params
        self._file = request.scratch / FILE
        self._course = Course.read(self._file, {"params": params.model_dump(mode="json"), "seed": request.seed})
        self._pictures = Pictures(request.samples, request.seed, self._course, params, walk)
        self._done: list[Judgement] = []

    def run(self, progress: Progress) -> Trained:
        """All trials of all weights; what was done before a cut is not done again."""
        learned = dict.fromkeys(WEIGHTS, START)
        for number, name in enumerate(WEIGHTS):
            part = progress.part(number / len(WEIGHTS), (number + 1) / len(WEIGHTS))
            judgement = self._learn(name, learned, part)
            self._done.append(judgement)
            learned[name] = judgement.best
        return self._trained(learned)

    def _learn(self, name: str, learned: dict[str, float], progress: Progress) -> Judgement:
        values = self._values(name, learned)
        trials, wanted = self._course.trials[name], self._params.trials
        bandit = Bandit(len(values), self._request.seed, [Pull(a, self._right(o)) for a, _, o in trials])
        try:
            while len(trials) < wanted:
                self._tell(progress, self._judgement(name, values, learned))
                arm = bandit.next_arm()
                place = int(bandit.counts[arm])
                overlap = self._pictures.overlap(place, {**learned, name: values[arm]})
                trials.append((arm, place, overlap))
                bandit.take(Pull(arm, self._right(overlap)))
                if len(trials) % SAVE_EVERY == 0:
                    self._course.write(self._file)
        finally:
            self._course.write(self._file)
        judgement = self._judgement(name, values, learned)
        self._tell(progress, judgement)
        return judgement

    def _tell(self, progress: Progress, now: Judgement) -> None:
        done = sum(now.counts)
        best = f", best so far {now.best:g}" if done else ""
        progress(
            done / self._params.trials,
            f"Learning {now.name}: trial {done} of {self._params.trials}{best}",
            lambda: _curves([*self._done, now]),
        )

    def _values(self, name: str, learned: dict[str, float]) -> tuple[float, ...]:
        """The arms: without 0 where every score would then be 0."""
        void = name == "a_suc" or (name == "a_pre" and learned["a_cur"] == 0)
        return tuple(v for v in self._params.values if v > 0 or not void)

    def _right(self, overlap: float) -> int:
        return int(overlap >= self._params.iou)

    def _judgement(self, name: str, values: tuple[float, ...], learned: dict[str, float]) -> Judgement:
        rewards = self._course.rewards(name, len(values), self._params.iou)
        others = {other: learned[other] for other in WEIGHTS if other != name}
        return Judgement(name, values, tuple(map(tuple, rewards)), others)

    def _trained(self, learned: dict[str, float]) -> Trained:
        params, course = self._params, self._course
        facts: dict[str, Any] = {
            **learned,
            "ratio": learned["a_pre"] / learned["a_cur"] if learned["a_cur"] else None,
            "arms": {one.name: one.facts() for one in self._done},
            "walk": params.model_dump(include={"k", "places", "radius", "share", "iou"}),
            "pictures": len(course.pictures),
        }
        tensors = {f"trials/{name}": np.array(course.trials[name], np.float32) for name in WEIGHTS}
        notes = (*(one.sentence() for one in self._done), RATIO, *_left_out(course))
        return Trained(tensors, facts, tuple(_curves(self._done)), notes, "every weight had all its trials")


def _curves(judgements: list[Judgement]) -> list[Curve]:
    return [curve for one in judgements for curve in one.curves()]


def _left_out(course: Course) -> list[str]:
    reasons = ((course.unknown, "their class is not one of the model's"), (course.untrue, "no true box is in view"))
    whole = counted(course.looked_at, "sample")
    return [f"{n:,} of {whole} looked at {'was' if n == 1 else 'were'} left out: {why}." for n, why in reasons if n]
