"""The files of a result: the overlay as a picture, the arrays with their provenance, and a volume's map as NIfTI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api import Explanation, Picture, Volume
from salviewer.api.nifti_file import ENDINGS
from salviewer.errors import InvalidChoice, SalViewerError, Unavailable

if TYPE_CHECKING:
    from PIL.Image import Image

    from salviewer.api import Heatmap


def free_stem(folder: Path, name: str, explanation: Explanation) -> Path:
    """Where to write, without ending: "dog-glas-tabby", or with a number behind if another result has that name.

    The same question asked again replaces its own answer.
    """
    about = explanation.provenance
    parts = (bare_name(name), about["method"], about["target"]["label"])
    stem = "-".join(re.sub(r"[^\w.+]+", "_", str(part)).strip("_.")[:60] or "_" for part in parts)
    return next(path for path in _numbered(folder / stem) if _is_free(path, about["fingerprint"]))


def bare_name(name: str) -> str:
    """A file's name without its ending: “t1” of “t1.nii.gz”."""
    return next((name[: -len(e)] for e in ENDINGS if name.lower().endswith(e)), Path(name).stem)


def named_map(out: Path, inputs: int) -> tuple[Path, str] | None:
    """Stem and ending of the one NIfTI file that `out` names; None where it is a folder.

    Raises `InvalidChoice` where there are several inputs.
    """
    ending = next((e for e in ENDINGS if out.name.lower().endswith(e)), None)
    if ending is None:
        return None
    if inputs != 1:
        raise InvalidChoice(f"{out.name} is one file and there are {inputs} inputs: give a folder.", code="one-file")
    return out.with_name(out.name[: -len(ending)]), ending


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


def write_result(
    explanation: Explanation, source: Picture | Volume, stem: Path, *, colours: str, ending: str = ""
) -> tuple[Path, ...]:
    """The paths of the overlay PNG, the .safetensors file and, of a volume, the NIfTI file, after all were written.

    A volume's overlay is the axial slice with most of the map.

    ending: of the NIfTI file, where a person named one; that asks for a volume.

    Raises:
        Unavailable: the folder cannot be made or written to.
        InvalidChoice: a NIfTI file was asked for, and the input is a picture.
    """
    if ending and not isinstance(source, Volume):
        raise InvalidChoice(
            f"{source.name} is a picture, and {ending} files hold volumes: give a folder with -o.", code="bad-ending"
        )
    overlay = _overlay(explanation, source, colours)
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        # First, as it is refused where the person named the scan itself.
        volume = isinstance(source, Volume)
        scans = (explanation.save_nifti(with_ending(stem, ending or ENDINGS[0])),) if volume else ()
        arrays = explanation.save(with_ending(stem, ".safetensors"))
        overlay.save(with_ending(stem, ".png"))
    except OSError as e:
        raise Unavailable(
            f"The results cannot be written to {stem.parent} ({e.strerror or e}): choose another folder with -o.",
            code="cannot-write",
        ) from e
    return (with_ending(stem, ".png"), arrays, *scans)


def _overlay(explanation: Explanation, source: Picture | Volume, colours: str) -> Image:
    from salviewer.data import colour  # noqa: PLC0415 - loads numpy
    from salviewer.data.axial import axial  # noqa: PLC0415 - the same
    from salviewer.data.overlay import render_overlay  # noqa: PLC0415 - loads Pillow

    about = explanation.provenance
    shown: Heatmap = explanation.evidence[0]  # type: ignore[assignment]  # the api makes sure that it is one
    grid, said = explanation.grid, f"{about['title']} · {about['target']['output']}"
    limits = None
    if isinstance(source, Volume):
        limits = colour.limits(shown.values, shown.signed)
        cut = axial(source, shown.values, grid)
        said = f"{said} · {cut.words}"
        shown, grid = cut.overlay(shown, grid)
        source = cut.picture
    return render_overlay(
        source, shown, grid, title=about["target"]["label"], subtitle=said, colours=colours, limits=limits
    )
