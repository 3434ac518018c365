"""The two files of a result: the overlay as a picture, and the arrays with their provenance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api import Explanation, Picture
from salviewer.errors import SalViewerError, Unavailable

if TYPE_CHECKING:
    from salviewer.api import Heatmap


def free_stem(folder: Path, name: str, explanation: Explanation) -> Path:
    """Where to write, without ending: "dog-glas-tabby", or with a number behind if another result has that name.

    The same question asked again replaces its own answer.
    """
    about = explanation.provenance
    parts = (Path(name).stem, about["method"], about["target"]["label"])
    stem = "-".join(re.sub(r"[^\w.+]+", "_", str(part)).strip("_.")[:60] or "_" for part in parts)
    return next(path for path in _numbered(folder / stem) if _is_free(path, about["fingerprint"]))


def _numbered(stem: Path) -> Iterator[Path]:
    yield stem
    number = 2
    while True:
        yield stem.with_name(f"{stem.name}-{number}")
        number += 1


def _is_free(stem: Path, fingerprint: str) -> bool:
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

    arrays = with_ending(stem, ".safetensors")
    if not arrays.exists():
        return not with_ending(stem, ".png").exists()
    try:
        return read(arrays).provenance.get("fingerprint") == fingerprint
    except SalViewerError:
        return False


def with_ending(stem: Path, ending: str) -> Path:
    """`stem` with `ending` behind it, whatever dots are in its name."""
    return stem.with_name(stem.name + ending)


def write_result(explanation: Explanation, picture: Picture, stem: Path, *, colours: str) -> tuple[Path, Path]:
    """The paths of the overlay PNG and of the .safetensors file, after both were written.

    Raises:
        Unavailable: the folder cannot be made or written to.
    """
    from salviewer.data.overlay import render_overlay  # noqa: PLC0415 - loads Pillow

    about = explanation.provenance
    shown: Heatmap = explanation.evidence[0]  # type: ignore[assignment]  # the api makes sure that it is one
    overlay = render_overlay(
        picture,
        shown,
        explanation.grid,
        title=about["target"]["label"],
        subtitle=f"{about['title']} · {about['target']['output']}",
        colours=colours,
    )
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        arrays = explanation.save(with_ending(stem, ".safetensors"))
        overlay.save(with_ending(stem, ".png"))
    except OSError as e:
        raise Unavailable(
            f"The results cannot be written to {stem.parent} ({e.strerror or e}): choose another folder with -o.",
            code="cannot-write",
        ) from e
    return with_ending(stem, ".png"), arrays
