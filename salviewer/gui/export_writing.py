"""The bytes of each kind of export, made on the engine's threads from plain values, and the file that they become."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from salviewer.api.archive import write
from salviewer.api.explanation import Explanation
from salviewer.api.values import Prediction
from salviewer.errors import SalViewerError
from salviewer.gui.on_screen import statistics_in
from salviewer.jobs.deidentified import cleaned

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from salviewer.bench.judgement import Judgement
    from salviewer.gui.export_values import Wanted
    from salviewer.gui.values import Shown
    from salviewer.kit.region import Region
    from salviewer.kit.rendering import Figure


def figure_bytes(figure: Figure, wanted: Wanted) -> bytes:
    """The figure as a PNG, an SVG or a PDF. Raises `SalViewerError` where a PNG would be too large."""
    from salviewer.kit import sheets  # noqa: PLC0415 - loads Qt's SVG

    if wanted.form == "svg":
        return sheets.as_svg(figure)
    if wanted.form == "pdf":
        return sheets.as_pdf(figure, "a4" if wanted.page == "a4" else "figure")
    try:
        return sheets.as_png(figure, wanted.scale)
    except ValueError as e:
        raise SalViewerError(f"This PNG would be too large ({e}): choose a smaller scale.", code="too-large") from e


def small_image(figure: Figure, room: tuple[int, int]) -> tuple[QImage, tuple[int, int]]:
    """The figure as an image that fits into `room` (width, height), and its size at scale 1; all in dots."""
    from salviewer.kit import sheets  # noqa: PLC0415 - loads Qt's SVG

    width, height = sheets.png_size(figure, 1.0)
    return sheets.image_of(figure, max(0.05, min(room[0] / width, room[1] / height, 3.0))), (width, height)


def array_bytes(shown: Shown, form: str) -> bytes:
    """The map on top as NPY: float32 on the model's grid, or on the picture's pixels."""
    values = shown.top.values if form == "npy" else shown.grid.to_source(shown.top.values)
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(values, dtype=np.float32), allow_pickle=False)
    return out.getvalue()


def explanation_bytes(explanation: Explanation, *, with_name: bool) -> bytes:
    """The explanation's file, without paths, and without the picture's name unless `with_name`."""
    with tempfile.TemporaryDirectory() as folder:
        return write(cleaned(explanation, with_name=with_name), Path(folder) / "explanation").read_bytes()


def prediction_bytes(prediction: Prediction) -> bytes:
    """A line per class, in the model's order."""
    rows = zip(
        range(len(prediction.classes)), prediction.classes, prediction.probabilities, prediction.logits, strict=True
    )
    return _table(("index", "class", "probability", "logit"), list(rows))


def trust_bytes(rows: Sequence[Judgement]) -> bytes:
    """A line per metric: its value, the controls' values, and where it stands."""
    controls = sorted({key for row in rows for key in row.controls})
    head = ("metric", "title", "value", "better", *controls, "verdict", "better than reference", "note")
    lines = [
        (row.metric, row.title, row.value, row.better, *(row.controls.get(key, "") for key in controls), row.verdict,
         "" if row.place is None else row.place, row.note)
        for row in rows
    ]  # fmt: skip
    return _table(head, lines)


def region_bytes(shown: Shown, region: Region) -> bytes:
    """A line per map of the answer: where the region lies, in pixels of the picture, and what the map holds in it."""
    head = ("map", "unit", "region", "left", "top", "right", "bottom", "share of positive sum", "share of area", "mean",
            "highest", "lowest")  # fmt: skip
    edges = (region.columns[0], region.rows[0], region.columns[1], region.rows[1])
    lines = []
    for heatmap in shown.maps:
        found = statistics_in(region, heatmap, shown.grid)
        values = (found.mass_share, found.area_share, found.mean, found.highest, found.lowest)
        known = ["" if value is None else value for value in values]
        lines.append((heatmap.name, heatmap.unit, region.kind, *map(float, edges), *known))
    return _table(head, lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """CSV as spreadsheets open it: UTF-8 with its mark; texts that would be read as formulas are kept texts."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else ""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not isinstance(value, int) else text
