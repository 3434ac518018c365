"""`salviewer colour-bias`: which classes keep their pictures when the colour channels change places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.errors import Unavailable

if TYPE_CHECKING:
    from salviewer.bench.colour_bias import ColourBias


@plainly
@about_model
def colour_bias(
    collection: Annotated[str, typer.Option("--collection", help="See `salviewer list collections`.")],
    about: AboutModel,
    collection_param: Annotated[
        list[str] | None, typer.Option("-C", "--collection-param", metavar="KEY=VALUE", help="As in folder=photos.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Pictures at most, spread over the collection; 0: all.")
    ] = 0,
    masks: Annotated[
        int,
        typer.Option(
            "--masks",
            min=0,
            help="Explain so many pictures of each class by FGVis too: how much of each colour it uses.",
        ),
    ] = 0,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="Of FGVis: iterations=40.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the table as CSV and a page with bars.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Count which pictures keep their class with red, green and blue in other places (Wagner et al. 2019)."""
    import salviewer as sv  # noqa: PLC0415 - loads torch
    from salviewer.bench.colour_tables import facts, how, rows  # noqa: PLC0415 - loads numpy

    opened = about.open()
    pictures = sv.collection(collection, **options.pairs(collection_param, "-C"))
    with progress_bar("Colours") as progress:
        found = sv.colour_bias(
            opened, pictures, limit=limit, masks=masks, params=options.pairs(param, "-p"), seed=seed, progress=progress
        )
    files = [] if out is None else write_study(found, out, opened.ref.architecture, collection)
    if as_json:
        say_json(facts(found) | {"files": [str(f) for f in files]})
        return
    say_table(rows(found), "No class has a picture.")
    for line in (*how(found), *found.notes, *(f"  {path}" for path in files)):
        say(line)


def write_study(found: ColourBias, folder: Path, model: str, collection: str) -> list[Path]:
    """The paths of the CSV and of the page with the bars, once written.

    Raises:
        Unavailable: the folder cannot be made or written to.
    """
    from salviewer.bench.colour_tables import as_csv, findings  # noqa: PLC0415 - loads numpy
    from salviewer.bench.experiment import write_findings  # noqa: PLC0415 - the same
    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - the same

    table = folder / "colour-bias.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(table, lambda draft: draft.write_text(as_csv(found), encoding="utf-8-sig", newline=""))
        page = write_findings(folder, findings(found, model, collection))
    except OSError as e:
        raise Unavailable(
            f"The results cannot be written to {folder} ({e.strerror or e}): choose another folder with -o.",
            code="cannot-write",
        ) from e
    return [table, page]
