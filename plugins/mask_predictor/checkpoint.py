"""A training as it stands, in one file from which it goes on to the very same end."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Adam


@dataclass
class Course:
    """How far a training came.

    question: what it was asked for, as plain values: a file that answers another one is not taken up.
    stage, epoch, step: what comes next. micro: pictures that fit into memory at once; None while nobody knows.
    stopped: why it ended before all epochs were over, or "".
    losses, kept: per stage, of each step so far: the mean loss, and the share of pictures that came out as wished.
    """

    question: dict[str, Any]
    stage: int = 0
    epoch: int = 0
    step: int = 0
    micro: int | None = None
    stopped: str = ""
    losses: list[list[float]] = field(default_factory=list)
    kept: list[list[float]] = field(default_factory=list)


def write(path: Path, course: Course, net: nn.Module, optimiser: Adam | None) -> None:
    """Keep it all at `path`, whole or not at all."""
    arrays = {f"net/{name}": value for name, value in net.state_dict().items()}
    if optimiser is not None:
        for number, moments in optimiser.state_dict()["state"].items():
            arrays |= {f"adam/{number}/{name}": value for name, value in moments.items()}
    draft = path.with_name(path.name + ".part")
    plain = {name: value.detach().contiguous().cpu() for name, value in arrays.items()}
    draft.write_bytes(save(plain, metadata={"course": json.dumps(asdict(course))}))
    os.replace(draft, path)


@dataclass(frozen=True, eq=False)
class Kept:
    """What `write` kept: the course, and the arrays of the network and of Adam."""

    course: Course
    net: dict[str, Tensor]
    adam: dict[int, dict[str, Tensor]]


def read(path: Path, question: dict[str, Any], learner: nn.Module) -> Kept | None:
    """What was kept at `path` for this question about `learner`; None where there is nothing of the kind.

    Another release's network may have had other tensors.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["course"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError, ValueError, KeyError):
        return None
    if not isinstance(about, dict) or about.get("question") != json.loads(json.dumps(question)):
        return None
    adam: dict[int, dict[str, Tensor]] = {}
    for name, value in arrays.items():
        if name.startswith("adam/"):
            _, number, moment = name.split("/")
            adam.setdefault(int(number), {})[moment] = value
    net = {name.removeprefix("net/"): value for name, value in arrays.items() if name.startswith("net/")}
    if _shapes(net) != _shapes(learner.state_dict()):
        return None
    return Kept(Course(**about), net, adam)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: one.shape for name, one in tensors.items()}


def restore_moments(optimiser: Adam, adam: dict[int, dict[str, Tensor]]) -> None:
    """Give `optimiser` the moments of an interrupted run; its rates stay as they are."""
    if not adam:
        return
    state = optimiser.state_dict()
    with torch.no_grad():
        optimiser.load_state_dict({**state, "state": adam})
