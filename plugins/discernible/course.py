"""The course of a training: which pictures were used, which arm was tried when, and what came of it.

It is all that a training knows, so that a file of it is enough to go on from where it was cut off.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WEIGHTS = ("a_cur", "a_suc", "a_pre")
"""In the order in which they are learned."""


@dataclass
class Course:
    """What happened so far.

    question: what the training was asked for, as plain values; a file that answers another one is not taken up.
    pictures: numbers of the usable samples in the order in which they are shown; `looked_at`: how far that order was
    searched; `unknown`, `untrue`: how many had no class of the model, or no box in view.
    trials: per weight (arm, place in `pictures`, intersection over union), in order.
    """

    question: dict[str, Any]
    pictures: list[int] = field(default_factory=list)
    looked_at: int = 0
    unknown: int = 0
    untrue: int = 0
    trials: dict[str, list[tuple[int, int, float]]] = field(default_factory=lambda: {name: [] for name in WEIGHTS})

    @property
    def done(self) -> int:
        """Trials made, of all weights together."""
        return sum(len(trials) for trials in self.trials.values())

    def rewards(self, name: str, arms: int, iou: float) -> list[list[int]]:
        """Per arm of the weight `name`, the reward of each of its trials in order: the n-th is of picture n."""
        found: list[list[int]] = [[] for _ in range(arms)]
        for arm, _, overlap in self.trials[name]:
            found[arm].append(int(overlap >= iou))
        return found

    def write(self, path: Path) -> None:
        """Keep it at `path`, whole or not at all."""
        draft = path.with_name(path.name + ".part")
        draft.write_text(json.dumps(vars(self)), encoding="utf-8")
        os.replace(draft, path)

    @classmethod
    def read(cls, path: Path, question: dict[str, Any]) -> Course:
        """What was kept at `path` for this question; a new course where there is nothing of the kind."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return cls(question)
        if not isinstance(kept, dict) or kept.get("question") != json.loads(json.dumps(question)):
            return cls(question)
        kept["trials"] = {name: [(a, p, o) for a, p, o in kept["trials"][name]] for name in WEIGHTS}
        return cls(**kept)
