"""`salviewer register`: the affine map from one head to another, as a small JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say
from salviewer.errors import Unavailable

if TYPE_CHECKING:
    from salviewer.api import Volume
    from salviewer.data.registration_result import Registration


@plainly
def register(
    moving: Annotated[Path, typer.Argument(help="The head to be moved, such as a person's T1.")],
    fixed: Annotated[Path, typer.Argument(help="The head to move it to, such as a template.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to write the transform.")] = Path("transform.json"),
    board: Annotated[
        Path | None, typer.Option("--checkerboard", help="A PNG of both in tiles that take turns, to judge it by.")
    ] = None,
) -> None:
    """Register a head to another by mutual information (a few seconds; needs the extra mri)."""
    import salviewer as sv  # noqa: PLC0415 - loads numpy

    pair = (sv.load_input(moving), sv.load_input(fixed))
    with progress_bar("Registering") as progress:
        found = sv.register(*pair, progress)
    _tell(found)
    try:
        found.save(out)
        say(f"  {out}")
        if board is not None:
            _draw(board, *pair, found)
            say(f"  {board}")
    except OSError as e:
        raise Unavailable(f"The results cannot be written ({e.strerror or e}): choose another folder with -o.",
                          code="cannot-write") from e  # fmt: skip


def _tell(found: Registration) -> None:
    scales = " × ".join(f"{scale:.2f}" for scale in found.scales)
    say(f"{found.moving} to {found.fixed}: mutual information {found.before:.3f} before, {found.after:.3f} after")
    say(f"  scaled by {scales}, turned by {found.turned_degrees:.1f} degrees, {found.seconds:.1f} s")
    for note in found.notes:
        say(f"  note: {note}")


def _draw(path: Path, moving: Volume, fixed: Volume, found: Registration) -> None:
    from salviewer.data.checkerboard import board_picture, checkerboard  # noqa: PLC0415 - loads Pillow
    from salviewer.data.registration import moved  # noqa: PLC0415 - loads numpy

    tiles = checkerboard(fixed.array, moved(moving, fixed, found.affine))
    board_picture(tiles, fixed).save(path)
