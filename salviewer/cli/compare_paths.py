"""`salviewer compare-paths`: what two paths through networks share, layer by layer, and where they part."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import say, say_json, say_table


@plainly
def compare_paths(
    first: Annotated[Path, typer.Argument(help="An explanation with a path: a .safetensors file.")],
    second: Annotated[Path, typer.Argument(help="Another: of another class, model, or of the perturbed picture.")],
    by: Annotated[
        Literal["auto", "units", "places"],
        typer.Option("--by", help="units of one network, or places on the picture for two; auto sees which."),
    ] = "auto",
    as_json: options.AsJson = False,
) -> None:
    """Show what two paths share per layer, from the class down to the pixels, and the layer after which they part."""
    import salviewer as sv  # noqa: PLC0415 - loads numpy

    found = sv.compare_paths(first, second, by=by)
    rows = found.rows()
    if as_json:
        about = {"verdict": found.difference.verdict, "sentence": found.difference.sentence}
        say_json({"names": list(found.names), **about, "layers": rows, "notes": list(found.notes)})
        return
    head = ("layer", "compared", *found.names, "shared", "by chance", "")
    say_table(
        [head, *(
            (row["layer"], row["by"], str(row["first"]), str(row["second"]), f"{100 * row['shared']:.0f} %",
             f"{100 * row['chance']:.0f} %", "<- they part after this layer" if row["parting"] else "")
            for row in rows
        )],
        "The paths have no layer in common.",
    )  # fmt: skip
    say(found.difference.sentence)
    for note in found.notes:
        say(f"note: {note}")
