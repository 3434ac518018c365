"""A trained state as one .safetensors file and back, without torch."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.archive import describe
from salviewer.api.evidence import rebuild
from salviewer.api.trained import Trained
from salviewer.errors import UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

FORMAT = "salviewer-trained-1"


def write_trained(trained: Trained, path: Path) -> Path:
    """Write `trained` to `path`, whole or not at all. Arrays are "tensor/name" and "evidence/index/field"."""
    import numpy as np  # noqa: PLC0415 - the api loads without numpy
    from safetensors.numpy import save  # noqa: PLC0415

    arrays = {f"tensor/{name}": np.ascontiguousarray(array) for name, array in trained.tensors.items()}
    for i, one in enumerate(trained.evidence):
        arrays |= {f"evidence/{i}/{name}": np.ascontiguousarray(a) for name, a in one.arrays().items()}
    head = {
        "format": FORMAT,
        "facts": dict(trained.facts),
        "evidence": [describe(one) for one in trained.evidence],
        "notes": list(trained.notes),
        "stopped": trained.stopped,
        "provenance": dict(trained.provenance),
    }
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(save(arrays, metadata={"salviewer": json.dumps(head)}))
    os.replace(draft, path)
    return path


def read_trained(path: Path) -> Trained:
    """What `write_trained` wrote to `path`. Raises `UnreadableInput`."""
    with _opened(path) as (f, head):
        arrays = {key: f.get_tensor(key) for key in f.keys()}  # noqa: SIM118 - no mapping
    evidence = tuple(
        rebuild(one["kind"], _under(arrays, f"evidence/{i}/"), one["facts"]) for i, one in enumerate(head["evidence"])
    )
    return Trained(_under(arrays, "tensor/"), head["facts"], evidence, tuple(head["notes"]), head["stopped"],
                   head["provenance"])  # fmt: skip


def read_head(path: Path) -> dict[str, Any]:
    """All but the arrays of the trained state at `path`, cheaply. Raises `UnreadableInput`."""
    with _opened(path) as (_, head):
        return head


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The open file and its head."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - the api loads without numpy

    if path.is_dir():
        raise _unreadable(path, "is a folder: give a file that training wrote")
    try:
        with safe_open(path, framework="numpy") as f:
            head: dict[str, Any] = json.loads((f.metadata() or {}).get("salviewer", "{}"))
            if head.get("format") != FORMAT:
                raise _unreadable(path, "holds no trained state: give a file that training wrote")
            yield f, head
    except (OSError, SafetensorError, ValueError) as e:
        raise _unreadable(path, f"cannot be read as a trained state ({e})") from e


def _under(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)}


def _unreadable(path: Path, why: str) -> UnreadableInput:
    return UnreadableInput(f"{path.name or path} {why}.", code="not-trained")
