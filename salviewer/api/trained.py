"""What a trainer learned about one model, and how it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Evidence

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained state. It belongs to one model, whose hash is in `provenance`.

    tensors: arrays by name, as the trainer's page says. facts: everything else, as JSON values.
    evidence: what shows how the training went, such as curves; without a map. notes: as of an explanation.
    stopped: why it ended, in words that can follow "because": "all 10 epochs were made".
    provenance is filled in by whoever ran the trainer.
    """

    tensors: Mapping[str, np.ndarray]
    facts: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: str | Path) -> Path:
        """Write everything into one .safetensors file (arrays, with all else in its metadata)."""
        from salviewer.api.trained_file import write_trained  # noqa: PLC0415 - the api loads without numpy

        return write_trained(self, Path(path))
