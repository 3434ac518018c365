"""The contact sheet of a file: of what was learned about a model, or of an explanation by filters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from salviewer.api import FilterGallery, Picture
from salviewer.api.archive import read
from salviewer.api.explanation import Explanation
from salviewer.api.trained import Trained
from salviewer.api.trained_file import read_trained
from salviewer.data.filter_pictures import Under
from salviewer.data.filter_sheet import Section, sheet_bytes
from salviewer.data.filter_words import by_class
from salviewer.errors import InvalidChoice, UnreadableInput


def read_either(path: Path) -> Trained | Explanation:
    """What the file at `path` holds. Raises `UnreadableInput` where it is neither."""
    try:
        return read_trained(path)
    except UnreadableInput:
        return read(path)


def learned_sheet(trained: Trained, ending: str, only: str = "") -> bytes:
    """The filters of each class, or of the class `only`. Raises `InvalidChoice` where there are none."""
    galleries = by_class(trained.evidence)
    if only and only not in galleries:
        raise InvalidChoice(
            f"No filters were learned for a class “{only}”: choose one of {_few(tuple(galleries))}.", code="no-class"
        )
    chosen = {only: galleries[only]} if only else galleries
    if not chosen:
        raise InvalidChoice(
            "What was learned here holds no filters: take what “relevant-filters” learned.", code="no-filters"
        )
    about = trained.provenance
    collection = about.get("collection", {})
    of = " · ".join(str(part) for part in (about.get("model", {}).get("architecture"), collection.get("key")) if part)
    return sheet_bytes("What the filters look like", of, [Section(of_class[0]) for of_class in chosen.values()], ending)


def fired_sheet(explanation: Explanation, picture: Picture | None, ending: str) -> bytes:
    """The filters that fired in `picture`, with their heatmaps over it where it is given."""
    gallery = gallery_in(explanation.evidence)
    under = Under(picture, explanation.grid) if picture is not None and explanation.grid is not None else None
    model = explanation.provenance.get("model", {}).get("architecture", "")
    return sheet_bytes(f"Filters that fired for “{gallery.label}”", str(model), [Section(gallery, under)], ending)


def gallery_in(evidence: Sequence[Any]) -> FilterGallery:
    """The filters among `evidence`. Raises `InvalidChoice` where there are none."""
    for one in evidence:
        if isinstance(one, FilterGallery):
            return one
    raise InvalidChoice(
        "This explanation shows no filters: take one that a method by filters made, such as “interpretation”.",
        code="no-filters",
    )


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:8])
    return f"{shown} and {len(names) - 8:,} more" if len(names) > 8 else shown
