"""A trained mask predictor, ready to be asked: its network, where that reads the classifier, how scores are shaped.

It is put together once per trained state and device, as that takes longer than a small classifier's pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from salviewer.api import Request, Target, Trained
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer.numeric.score_controller import TRANSFORMERS
from salviewer_plugins.mask_predictor.feature_maps import TITLE
from salviewer_plugins.mask_predictor.generator import Layers, generator_from
from salviewer_plugins.mask_predictor.taps import Taps, from_facts, record

PLAIN: Final = "sigmoid"
"""The mask generator's masks are the sigmoid of its scores, without a controller."""

_ready: WeakKeyDictionary[Trained, dict[torch.device, Predictor]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Predictor:
    """layers: of the generator; taps: what is read of the classifier.

    transformer, eta, h: as it was trained, see `controller`.
    """

    layers: Layers
    taps: Taps
    transformer: str
    eta: float
    h: float

    @cached_property
    def read(self) -> str:
        """What is kept of a pass, by name."""
        return f"feature maps of {', '.join(str(tap.number) for tap in self.taps)}"

    @property
    def classes(self) -> int:
        """How many it was trained for."""
        return len(self.layers.embedding)

    def coarse(self, maps: Sequence[Tensor], classes: Sequence[int]) -> np.ndarray:
        """M^g (N, h, w) float32, any real numbers, from the taps' maps (N, C_i, h_i, w_i) and a class for each."""
        one = classes[0]
        index = slice(one, one + 1) if len(classes) == 1 else torch.tensor(classes, device=maps[0].device)
        with _without_autocast(maps[0].device.type):
            scores = self.layers([each.float() for each in maps], index)
        return np.asarray(scores[:, 0].cpu().numpy())


def _without_autocast(device: str) -> AbstractContextManager[Any]:
    """Full precision within; torch's own context costs as much as a layer, and mostly there is none to leave."""
    return torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext()


def predictor_of(request: Request) -> Predictor:
    """The predictor that `request` was given, on the model's device.

    Raises:
        InvalidChoice: none was given, or its file is damaged.
    """
    if request.trained is None:
        raise InvalidChoice(
            f"{TITLE} must be trained for this model before it explains: train mask-predictor on a collection.",
            code="not-trained",
        )
    known = _ready.setdefault(request.trained, {})
    device = request.input.tensor.device
    if device not in known:
        with torch.inference_mode(False):  # what was made in inference mode could never take part in gradients
            known[device] = _built(request.trained, device)
    return known[device]


def class_of(target: Target) -> int:
    """The place of the target's class among the outputs. Raises `UnsupportedModel` where it is a function of them."""
    if target.function is not None:
        raise UnsupportedModel(
            "A mask is predicted for one class, not for a function of the outputs: name a class.", code="needs-class"
        )
    return target.index


def seen(request: Request, predictor: Predictor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """(logits (1, K), maps): one pass of the classifier, or what an earlier job about this input kept of it."""
    logits, maps = request.work.memo(predictor.read, lambda: passed([request], predictor))
    request.work.memo("logits", lambda: logits)
    _tell_size(request, predictor, maps)
    return logits, maps


def passed(requests: Sequence[Request], predictor: Predictor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """(logits (N, K), maps (N, C_i, h_i, w_i)) of the inputs of `requests`, in as few passes as memory allows.

    Raises:
        UnsupportedModel: the classifier is not the one that was trained for.
    """
    model, found = requests[0].model, []
    if requests[0].input.tensor.ndim != 4:
        raise UnsupportedModel(
            f"{TITLE} works on pictures, and this input is a volume: choose a method for volumes, such as 3D-GLAS.",
            code="wrong-dims",
        )

    def step(part: slice) -> tuple[Tensor, ...]:
        inputs = [one.input.tensor for one in requests[part]]
        logits, maps = record(model, inputs[0] if len(inputs) == 1 else torch.cat(inputs), predictor.taps)
        return logits, *maps

    for _, values in requests[0].work.batched(len(requests), step):
        found.append(values)
    logits, *maps = found[0] if len(found) == 1 else [torch.cat(parts) for parts in zip(*found, strict=True)]
    if logits.shape[1] != predictor.classes:
        raise UnsupportedModel(
            f"What was trained knows {counted(predictor.classes, 'class', 'classes')}, and this network has "
            f"{logits.shape[1]}: "
            f"train it for this one.",
            code="taps-do-not-fit",
        )
    return logits, tuple(maps)


def _tell_size(request: Request, predictor: Predictor, maps: Sequence[Tensor]) -> None:
    """Note where the maps, and so the input, have another size than those that were learned from."""
    learned, here = predictor.taps[-1].size, tuple(maps[-1].shape[2:])
    if learned != here:
        sizes = (" x ".join(map(str, size)) for size in (learned, here))
        request.work.note(
            "The mask was learned from inputs of another size (feature maps of {}, here {}), and may be worse for "
            "this one.".format(*sizes)
        )


def _built(trained: Trained, device: torch.device) -> Predictor:
    facts = trained.facts
    taps = from_facts(_fact(facts, "taps"))
    sizes = int(_number(facts, "classes")), int(_number(facts, "width"))
    generator = generator_from(trained.tensors, [tap.channels for tap in taps], *sizes).to(device)
    transformer = str(_fact(facts, "transformer"))
    if transformer not in (*TRANSFORMERS, PLAIN):
        raise _damaged("transformer")
    return Predictor(generator.layers(), taps, transformer, _number(facts, "eta"), _number(facts, "h"))


def _fact(facts: Any, name: str) -> Any:
    if facts.get(name) is None:
        raise _damaged(name)
    return facts[name]


def _number(facts: Any, name: str) -> float:
    try:
        value = float(_fact(facts, name))
    except (TypeError, ValueError) as e:
        raise _damaged(name) from e
    if not np.isfinite(value):
        raise _damaged(name)
    return value


def _damaged(name: str) -> InvalidChoice:
    return InvalidChoice(
        f"What was trained does not say its “{name}”: its file is damaged; train it again.", code="damaged-state"
    )
