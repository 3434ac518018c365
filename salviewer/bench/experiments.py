"""The experiments by name."""

from __future__ import annotations

import difflib

from salviewer.bench.experiment import Experiment
from salviewer.bench.filter_figures import Ablation, Reconstruction
from salviewer.bench.interpretation_tables import BOX_OCCLUSION, TABLE_1
from salviewer.errors import InvalidChoice

_ALL: tuple[Experiment, ...] = (TABLE_1, BOX_OCCLUSION, Ablation(), Reconstruction())
EXPERIMENTS: dict[str, Experiment] = {one.name: one for one in _ALL}


def experiment(name: str) -> Experiment:
    """The experiment called `name`. Raises `InvalidChoice` naming near matches."""
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]
    near = difflib.get_close_matches(name, EXPERIMENTS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(EXPERIMENTS)}."
    raise InvalidChoice(f"There is no experiment “{name}”: {hint}", code="unknown-experiment")
