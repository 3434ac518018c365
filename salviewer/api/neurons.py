"""The units of a network that carried a decision, layer by layer from the class down to the pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from salviewer.api.evidence import KINDS, Evidence

if TYPE_CHECKING:
    import numpy as np

SUPPORTS = ("current", "preceding", "succeeding")
"""The columns of `NeuronPath.support`: Z_cur, Z_pre, Z_suc."""


@dataclass(frozen=True, eq=False)
class NeuronPath(Evidence):
    """n chosen units in L layers, and which chose which. Layer 0 is the class, layer L - 1 the input's pixels.

    layers: one mapping per layer: "name" as people know it ("features.28"), "kind" ("class", "linear", "convolution",
    "pooling", "input"), "channels" (int), "shape" (list of ints, the layer's own grid; [] where it has none).
    layer: int32 (n,), ascending. channel: int32 (n,). place: int32 (n, d), index (y, x) or (z, y, x) on the layer's
    grid; -1 where it has none.
    support: float32 (n, 3), the three terms of the score by `SUPPORTS`, as of the unit that chose it with the highest
    score; NaN where a term was not computed. score: float32 (n,), that highest score.
    links: int32 (m, 2), (unit of the succeeding layer, unit that it chose).
    fields: float32 (n, 2 d), receptive field on the model's input grid, (x0, y0, x1, y1) or (x0, y0, z0, x1, y1, z1)
    edges, clipped to it.
    thumbnails: float32 (t, T, T), activations of the strongest chosen channels, made T by T by the nearest value (in
    3D the slice with most chosen units). thumbnail_of: int32 (t, 2), (layer, channel) of each; strongest first within
    a layer.
    weights: "a_cur", "a_suc", "a_pre", "k" and whatever else decided the walk.
    """

    layer: np.ndarray = field(repr=False)
    channel: np.ndarray = field(repr=False)
    place: np.ndarray = field(repr=False)
    support: np.ndarray = field(repr=False)
    score: np.ndarray = field(repr=False)
    links: np.ndarray = field(repr=False)
    fields: np.ndarray = field(repr=False)
    thumbnails: np.ndarray = field(repr=False)
    thumbnail_of: np.ndarray = field(repr=False)
    layers: tuple[dict[str, Any], ...] = ()
    weights: dict[str, Any] = field(default_factory=dict)
    kind: ClassVar[str] = "neurons"
    array_fields: ClassVar[tuple[str, ...]] = (
        "layer", "channel", "place", "support", "score", "links", "fields", "thumbnails", "thumbnail_of"
    )  # fmt: skip

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))  # JSON has lists
        n, d = len(self.layer), self.place.shape[-1]
        t, size = len(self.thumbnails), self.thumbnails.shape[-1]
        m = len(self.links)
        shapes = {
            "layer": (n,), "channel": (n,), "place": (n, d), "support": (n, 3), "score": (n,), "links": (m, 2),
            "fields": (n, 2 * d), "thumbnails": (t, size, size), "thumbnail_of": (t, 2),
        }  # fmt: skip
        whole = {"layer", "channel", "place", "links", "thumbnail_of"}
        for name, shape in shapes.items():
            values, wanted = getattr(self, name), "int32" if name in whole else "float32"
            if str(values.dtype) != wanted or values.shape != shape:
                raise TypeError(f"{name} of a neuron path is {wanted} {shape}, not {values.dtype} {values.shape}")

    def in_layer(self, index: int) -> slice:
        """Where the units of layer `index` stand."""
        import numpy as np  # noqa: PLC0415 - the api loads without numpy

        low, high = np.searchsorted(self.layer, (index, index + 1))
        return slice(int(low), int(high))


KINDS[NeuronPath.kind] = NeuronPath
