"""`salviewer render`: a collection as files, pictures and masks, in folders per class."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly, say_error
from salviewer.cli.terminal import progress_bar, say, say_json


@plainly
def render(
    collection: Annotated[str, typer.Argument(help="See `salviewer list collections`.")],
    folder: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for the files; one that was begun is gone on with.")
    ],
    collection_param: Annotated[
        list[str] | None, typer.Option("-C", "--collection-param", metavar="KEY=VALUE", help="As in augmented=true.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Samples at most, spread over the collection; 0: all.")
    ] = 0,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Processes; 0: one per core.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Write a collection's pictures and masks to a folder, with a table of their classes and groups."""
    from salviewer.jobs.rendering import render_collection  # noqa: PLC0415 - needed here only
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    start = time.perf_counter()
    params = options.pairs(collection_param, "--collection-param")
    with progress_bar("Writing") as progress:
        done = render_collection(Shelf(), collection, params, folder, limit=limit, processes=workers, progress=progress)
    seconds = time.perf_counter() - start
    for sentence in done.failed:
        say_error(sentence)
    if as_json:
        facts = {"written": done.written, "kept": done.kept, "failed": len(done.failed), "table": str(done.table)}
        say_json(facts | {"seconds": round(seconds, 2)})
        return
    rate = f" in {seconds:.0f} s, {done.written / seconds:.0f} per second" if done.written else ""
    say(f"{done.written:,} written{rate}, {done.kept:,} were there. The table: {done.table}")
