"""What a method returns: evidence, a map first, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.evidence import Evidence, Heatmap

if TYPE_CHECKING:
    import numpy as np

    from salviewer.api.space import GridMap


@dataclass(frozen=True)
class Explanation:
    """The answer to one question put to one model about one input.

    evidence: a `Heatmap` first. notes: what a reader must know, in sentences.
    stopped: why an iterative method ended, if it says so.
    grid and provenance are filled in by whoever ran the method.
    """

    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...] = ()
    stopped: str = ""
    grid: GridMap | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.evidence or not isinstance(self.evidence[0], Heatmap):
            raise TypeError("an explanation's first evidence must be a Heatmap")

    @property
    def heatmap(self) -> np.ndarray:
        """float32 (*S) on the model's input grid."""
        return self.evidence[0].values  # type: ignore[attr-defined]

    def on_input(self, evidence: Heatmap | None = None) -> np.ndarray:
        """The map (the first by default) on the original input's pixels, float32; NaN where the model saw nothing."""
        values = self.heatmap if evidence is None else evidence.values
        return values if self.grid is None else self.grid.to_source(values)

    def save(self, path: str | Path) -> Path:
        """Write everything into one .safetensors file (arrays, with facts and provenance in its metadata)."""
        from salviewer.api.archive import write  # noqa: PLC0415 - the api loads without numpy

        return write(self, Path(path))

    def save_nifti(self, path: str | Path, evidence: Heatmap | None = None) -> Path:
        """Write a volume's map (the first by default) as NIfTI on the volume's own grid, with a JSON file beside it.

        Raises `InvalidChoice` where the map is not of a volume, or `path` does not end in .nii or .nii.gz.
        """
        from salviewer.api.nifti_file import write_nifti  # noqa: PLC0415 - the api loads without nibabel

        return write_nifti(self, Path(path), evidence)


@dataclass(frozen=True)
class Measurement:
    """What a metric says about one explanation.

    values: numbers by name, the headline first; NaN where there is no answer, and a note then says why.
    evidence: a `Curve` where there is one. provenance is filled in by whoever ran the metric.
    """

    values: Mapping[str, float]
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.values:
            raise TypeError("a measurement has at least one value")

    @property
    def value(self) -> float:
        """The headline number."""
        return float(next(iter(self.values.values())))
