"""What is known of many pictures as CSV: the confusion table, and one line per picture."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from salviewer.data.whole_file import write_whole
from salviewer.jobs.batches import Item, Looked
from salviewer.numeric.confusion import UNKNOWN, Confusion

Row = Sequence[str | int | float]
NOT_KNOWN = "not known"


def confusion_rows(found: Confusion, classes: Sequence[str], columns: Sequence[int] = ()) -> list[Row]:
    """Heading, a row per true class with its counts, number and recall; pictures of no known class come last.

    columns: the predicted classes in order; those that occur where it is empty.
    """
    columns = columns or tuple(sorted({*found.truths, *found.predictions}))
    rows: list[Row] = [["true class", *(classes[p] for p in columns), "n", "recall"]]
    for t in [*(c for c in columns if c in found.truths), *([UNKNOWN] if found.unlabelled else [])]:
        counts = [found.count(t, p) for p in columns]
        recall = f"{found.recall(t):.4f}" if t != UNKNOWN else ""
        rows.append([classes[t] if t != UNKNOWN else NOT_KNOWN, *counts, sum(counts), recall])
    return rows


def picture_rows(
    items: Iterable[Item], looked: Mapping[str, Looked], truths: Mapping[str, int], classes: Sequence[str]
) -> list[Row]:
    """Heading, and what is known of each picture: names below the folder, never paths."""
    rows: list[Row] = [["picture", "true class", "predicted class", "probability", "error"]]
    for item in items:
        found, truth = looked.get(item.key), truths.get(item.key, UNKNOWN)
        if found is None:
            continue
        named = classes[truth] if truth != UNKNOWN else ""
        predicted = classes[found.predicted] if found.predicted >= 0 else ""
        probability = "" if math.isnan(found.probability) else f"{found.probability:.6f}"
        rows.append([item.name, named, predicted, probability, found.error])
    return rows


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """`path`, after the rows were written to it. Raises `SalViewerError` "unwritable"."""

    def write(draft: Path) -> None:
        with draft.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)

    return write_whole(path, write)
