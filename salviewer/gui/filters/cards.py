"""A gallery of filters as the cards that the window shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage

from salviewer.api.filters import FilterGallery
from salviewer.data.filter_pictures import Under, average_map_of, average_of
from salviewer.data.filter_words import Row, is_explained, signed
from salviewer.gui import theme
from salviewer.kit.colours import qimage
from salviewer.kit.filter_cards import Bar, Card, CardLook, Shot

NO_AVERAGE = "no average picture was made"
NO_PLACES = "no heatmap: a unit without places"
NOTHING = "nothing came back to the picture"


@dataclass(frozen=True, eq=False)
class Pictures:
    """Where cards take their pictures from.

    under: the explained picture; maps: the gallery that has the average heatmaps; colours: name of a colour map.
    """

    under: Under | None = None
    maps: FilterGallery | None = None
    colours: str = "inferno"
    opacity: float = 0.55


def cards_of(gallery: FilterGallery, rows: Sequence[Row], pictures: Pictures) -> list[Card]:
    """A card per filter, in the order of `rows`."""
    dark = theme.tones().scheme == "dark"
    explained = is_explained(gallery)
    relevance = float(np.abs(gallery.relevance).max()) if len(rows) else 0.0
    response = float(np.nanmax(np.abs(gallery.response))) if explained else 0.0
    found = []
    for row in rows:
        bars = [Bar("response", signed(row.response), _share(row.response, response))] if explained else []
        bars.append(Bar("relevance", signed(row.relevance), _share(row.relevance, relevance)))
        shots = _fired(gallery, row, pictures) if explained else _learned(gallery, row, pictures)
        tone = QColor(row.kind.light if dark else row.kind.dark)
        found.append(
            Card(
                row.kind.letter, tone, row.kind.word, f"layer {row.number} · {row.unit}", row.sees, row.layer, shots,
                tuple(bars), row.sentence,
            )
        )  # fmt: skip
    return found


def look_now() -> CardLook:
    """The colours of the theme as cards have them."""
    tones = theme.tones()
    dark = tones.scheme == "dark"
    return CardLook(
        ink=QColor(tones.text), quiet=QColor(tones.quiet), faint=QColor(tones.faint), card=QColor(tones.panel),
        sunk=QColor(tones.sunk), above=QColor(tones.accent), below=QColor(tones.warning),
        on_tone=QColor(tones.sunk if dark else tones.panel),
    )  # fmt: skip


def _fired(gallery: FilterGallery, row: Row, pictures: Pictures) -> tuple[Shot, ...]:
    """What the filter answers to here, and what it looks like on average, where there are averages."""
    here = Shot(None, NO_PLACES)
    if row.at < len(gallery.heatmaps) and pictures.under is not None:
        values = gallery.heatmaps[row.at]
        if values.any() and np.isfinite(values).any():
            here = Shot(qimage(pictures.under.with_map(values, pictures.colours, pictures.opacity)), "in this picture")
        elif np.isfinite(values).all():
            here = Shot(None, NOTHING)
    average = average_of(gallery, row.at)
    shots = [here] if len(gallery.heatmaps) else []
    if len(gallery.averages):
        shots.append(Shot(_image(average), "on average" if average is not None else NO_AVERAGE))
    return tuple(shots)


def _learned(gallery: FilterGallery, row: Row, pictures: Pictures) -> tuple[Shot, ...]:
    """The average picture and the average heatmap, where there are averages."""
    if not len(gallery.averages):
        return ()
    maps = pictures.maps or gallery
    average, heat = average_of(gallery, row.at), average_map_of(maps, row.at, pictures.colours)
    if average is None:
        return (Shot(None, NO_AVERAGE), Shot(None, ""))[: 2 if len(maps.average_maps) else 1]
    shots = [Shot(_image(average), row.averaged)]
    if len(maps.average_maps):
        shots.append(Shot(_image(heat), "average heatmap" if heat is not None else NO_PLACES))
    return tuple(shots)


def _image(pixels: np.ndarray | None) -> QImage | None:
    return None if pixels is None else qimage(pixels)


def _share(value: float, most: float) -> float:
    return value / most if most > 0 else 0.0
