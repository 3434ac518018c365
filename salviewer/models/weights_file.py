"""Read the state dict in a weights file, whatever the file is called, without running or believing anything in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from salviewer.api import Note
from salviewer.errors import UnreadableModel
from salviewer.models.containers import unwrap
from salviewer.models.file_kind import Kind, inspect, refuse_kind
from salviewer.models.safetensors_check import check_header, explain
from salviewer.models.torch_check import check_legacy, check_pickle, check_zip

__all__ = ["Weights", "hash_file", "hash_tensors", "inspect", "read_weights"]

_FORCED: Final = ("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")


@dataclass(frozen=True, eq=False)
class Weights:
    """What a weights file holds: `tensors` by key on the CPU, the file's `sha256`, and what should be known."""

    tensors: dict[str, Tensor]
    sha256: str
    notes: tuple[Note, ...] = ()


def read_weights(path: Path) -> Weights:
    """The state dict in the file at `path`.

    Raises:
        UnreadableModel: the file is no state dict, or is damaged, or would run code or use up memory when opened.
    """
    kind = inspect(path)
    refuse_kind(kind, path.name)
    tensors, notes = unwrap(_load(path, kind), path.name)
    return Weights(tensors, hash_file(path), notes)


def hash_file(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    """The SHA-256 of names, types, shapes and bytes: what stands for a file where there is none."""
    total = hashlib.sha256()
    for key, tensor in tensors.items():
        total.update(f"{key}/{tensor.dtype}/{list(tensor.shape)}".encode())
        total.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return total.hexdigest()


def _load(path: Path, kind: Kind) -> Any:
    try:
        if kind == "safetensors":
            check_header(path)
            return _load_safetensors(path)
        if kind == "zip":
            check_zip(path)
        elif kind == "torch-legacy":
            check_legacy(path)
        else:
            check_pickle(path)
        with _unforced():
            # Mapped, so that what is not copied into a network costs no memory.
            return torch.load(path, map_location="cpu", weights_only=True, mmap=kind == "zip")
    except UnreadableModel:
        raise
    except Exception as e:  # torch.load raises whatever its parts raise
        raise UnreadableModel(
            f"{path.name} cannot be read as a state dict. Save it again with torch.save(model.state_dict(), ...).",
            code="damaged",
        ) from e


def _load_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt", device="cpu") as f:
            return {key: f.get_tensor(key) for key in f.keys()}  # noqa: SIM118 - no mapping
    except SafetensorError as e:
        raise explain(e, path) from e


@contextmanager
def _unforced() -> Iterator[None]:
    """Without the environment variables that make torch.load ignore what it is told; put back at the end."""
    kept = {name: os.environ.pop(name) for name in _FORCED if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
