"""The state dict inside what was saved: checkpoints keep it under a name, beside the optimiser and the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from torch import Tensor

from salviewer.api import Note
from salviewer.errors import UnreadableModel

_NAMES: Final = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params")
_AVERAGED: Final = ("state_dict_ema", "model_ema", "ema_state_dict", "ema", "params_ema")
_DEEPEST: Final = 3


def unwrap(saved: Any, name: str) -> tuple[dict[str, Tensor], tuple[Note, ...]]:
    """The tensors by key, and where they were found. `name` is the file's, for messages.

    Raises:
        UnreadableModel: there is no state dict in `saved`, or not a clear one.
    """
    place: list[str] = []
    notes: list[Note] = []
    while isinstance(saved, Mapping) and not _is_state_dict(saved) and len(place) < _DEEPEST:
        inner = [key for key in (*_NAMES, *_AVERAGED) if isinstance(saved.get(key), Mapping)]
        if not inner:
            break
        if unused := [key for key in inner[1:] if key in _AVERAGED]:
            text = f"{name} also holds averaged weights under “{unused[0]}”; those under “{inner[0]}” are used."
            notes.append(Note("averaged-weights", text))
        place.append(inner[0])
        saved = saved[inner[0]]
    if not isinstance(saved, Mapping) or not _is_state_dict(saved):
        raise UnreadableModel(
            f"{name} holds no state dict, that is, tensors by name. "
            "Save one with torch.save(model.state_dict(), ...) and open that file.",
            code="no-state-dict",
        )
    if place:
        notes.insert(0, Note("unwrapped", f"The weights were found under “{'/'.join(place)}” in {name}."))
    return {key: value for key, value in saved.items() if isinstance(value, Tensor)}, tuple(notes)


def _is_state_dict(saved: Mapping[Any, Any]) -> bool:
    """Whether it holds tensors by name, and little else (a state dict may have a version beside them)."""
    tensors = [key for key, value in saved.items() if isinstance(key, str) and isinstance(value, Tensor)]
    return len(tensors) > 0 and len(tensors) * 2 >= len(saved)
