"""Fit a state dict to an architecture: infer the number of classes, settle the keys, report what does not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from salviewer.api import Note
from salviewer.errors import UnreadableModel

Shapes = Mapping[str, torch.Size]
State = dict[str, Tensor]

_PREFIXES: Final = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.")
_OLD_NAMES: Final[tuple[tuple[str, str], ...]] = (
    (r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2."),  # torchvision's DenseNet as first published
    (r"\.mlp\.linear_1\.", ".mlp.0."),  # torchvision's ViT as first published
    (r"\.mlp\.linear_2\.", ".mlp.3."),
)
_COUNTER: Final = "num_batches_tracked"
_SHOWN: Final = 3
_HALF: Final = (torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Fit:
    """How keys of a file stand to an architecture's: what is missing, unexpected, or of another shape."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]
    fitting: int

    def __bool__(self) -> bool:
        """Whether everything fits."""
        return not (self.missing or self.unexpected or self.misshapen)


def settle_names(state: State, shapes: Shapes) -> tuple[State, tuple[Note, ...]]:
    """`state` under the architecture's own keys where a known renaming leads there, and what was renamed."""
    candidates = [(new, notes) for bare, notes in _without_prefixes(state) for new, notes in _modernised(bare, notes)]
    return max(candidates, key=lambda candidate: len(candidate[0].keys() & shapes.keys()))


def infer_classes(state: State, shapes: Shapes) -> int | None:
    """The number of outputs in the file where only that differs from the architecture's default, else None.

    Tensors that agree in all but their first axis belong to the last layer; they must agree on both numbers.
    """
    pairs = {
        (shapes[key][0], tensor.shape[0])
        for key, tensor in state.items()
        if key in shapes and tensor.ndim > 0 and tensor.shape != shapes[key] and tensor.shape[1:] == shapes[key][1:]
    }
    return next(iter(pairs))[1] if len(pairs) == 1 else None


def compare(state: State, shapes: Shapes, ignore: tuple[str, ...] = ()) -> Fit:
    """How the file's keys stand to the architecture's. `ignore`: patterns of keys that may be there for nothing."""
    spare = [key for key in state if key not in shapes and not any(re.search(p, key) for p in ignore)]
    both = [key for key in shapes if key in state]
    return Fit(
        missing=tuple(key for key in shapes if key not in state and not key.endswith(_COUNTER)),
        unexpected=tuple(spare),
        misshapen=tuple(key for key in both if state[key].shape != shapes[key]),
        fitting=sum(state[key].shape == shapes[key] for key in both),
    )


def shapes_of(module: nn.Module) -> dict[str, torch.Size]:
    """The shapes of a network's weights, by key."""
    return {key: tensor.shape for key, tensor in module.state_dict().items()}


def check_fit(module: nn.Module, state: State, architecture: str, file: str) -> None:
    """Return if `state` has just the weights of `module`. Raises `UnreadableModel` with a report otherwise."""
    shapes = shapes_of(module)
    # The convention by which a network says which weights it does without (training-time heads).
    spare = tuple(getattr(module, "_keys_to_ignore_on_load_unexpected", None) or ())
    if not (fit := compare(state, shapes, spare)):
        raise UnreadableModel(_report(fit, state, shapes, architecture, file), code="architecture")


def copy_into(module: nn.Module, state: State, file: str) -> tuple[Note, ...]:
    """Copy `state` into `module`, which it must fit; returns what was converted.

    Raises:
        UnreadableModel: weights are no floating-point numbers, or not finite.
    """
    halves = 0
    with torch.no_grad():
        for key, tensor in module.state_dict(keep_vars=True).items():
            if key in state:
                halves += state[key].dtype in _HALF
                _copy(tensor, state[key], key, file)
            elif key.endswith(_COUNTER):
                tensor.zero_()
    if not halves:
        return ()
    return (Note("half-precision", f"{halves} tensors in {file} were in half precision and are used in float32."),)


def _copy(target: Tensor, source: Tensor, key: str, file: str) -> None:
    if target.is_floating_point() and source.dtype not in (torch.float32, torch.float64, *_HALF):
        raise UnreadableModel(
            f"{file} holds {key} as {str(source.dtype).removeprefix('torch.')}, but floating-point weights are needed: "
            "save the network before it was quantised.",
            code="wrong-dtype",
        )
    target.copy_(source)
    # The sum is quick and finite for all but a broken or an extreme tensor.
    if target.is_floating_point() and not torch.isfinite(target.sum()) and not torch.isfinite(target).all():
        bad = int((~torch.isfinite(target)).sum())
        raise UnreadableModel(
            f"{file} holds weights that are no finite numbers ({bad} of {target.numel()} in {key}): "
            "the training went wrong, or the file is damaged. Use an earlier checkpoint.",
            code="not-finite",
        )


def _without_prefixes(state: State) -> list[tuple[State, tuple[Note, ...]]]:
    """`state` as it is, then without each further prefix that most of its keys carry."""
    found: list[tuple[State, tuple[Note, ...]]] = [(state, ())]
    taken = ""
    while prefix := next((p for p in _PREFIXES if _carried(p, state) * 2 > len(state)), None):
        taken += prefix
        dropped = len(state) - _carried(prefix, state)
        state = {key.removeprefix(prefix): t for key, t in state.items() if key.startswith(prefix)}
        beside = f"; entries without it ({dropped}) were left out" if dropped else ""
        found.append((state, (Note("prefix", f"“{taken}” was taken off the keys in the weights file{beside}."),)))
    return found


def _carried(prefix: str, state: State) -> int:
    return sum(key.startswith(prefix) for key in state)


def _modernised(state: State, notes: tuple[Note, ...]) -> list[tuple[State, tuple[Note, ...]]]:
    """`state` as it is, and with key names of earlier versions translated."""
    renamed = state
    for pattern, new in _OLD_NAMES:
        renamed = {re.sub(pattern, new, key): tensor for key, tensor in renamed.items()}
    note = Note("old-names", "Key names of an earlier version were translated.")
    return [(state, notes)] + ([(renamed, (*notes, note))] if renamed.keys() != state.keys() else [])


def _report(fit: Fit, state: State, shapes: Shapes, architecture: str, file: str) -> str:
    parts = [
        f"{len(keys)} of {total} {what} ({', '.join(keys[:_SHOWN])}{', ...' if len(keys) > _SHOWN else ''})"
        for keys, total, what in (
            (fit.missing, len(shapes), "are missing"),
            (fit.unexpected, len(state), "are unknown to it"),
            (tuple(_shapes(key, state, shapes) for key in fit.misshapen), len(shapes), "have another shape"),
        )
        if keys
    ]
    other = fit.fitting * 2 < len(shapes) or len(fit.unexpected) * 2 > len(state)
    hint = (
        "This looks like another architecture: choose the one it was trained with."
        if other
        else ("Choose the variant of the architecture that it was trained with.")
    )
    return f"{file} does not fit {architecture}: of its tensors, {'; '.join(parts)}. {hint}"


def _shapes(key: str, state: State, shapes: Shapes) -> str:
    have, want = ("x".join(map(str, s)) or "one value" for s in (state[key].shape, shapes[key]))
    return f"{key}: {have} instead of {want}"
