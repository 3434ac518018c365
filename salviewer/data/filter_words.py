"""What is said of the filters of a gallery: which layer, of what kind, how much it matters, from what it was averaged.

Green is for convolutions and pink for fully connected layers, as in the paper; other layers are neutral. The kind is
always said by a letter and a word too.

Source: "Visual explanation by interpretation" (under review at ICLR 2019), Figure 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from salviewer.api.filters import FilterGallery


class Kind(NamedTuple):
    """A kind of layer: its letter and word, and its colour behind white letters and behind black ones."""

    letter: str
    word: str
    dark: str = "#5b6470"
    light: str = "#aab3bf"


OTHER = Kind("·", "layer")
KINDS = {
    "convolution": Kind("C", "convolution", "#1e7a40", "#6fd394"),
    "linear": Kind("F", "fully connected", "#b8326f", "#f59cc4"),
    "relu": Kind("R", "ReLU"),
    "pooling": Kind("P", "pooling"),
    "normalisation": Kind("N", "normalisation"),
    "activation": Kind("A", "activation"),
    "sum": Kind("S", "sum"),
    "product": Kind("M", "product"),
}


class Row(NamedTuple):
    """One filter. at: its row in the gallery; response: NaN where no picture is explained.

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
    def sentence(self) -> str:
        """All of it, for a screen reader."""
        parts = [f"Layer {self.number}, {self.kind.word}, {self.title}", f"relevance {signed(self.relevance)}"]
        if not math.isnan(self.response):
            parts.append(f"response {signed(self.response)}")
        parts += [self.sees] if self.sees else []
        parts.append(f"average of {pictures(self.crops)}" if self.crops else "no average picture")
        return ", ".join(parts)


def rows_of(gallery: FilterGallery) -> tuple[Row, ...]:
    """The filters in the order in which they are shown: by response where a picture is explained, else by relevance."""
    explained = is_explained(gallery)
    by = gallery.response if explained else gallery.relevance
    found = []
    for i in np.argsort(-by, kind="stable").tolist():
        layer = gallery.layers[int(gallery.layer[i])]
        found.append(
            Row(
                i,
                int(layer.get("number", int(gallery.layer[i]) + 1)),
                str(layer.get("name", "")) or "layer",
                KINDS.get(str(layer.get("kind", "")), OTHER),
                int(gallery.channel[i]),
                float(gallery.relevance[i]),
                float(gallery.response[i]),
                len(gallery.crops[i]) if i < min(len(gallery.crops), len(gallery.averages)) else 0,
                int(layer.get("field", -1)),
            )
        )
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
    made = max((row.crops for row in rows), default=0)
    against = f", {n - plus:,} against it" if n > plus else ""
    filters = f"{n:,} {'filter' if n == 1 else 'filters'}: {plus:,} for the class{against}"
    if not made:
        return filters
    return f"{filters} · averages of up to {pictures(made)}" + (
        f" · heatmaps by {gallery.variant}" if gallery.variant else ""
    )


def pictures(count: int) -> str:
    """A number of pictures in words."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def signed(value: float) -> str:
    """With its sign, to three digits: "+9.03", "+0.770"."""
    return "0" if value == 0 else f"{value:+#.3g}".rstrip(".").replace("-", "\N{MINUS SIGN}")
