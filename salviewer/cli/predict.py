"""`salviewer predict`: what a model says about pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import Progress
from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import plainly, say_error
from salviewer.cli.folders import batch_of, count, expanded, is_many, say_counts
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json, top_facts, top_line
from salviewer.errors import UnreadableInput
from salviewer.jobs.batch_tables import confusion_rows, write_rows

if TYPE_CHECKING:
    from salviewer import OpenedModel
    from salviewer.jobs.batches import Batch, Looked
    from salviewer.numeric.confusion import Confusion

AT_ONCE = 16
"""Pictures that are read and asked about together."""


@plainly
@about_model
def predict(
    images: Annotated[list[str], typer.Argument(help='Files, folders, tables, or "collection:KEY/ID".')],
    about: AboutModel,
    option: options.FileOption = None,
    as_json: options.AsJson = False,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="CSV file that names the folder's pictures and their classes.")
    ] = None,
    confusion: Annotated[
        Path | None, typer.Option("--confusion", help="Where to write the confusion table of a folder, as CSV.")
    ] = None,
) -> None:
    """Show the five most probable classes of each picture; of one folder also how many are right."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    settings = options.pairs(option, "--option")
    opened = about.open()

    if labels is not None or confusion is not None or (len(images) == 1 and is_many(images[0])):
        raise typer.Exit(_predict_folder(opened, batch_of(images, labels, opened.shelf), confusion, as_json=as_json))

    def answer(image: str) -> dict[str, Any]:
        source = sv.load_input(image, **settings)
        prediction = sv.predict(opened, source)
        notes = [*source.notes, *opened.notes]
        if not as_json:
            say(f"{image}: {top_line(prediction)}")
            for note in notes:
                say(f"  note: {note}")
        return {"top": top_facts(prediction), "notes": notes}

    results, code = for_each(expanded(images, opened.shelf), answer)
    if as_json:
        say_json({"results": results})
    raise typer.Exit(code)


def _predict_folder(opened: OpenedModel, batch: Batch, table: Path | None, *, as_json: bool) -> int:
    """The exit code, after every picture of `batch` was asked about; one that fails does not stop the others."""
    from salviewer.jobs.many import look_at  # noqa: PLC0415 - loads torch

    for note in batch.notes:
        say_error(note)
    with progress_bar("Predicting") as progress:
        looked: list[Looked] = []
        for start in range(0, len(batch.items), AT_ONCE):
            part = batch.items[start : start + AT_ONCE]
            looked += look_at(opened.shelf, opened.ref, part, Progress())
            progress(len(looked) / len(batch.items), f"{len(looked):,} of {len(batch.items):,}")
    names = {item.key: item.name for item in batch.items}
    for one in looked:
        if one.error:
            say_error(one.error, about=names[one.key])
        elif not as_json:
            say(f"{names[one.key]}: {', '.join(f'{opened.classes[i]} {p:.3f}' for i, p in one.top)}")
    found = count(batch, looked, opened.classes)
    if table is not None:
        write_rows(table, confusion_rows(found, opened.classes))
    if as_json:
        say_json(_facts(looked, names, found, opened.classes))
    else:
        say_counts(found, opened.classes)
    return UnreadableInput.exit_code if any(one.error for one in looked) else 0


def _facts(
    looked: Sequence[Looked], names: Mapping[str, str], found: Confusion, classes: Sequence[str]
) -> dict[str, Any]:
    """What is known of each picture and of all of them, for JSON; null where no true class is known."""
    results = [
        {"image": names[one.key], "error": one.error, "code": one.code}
        if one.error
        else {
            "image": names[one.key],
            "top": [{"index": i, "class": classes[i], "probability": p} for i, p in one.top],
        }
        for one in looked
    ]
    share = {"accuracy": found.accuracy, "balanced_accuracy": found.balanced_accuracy} if found.n else {}
    return {"results": results, "n": found.n, "accuracy": None, "balanced_accuracy": None} | share
