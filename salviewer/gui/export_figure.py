"""From what is on the screen to a figure on paper: the same colours, band and lines, at the pixels' own resolution."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QPicture

from salviewer.api.evidence import Heatmap
from salviewer.data.blend import as_rgb
from salviewer.gui.export_values import Wanted
from salviewer.gui.gazing import Gaze
from salviewer.gui.looks import band
from salviewer.gui.scale import range_of
from salviewer.gui.values import Display, Shown
from salviewer.jobs.account import NOTICE
from salviewer.jobs.deidentified import label_of, without_name
from salviewer.kit.colours import lut
from salviewer.kit.contours import outlines, smooth_lines, thinned
from salviewer.kit.map_colours import MapLook, dots
from salviewer.kit.printed_bar import Bar
from salviewer.kit.rendering import Box, Figure, Plate
from salviewer.kit.tone import tone_table

LEGIBLE, LARGE = 640, 1024
"""Pictures are shown at a whole number of dots per pixel, or of pixels per dot, with a longer side between these."""
SEVERAL = 420
"""The longer side of each where several maps stand beside each other."""


@dataclass(frozen=True, eq=False)
class View:
    """What a canvas shows. `area`: in picture pixels; `size`: of the canvas; `marks`: all that is no picture or map."""

    area: QRectF
    size: QSizeF
    marks: QPicture | None = None


def figure_of(
    shown: Shown, display: Display, wanted: Wanted, words: Words, family: str = "", view: View | None = None
) -> Figure:
    """The figure of an answer; with a `view`, of that part of it."""
    every = wanted.every_map and len(shown.maps) > 1 and view is None
    tops = [shown.step_to(i) for i in range(len(shown.maps))] if every else [shown]
    area = view.area if view else QRectF(0, 0, shown.size[1], shown.size[0])
    size = _page_size(area, view, SEVERAL if every else 0)
    pixels = _toned(shown, display)
    plates = tuple(_plate(one, display, pixels, area, size, view) for one in tops)
    if every:
        plates = tuple(replace(p, caption=one.top.name) for p, one in zip(plates, tops, strict=True))
    return Figure(
        plates=plates,
        title=words.title if "title" in wanted.lines else "",
        lines=tuple(text for key, text in words.lines.items() if key in wanted.lines and text),
        below=(*words.below, NOTICE),
        columns=math.ceil(math.sqrt(len(plates))) if len(plates) > 3 else len(plates),
        dark=wanted.dark,
        family=family,
    )


def bare_figure(shown: Shown, display: Display, family: str = "", gaze: Gaze | None = None) -> Figure:
    """All maps of an answer without title and notice: what a report has words of its own for. gaze: of a volume."""
    wanted = Wanted(lines=(), every_map=True)
    words = words_of(shown, display, wanted, "", "")
    figure = any_figure(shown, display, wanted, words, family, gaze=gaze)
    return replace(figure, below=figure.below[:-1])


def any_figure(
    shown: Shown, display: Display, wanted: Wanted, words: Words, family: str, view: View | None = None,
    gaze: Gaze | None = None,
) -> Figure:  # fmt: skip
    """The figure of an answer about a picture, of that part of it which `view` shows, or about a volume."""
    if not shown.is_volume:
        return figure_of(shown, display, wanted, words, family, view)
    from salviewer.gui.volumes.figure import volume_figure  # noqa: PLC0415 - with the first volume

    return volume_figure(shown, display, wanted, words, family, gaze or Gaze())


@dataclass(frozen=True)
class Words:
    """What stands above and below a figure. `lines`: by their key in `export_values.LINES`, "" where there is none."""

    title: str
    lines: dict[str, str]
    below: tuple[str, ...] = ()


def words_of(shown: Shown, display: Display, wanted: Wanted, settings: str, date: str) -> Words:
    """The words for an answer; the picture goes by a neutral name unless its file's name is wanted."""
    about = shown.explanation.provenance if shown.explanation else {}
    target, model, source = (about.get(name, {}) for name in ("target", "model", "input"))
    name, label = (
        str(source.get("name", "")),
        label_of(str(source.get("sha256", "")), "volume" if shown.is_volume else "picture"),
    )

    def clean(text: str) -> str:
        return without_name(text, "" if wanted.file_name else name, label)

    explained = f"{target['output']} of class {target.get('index')}" if target.get("output") else ""
    sides = " × ".join(map(str, reversed(shown.top.values.shape)))
    drawn = "interpolated between its cells" if display.smooth else "shown as its cells"
    facts = (str(model.get("architecture", "")), explained, name if wanted.file_name else label)
    lines = {
        "model": " · ".join(text for text in facts if text),
        "settings": f"Settings: {settings}" if settings else "",
        "map": f"Map of {sides} values, {drawn}",
        "date": date,
    }
    return Words(
        without_name(shown.title, "", ""), {key: clean(text) for key, text in lines.items()}, _below(shown, display)
    )


def _below(shown: Shown, display: Display) -> tuple[str, ...]:
    """What has to be said of how it is drawn."""
    said = []
    if shown.is_volume:
        return _below_slices(shown, display)
    if (display.brightness, display.contrast) != (0.0, 1.0) and shown.picture is not None:
        said.append("Brightness or contrast of the picture were changed.")
    if band(display) != (0.0, 100.0):
        said.append("Only a part of the map's range is shown.")
    if _outline(shown) is not None:
        said.append("Dashed: the model's field of view.")
    return (" ".join(said),) if said else ()


def _below_slices(shown: Shown, display: Display) -> tuple[str, ...]:
    from salviewer.gui.volumes.laying import sees_all  # noqa: PLC0415 - with the first volume

    dashed = display.frame and not sees_all(shown.grid)
    said = (
        "" if shown.picture is not None else "The volume is not at hand.",
        "Only a part of the map's range is shown." if band(display) != (0.0, 100.0) else "",
        "Dashed: the model's field of view." if dashed else "",
    )
    return (" ".join(text for text in said if text),)


def _plate(
    shown: Shown,
    display: Display,
    pixels: np.ndarray | None,
    area: QRectF,
    size: tuple[float, float],
    view: View | None,
) -> Plate:
    scale, top = range_of(shown, display), shown.top
    table = None if scale.flat else lut(scale.colours)
    masks = display.mode == "masked" and pixels is not None
    alone = display.mode == "heatmap" or pixels is None
    values, box = _placed(shown, display)
    look = MapLook(scale.low, scale.high, table, fade=not alone, signed=top.signed,
                   band=_band(top, display, scale.low, scale.high), masks=masks)  # fmt: skip
    drawn = table is not None and (view is None or display.mode != "original")
    return Plate(
        size=size,
        area=area,
        pixels=None if alone and pixels is not None else pixels,
        cells=dots(values, look) if drawn or masks else None,
        box=box,
        opacity=1.0 if alone or masks else display.opacity,
        lines=_lines(shown, display) if drawn else None,
        outline=_outline(shown) if display.frame and view is None else None,
        marks=view.marks if view else None,
        marks_size=view.size if view else None,
        sentence=scale.sentence if table is None else "",
        bar=Bar(scale.low, scale.high, table, top.unit) if table is not None and drawn and not masks else None,
    )


def _placed(shown: Shown, display: Display) -> tuple[np.ndarray, Box]:
    """The values to be coloured and where they lie: the map's own cells, or one value per pixel where smoothed."""
    rows, columns = shown.grid.box()[-2:]
    if not display.smooth:
        return shown.top.values, (rows, columns)
    height, width = shown.size
    with np.errstate(invalid="ignore", over="ignore"):
        return shown.grid.to_source(shown.top.values), ((0.0, float(height)), (0.0, float(width)))


def _band(top: Heatmap, display: Display, low: float, high: float) -> tuple[float, float] | None:
    """The numbers between which the map is shown; None for all of it."""
    first, last = band(display)
    if (first, last) == (0.0, 100.0):
        return None
    if display.band_of == "range":
        start, span = (0.0, high) if top.signed else (low, high - low)
        return start + span * first / 100, start + span * last / 100
    return tuple(float(v) for v in np.percentile(_sizes(top), (first, last)))  # type: ignore[return-value]


def _lines(shown: Shown, display: Display) -> np.ndarray | None:
    """Contour lines in picture pixels."""
    if not display.contours or not (sizes := _sizes(shown.top)).size:
        return None
    rows, columns = shown.grid.box()[-2:]
    values = np.abs(shown.top.values) if shown.top.signed else shown.top.values
    thin, step = thinned(values)
    trace = smooth_lines if display.smooth else outlines
    found = np.concatenate([trace(thin, float(level)) for level in np.percentile(sizes, display.contours)]) * step
    high, wide = (rows[1] - rows[0]) / values.shape[0], (columns[1] - columns[0]) / values.shape[1]
    return found * (wide, high, wide, high) + (columns[0], rows[0], columns[0], rows[0])


def _sizes(top: Heatmap) -> np.ndarray:
    finite = top.values[np.isfinite(top.values)]
    return np.abs(finite) if top.signed else finite


def _toned(shown: Shown, display: Display) -> np.ndarray | None:
    if shown.picture is None:
        return None
    rgb = as_rgb(shown.picture)
    if (display.brightness, display.contrast) == (0.0, 1.0):
        return rgb
    return np.frombuffer(tone_table(display.brightness, display.contrast), np.uint8)[rgb]


def _outline(shown: Shown) -> Box | None:
    """What the model sees, where that is not the whole picture."""
    rows, columns = shown.grid.box()[-2:]
    height, width = shown.size
    whole = max(abs(rows[0]), abs(columns[0]), abs(rows[1] - height), abs(columns[1] - width)) < 0.5
    return None if whole else (rows, columns)


def _page_size(area: QRectF, view: View | None, most: int) -> tuple[float, float]:
    """(width, height) in logical pixels."""
    if view is not None:
        return view.size.width(), view.size.height()
    longest = max(area.width(), area.height())
    if most:
        factor = most / longest
    else:
        factor = math.ceil(LEGIBLE / longest) if longest <= LARGE else 1 / math.ceil(longest / LARGE)
    return area.width() * factor, area.height() * factor


def seen_on(canvas: Any) -> View:
    """What `canvas` shows now, without what is drawn anew at its own resolution: picture, map and contour lines."""
    from salviewer.kit.recording import record  # noqa: PLC0415 - loads pyqtgraph

    return View(*record(canvas))
