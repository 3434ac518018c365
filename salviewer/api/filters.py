"""The filters of a network that matter for a class, what they look like, and which of them fired."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from salviewer.api.evidence import KINDS, Evidence

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class FilterGallery(Evidence):
    """n filters of one class, strongest first.

    layer, channel: int32 (n,), which filter: an index into `layers`, and the channel or unit within it.
    relevance: float32 (n,), the weight that training found. response: float32 (n,), relevance times the filter's
    feature in the picture; NaN where no picture is explained.
    heatmaps: float32 (n, H, W) on the model's input grid; (0, 0, 0) where no picture is explained.
    averages: uint8 (k, T, T, 3), of the first k <= n filters the mean of the pictures that excite the filter most,
    cropped to its receptive field; average_maps: float32 (k, T, T), the mean of their heatmaps, NaN where a filter has
    none.
    layers: one mapping per layer: "name" as people know it ("features.28"), "number" (from 1), "kind" ("convolution",
    "linear", "relu", "pooling", ...), "field" (receptive field, pixels; 0: the whole picture).
    crops: of the first k filters ((sample id, x0, y0, x1, y1), ...), strongest first, edges on the model's input grid,
    which may lie outside of it; of a filter without any, the average is a blank.
    collection: the `CollectionRef` that the ids belong to, as a mapping; empty without crops.
    label: the class's name. variant: how the heatmaps were made. sharpened: how far the crops of an average could be
    moved onto each other, as a share of its side; 0 where they stayed in place.
    """

    layer: np.ndarray = field(repr=False)
    channel: np.ndarray = field(repr=False)
    relevance: np.ndarray = field(repr=False)
    response: np.ndarray = field(repr=False)
    heatmaps: np.ndarray = field(repr=False)
    averages: np.ndarray = field(repr=False)
    average_maps: np.ndarray = field(repr=False)
    layers: tuple[dict[str, Any], ...] = ()
    crops: tuple[tuple[tuple[Any, ...], ...], ...] = ()
    collection: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    variant: str = ""
    sharpened: float = 0.0
    kind: ClassVar[str] = "filters"
    array_fields: ClassVar[tuple[str, ...]] = (
        "layer", "channel", "relevance", "response", "heatmaps", "averages", "average_maps"
    )  # fmt: skip

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))  # JSON has lists
        object.__setattr__(self, "crops", tuple(tuple(map(tuple, of_one)) for of_one in self.crops))
        n = len(self.layer)
        wanted = {"layer": "int32", "channel": "int32", "averages": "uint8"}
        dims = {"heatmaps": 3, "averages": 4, "average_maps": 3}
        for name in self.array_fields:
            values = getattr(self, name)
            rows = len(values) <= n if name.startswith("average") else len(values) in ((0, n) if name in dims else (n,))
            if str(values.dtype) != wanted.get(name, "float32") or values.ndim != dims.get(name, 1) or not rows:
                raise TypeError(f"{name} of a filter gallery of {n} filters is not {values.dtype} {values.shape}")
        if len(self.crops) > n:
            raise TypeError(f"a filter gallery of {n} filters has crops for each at most, not for {len(self.crops)}")


KINDS[FilterGallery.kind] = FilterGallery
