"""`salviewer predict`: what a model says about pictures."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json, top_facts, top_line


@plainly
def predict(
    images: Annotated[list[str], typer.Argument(help='Picture files, or "collection:KEY/ID".')],
    model: options.Model = None,
    weights: options.Weights = None,
    classes: options.Classes = None,
    outputs: options.Outputs = None,
    device: options.Device = None,
    size: options.Size = None,
    mean: options.Mean = None,
    std: options.Std = None,
    preprocessing: options.PreprocessingJson = None,
    option: options.FileOption = None,
    as_json: options.AsJson = False,
) -> None:
    """Show the five most probable classes of each picture."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    asked = options.preprocessing_of(preprocessing, size, mean, std, model)
    settings = options.pairs(option, "--option")
    with progress_bar("Opening the model") as progress:
        opened = options.open_model(model, weights, classes, outputs, device, asked, progress)

    def answer(image: str) -> dict[str, Any]:
        source = sv.load_input(image, **settings)
        prediction = sv.predict(opened, source)
        notes = [*source.notes, *opened.notes]
        if not as_json:
            say(f"{image}: {top_line(prediction)}")
            for note in notes:
                say(f"  note: {note}")
        return {"top": top_facts(prediction), "notes": notes}

    results, code = for_each(images, answer)
    if as_json:
        say_json({"results": results})
    raise typer.Exit(code)
