"""`salviewer lesions`: which types of lesions maps find in photographs of the eye, and how much else they show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import plainly, say_error
from salviewer.cli.folders import expanded
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.errors import UnreadableInput

if TYPE_CHECKING:
    from salviewer.bench.lesion_table import LesionTable


@plainly
@about_model
def lesions(
    images: Annotated[list[str], typer.Argument(help='Photographs, folders, or "collection:KEY".')],
    about: AboutModel,
    method: Annotated[str, typer.Option("--method", help="See `salviewer list methods`.")] = "fgvis",
    marks: Annotated[
        Path | None,
        typer.Option("--marks", help="Folder of the experts' marks: masks or XML that begin with a photograph's name."),
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0.0, max=1.0, help="Proposed is what lies above this share of the peak.")
    ] = 0.5,
    least_area: Annotated[
        float, typer.Option("--least-area", min=0.0, help="Smaller proposals are left out, in pixels.")
    ] = 0.0,
    target: Annotated[str | None, typer.Option("--target", help="Class to explain; else the predicted.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter of the method.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    trained: options.Trained = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write the table as CSV.")] = None,
    option: options.FileOption = None,
    as_json: options.AsJson = False,
) -> None:
    """Count in how many photographs each type of lesion is found, with the false regions beside it."""
    from salviewer.api import InputRef, JobSpec, TrainedRef  # noqa: PLC0415 - loads pydantic
    from salviewer.bench.lesion_pictures import annotated  # noqa: PLC0415 - loads numpy
    from salviewer.bench.lesion_table import as_csv, lesion_table  # noqa: PLC0415 - the same
    from salviewer.cli.explain import check_question, check_target, check_trained  # noqa: PLC0415 - needed here only

    settings = options.pairs(option, "--option")
    how: dict[str, Any] = {"method": method, "target": target, "params": options.pairs(param, "-p"), "seed": seed}
    check_question(how, "inferno")
    check_trained(trained)
    opened = about.open()
    check_target(opened, target)
    sources = [InputRef(source=name, options=settings) for name in expanded(images, opened.shelf)]
    pictures = annotated(opened.shelf, sources, marks)
    learned = TrainedRef(source=str(trained.expanduser().absolute())) if trained is not None else None
    spec = JobSpec(**how, model=opened.ref, input=sources[0], trained=learned)
    with progress_bar("Looking for lesions") as progress:
        table = lesion_table(pictures, spec, opened.shelf, share=threshold, least_area=least_area, progress=progress)
    for sentence in table.left_out:
        say_error(sentence)
    if csv is not None:
        csv.write_text(as_csv(table, method), encoding="utf-8-sig")
    say_json(_facts(table)) if as_json else _say(table)
    raise typer.Exit(UnreadableInput.exit_code if table.left_out else 0)


def _say(table: LesionTable) -> None:
    from salviewer.numeric.lesions_found import OVERLAPS  # noqa: PLC0415 - loads numpy

    head = (
        "type",
        "pictures",
        "lesions",
        *(f"{what} {100 * o:.0f} %" for what in ("found at", "lesions at") for o in OVERLAPS),
    )
    rows = [
        (row.kind, str(row.pictures), str(row.count), *(f"{100 * share[o]:.1f} %" for share in (row.image, row.lesions)
                                                        for o in OVERLAPS))
        for row in table.rows
    ]  # fmt: skip
    say_table([head, *rows], "None of these photographs has a mark.")
    say(table.beside)


def _facts(table: LesionTable) -> dict[str, Any]:
    rows = [
        {"type": row.kind, "pictures": row.pictures, "lesions": row.count,
         "images_found": {f"{o:g}": v for o, v in row.image.items()},
         "lesions_found": {f"{o:g}": v for o, v in row.lesions.items()}}
        for row in table.rows
    ]  # fmt: skip
    return {
        "pictures": table.pictures, "false_regions_per_picture": table.false_per_picture,
        "regions_per_picture": table.regions_per_picture, "proposed_share": table.share, "types": rows,
        "left_out": list(table.left_out),
    }  # fmt: skip
