"""What is said of the filters of a gallery: which layer, of what kind, how much it matters, from what it was averaged.

Green is for the convolutional part of a network and pink for the fully connected one, as in the paper, which counts 15
convolutional layers in VGG-F and then five fully connected ones: ReLU, normalisation and pooling have the colour of the
convolution or fully connected layer before them. A convolution with one place is a fully connected layer. The part is
always said by a letter, and what the layer does by a word.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), Figure 1 and section 7.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from salviewer.api.filters import FilterGallery
from salviewer.numeric.counted import counted


class Kind(NamedTuple):
    """What a layer does, in a word, and its part of the network: its letter, and colours behind white and black."""

    letter: str
    part: str
    dark: str
    light: str
    word: str = "layer"


CONVOLUTIONAL = Kind("C", "convolutional", "#1e7a40", "#6fd394")
CONNECTED = Kind("F", "fully connected", "#b8326f", "#f59cc4")
NEITHER = Kind("·", "", "#5b6470", "#aab3bf")
WORDS = {
    "convolution": "convolution",
    "linear": "fully connected",
    "relu": "ReLU",
    "pooling": "pooling",
    "normalisation": "normalisation",
    "activation": "activation",
    "sum": "sum",
    "product": "product",
}


class Row(NamedTuple):
    """One filter. at: its row in the gallery; number: its layer's, from 1; response: NaN where no picture is explained.

    crops: how many pictures its average is of, 0 without an average; field: in pixels, 0 the whole picture, -1 unknown.
    """

    at: int
    number: int
    layer: str
    kind: Kind
    channel: int
    relevance: float
    response: float
    crops: int
    field: int

    @property
    def unit(self) -> str:
        """Which one of its layer it is."""
        return f"{'unit' if self.kind.letter == 'F' or self.field == 0 else 'filter'} {self.channel}"

    @property
    def title(self) -> str:
        """Which filter it is."""
        return f"{self.layer} · {self.unit}"

    @property
    def sees(self) -> str:
        """Its receptive field in words; "" where nobody knows."""
        if self.field < 0:
            return ""
        return f"sees {self.field} px" if self.field else "sees all"

    @property
    def averaged(self) -> str:
        """How many pictures its average is of; those of a filter that speaks against its class are of all classes."""
        if not self.crops:
            return ""
        return f"average of {self.crops:,}" if self.relevance > 0 else f"{self.crops:,} of all classes"

    @property
    def sentence(self) -> str:
        """All of it, for a screen reader."""
        does, part = self.kind.word, self.kind.part
        of = f" of the {part} part" if part and does not in ("convolution", part) else ""
        parts = [f"Layer {self.number}, {does}{of}, {self.title}", f"relevance {signed(self.relevance)}"]
        if not math.isnan(self.response):
            parts.append(f"response {signed(self.response)}")
        parts += [self.sees] if self.sees else []
        whose = "" if self.relevance > 0 else " of all classes"
        parts.append(f"average of {counted(self.crops, 'picture')}{whose}" if self.crops else "no average picture")
        return ", ".join(parts)


def rows_of(gallery: FilterGallery) -> tuple[Row, ...]:
    """The filters in the order in which they are shown: by response where a picture is explained, else by relevance."""
    explained = is_explained(gallery)
    by = gallery.response if explained else gallery.relevance
    kinds, found = kinds_of(gallery.layers), []
    for i in np.argsort(-by, kind="stable").tolist():
        which = int(gallery.layer[i])
        layer = gallery.layers[which]
        found.append(
            Row(
                i,
                which + 1,
                str(layer.get("name", "")) or "layer",
                kinds[which],
                int(gallery.channel[i]),
                float(gallery.relevance[i]),
                float(gallery.response[i]),
                len(gallery.crops[i]) if i < min(len(gallery.crops), len(gallery.averages)) else 0,
                int(layer.get("field", -1)),
            )
        )
    return tuple(found)


def kinds_of(layers: Sequence[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """What each layer is, from all layers of a network in the order of their calls."""
    last = of_maps = NEITHER
    found = []
    for layer in layers:
        does, alone = str(layer.get("kind", "")), layer.get("places") == 1
        if does in ("convolution", "linear"):
            part = last = CONNECTED if does == "linear" or alone else CONVOLUTIONAL
            of_maps = of_maps if alone else part
        else:  # a map after layers without places: these were a branch, such as one that weighs channels
            part = last if alone or "places" not in layer else of_maps
        word = part.part if part is CONNECTED and does == "convolution" else WORDS.get(does, NEITHER.word)
        found.append(part._replace(word=word))
    return tuple(found)


def is_explained(gallery: FilterGallery) -> bool:
    """Whether it is about one picture."""
    return bool(np.isfinite(gallery.response).any())


def by_class(evidence: Sequence[Any]) -> Mapping[str, tuple[FilterGallery, ...]]:
    """The galleries among `evidence` by class, in order; of each class the first one has the average pictures."""
    found: dict[str, tuple[FilterGallery, ...]] = {}
    for one in evidence:
        if isinstance(one, FilterGallery):
            found[one.label] = (*found.get(one.label, ()), one)
    return found


def about(gallery: FilterGallery, rows: Sequence[Row]) -> str:
    """The gallery in a line."""
    n, plus = len(rows), sum(row.relevance > 0 for row in rows)
    made, pictured = max((row.crops for row in rows), default=0), sum(row.crops > 0 for row in rows)
    against = f", {n - plus:,} against it" if n > plus else ""
    filters = f"{counted(n, 'filter')}: {plus:,} for the class{against}"
    if not made:
        return filters
    of = f" of the {pictured:,} most relevant," if pictured < n and not is_explained(gallery) else ""
    aligned = " moved onto each other" if gallery.sharpened > 0 else ""
    return f"{filters} · averages{of} of up to {counted(made, 'picture')}{aligned}" + (
        f" · heatmaps by {gallery.variant}" if gallery.variant else ""
    )


def signed(value: float) -> str:
    """With its sign, to three digits: "+9.03", "+0.770"."""
    return "0" if value == 0 else f"{value:+#.3g}".rstrip(".").replace("-", "\N{MINUS SIGN}")
