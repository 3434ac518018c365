"""The curves of measurements as a CSV file: one row per point."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from salviewer.errors import Unavailable

if TYPE_CHECKING:
    from salviewer.api import Measurement


class Line(NamedTuple):
    """One point of a curve, as a row of the file."""

    metric: str
    curve: str
    x_label: str
    y_label: str
    x: float
    y: float


def lines_of(metric: str, found: Measurement) -> list[Line]:
    """The points of all curves of `found`."""
    from salviewer.api import Curve  # noqa: PLC0415 - with the first measurement

    return [
        Line(metric, curve.name, curve.x_label, curve.y_label, float(x), float(y))
        for curve in found.evidence
        if isinstance(curve, Curve)
        for x, y in zip(curve.x, curve.y, strict=True)
    ]


def write_curves(path: Path, lines: Sequence[Line]) -> None:
    """Write `lines` below a header, which stands alone where no metric has a curve. Raises `Unavailable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(Line._fields)
            writer.writerows(lines)
    except OSError as e:
        raise Unavailable(
            f"The curves cannot be written to {path} ({e.strerror or e}): choose another file with --curves.",
            code="cannot-write",
        ) from e
