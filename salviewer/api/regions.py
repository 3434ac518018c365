"""What an explanation says of an atlas's regions: a row each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from salviewer.api.evidence import KINDS, Evidence

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class RegionTable(Evidence):
    """Regions with their impact, in the order of the atlas's labels; n rows.

    labels: int32 (n,), as the atlas numbers them. regions, sides: their names, and "left", "right" or "".
    centroids: float32 (n, 3), RAS+ millimetres in the input's own world. sizes: float32 (n,), mm³.
    impact: float32 (n,), what ranks them, in `unit`; NaN where a region could not be judged.
    rank_low, rank_high: float32 (n,), ends of the 95 % confidence interval of the rank (1 is the greatest impact); NaN
    where none was computed.
    columns: float32 (k, n), further numbers, one row per name in `column_names`, such as light and shadow.
    """

    labels: np.ndarray = field(repr=False)
    centroids: np.ndarray = field(repr=False)
    sizes: np.ndarray = field(repr=False)
    impact: np.ndarray = field(repr=False)
    rank_low: np.ndarray = field(repr=False)
    rank_high: np.ndarray = field(repr=False)
    columns: np.ndarray = field(repr=False)
    regions: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    unit: str = ""
    kind: ClassVar[str] = "regions"
    array_fields: ClassVar[tuple[str, ...]] = (
        "labels", "centroids", "sizes", "impact", "rank_low", "rank_high", "columns"
    )  # fmt: skip

    def __post_init__(self) -> None:
        n = len(self.labels)
        shapes = dict.fromkeys(self.array_fields, (n,)) | {
            "centroids": (n, 3), "columns": (len(self.column_names), n)
        }  # fmt: skip
        for name, shape in shapes.items():
            values, wanted = getattr(self, name), "int32" if name == "labels" else "float32"
            if str(values.dtype) != wanted or values.shape != shape:
                raise TypeError(f"{name} of a region table is {wanted} {shape}, not {values.dtype} {values.shape}")
        for name in ("regions", "sides"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # JSON has lists
            if len(getattr(self, name)) != n:
                raise TypeError(f"a region table of {n} rows needs {n} {name}")
        object.__setattr__(self, "column_names", tuple(self.column_names))

    def ranks(self) -> np.ndarray:
        """int32 (n,): 1 for the greatest impact; what could not be judged comes last. Ties go by label."""
        import numpy as np  # noqa: PLC0415 - the api loads without numpy

        order = np.argsort(np.where(np.isfinite(self.impact), -self.impact, np.inf), kind="stable")
        ranks = np.empty(len(order), np.int32)
        ranks[order] = np.arange(1, len(order) + 1)
        return ranks


KINDS[RegionTable.kind] = RegionTable
