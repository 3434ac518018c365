"""`salviewer train`: learn something about a model from a collection; what is interrupted goes on next time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import Progress
from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import INTERRUPTED, plainly, say_error
from salviewer.cli.terminal import progress_bar, say, say_json
from salviewer.errors import Cancelled
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.api import Trained

STOPPED = "Interrupted. The same command goes on where it stopped."


@plainly
@about_model
def train(
    trainer: Annotated[str, typer.Argument(help="See `salviewer list trainers`.")],
    collection: Annotated[str, typer.Option("--collection", help="See `salviewer list collections`.")],
    about: AboutModel,
    collection_param: Annotated[
        list[str] | None, typer.Option("-C", "--collection-param", metavar="KEY=VALUE", help="As in folder=photos.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Samples at most, spread over the collection; 0 takes all.")
    ] = 0,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter: mu=10.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    precision: Annotated[
        str, typer.Option("--precision", help="full, or fast where the result stays the same.")
    ] = "full",
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File (.safetensors); by default among the states kept for this model."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Learn what a method needs to know about a model, from a collection; Ctrl-C stops, the same command goes on."""
    import salviewer as sv  # noqa: PLC0415 - loads torch
    from salviewer.jobs.trained_library import check_place, keep  # noqa: PLC0415 - with it

    how: dict[str, Any] = {"params": options.pairs(param, "-p"), "limit": limit, "seed": seed, "precision": precision}
    _check_question(trainer, how["params"])
    if out is not None:
        check_place(out)
    opened = about.open()
    samples = sv.collection(collection, **options.pairs(collection_param, "--collection-param"))
    try:
        with progress_bar("Training") as bar, stoppable(bar) as progress:
            found = sv.train(trainer, opened, samples, progress=progress, **how)
    except (Cancelled, KeyboardInterrupt):
        say_error(STOPPED)
        raise typer.Exit(INTERRUPTED) from None
    path = keep(found, out)
    if as_json:
        say_json(_facts(found, path))
    else:
        _tell(found, path)


@contextmanager
def stoppable(progress: Progress) -> Iterator[Progress]:
    """`progress`, which Ctrl-C stops where that does no harm; a second Ctrl-C stops whatever is being done."""
    asked = threading.Event()

    def stop(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():  # only there signals are heard
        yield progress
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield Progress(lambda fraction, message, evidence: progress(fraction, message), asked.is_set)
    finally:
        signal.signal(signal.SIGINT, before)


def _check_question(trainer: str, params: dict[str, Any]) -> None:
    """Raise `InvalidChoice` before anything is opened, if the trainer or a parameter cannot be."""
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - needed with the first model
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    host = Shelf().host
    info = host.trainer(trainer)
    checked_params(host.params(info), params, info.key)


def _facts(found: Trained, path: Path) -> dict[str, Any]:
    about = found.provenance
    return {
        "trainer": about["trainer"],
        "samples": about["collection"]["samples"],
        "resumed": about["resumed"],
        "seconds": about["duration_s"],
        "fingerprint": about["fingerprint"],
        "tensors": {name: list(array.shape) for name, array in found.tensors.items()},
        "notes": list(found.notes),
        "stopped": found.stopped,
        "file": str(path),
    }


def _tell(found: Trained, path: Path) -> None:
    about = found.provenance
    collection = about["collection"]
    went_on = ", going on where it was stopped" if about["resumed"] else ""
    say(
        f"{about['title']} for {about['model']['architecture']}: learned from "
        f"{counted(collection['samples'], 'sample')} of {collection['key']} in {about['duration_s']:.1f} s{went_on}"
    )
    for note in found.notes:
        say(f"  note: {note}")
    if found.stopped:
        say(f"  ended: {found.stopped}")
    say(f"  {path}")
