"""`salviewer perturb`: the least change of a picture that makes a model say another class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json, top_facts
from salviewer.cli.whole_sentences import WholeSentences
from salviewer.errors import InvalidChoice

if TYPE_CHECKING:
    from salviewer.mistakes import Perturbed

app = typer.Typer(help="Change a picture by as little as changes the class.", cls=WholeSentences, no_args_is_help=True)


@app.command("deepfool")
@plainly
@about_model
def perturb(
    image: Annotated[str, typer.Argument(help='A picture file, or "collection:KEY/ID".')],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The perturbed picture, .png; beside it .npy, with nothing rounded.")
    ],
    about: AboutModel,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="overshoot, iterations, candidates.")
    ] = None,
    option: options.FileOption = None,
    as_json: options.AsJson = False,
) -> None:
    """Go to the nearest border between classes and just across: DeepFool, by Moosavi-Dezfooli and others, 2016."""
    if out.suffix.lower() != ".png":
        raise InvalidChoice(f"{out.name} does not end in .png: give the picture's name with -o.", code="bad-ending")
    import salviewer as sv  # noqa: PLC0415 - loads torch

    opened = about.open()
    source: Any = sv.load_input(image, **options.pairs(option, "--option"))
    with progress_bar(source.name) as progress:
        found = sv.perturb(opened, source, "deepfool", params=options.pairs(param, "-p"), progress=progress)
    files = write_perturbed(found, out)
    if as_json:
        say_json(facts_of(found) | {"files": [str(f) for f in files]})
        return
    for line in (*found.words, *(f"  {path}" for path in files)):
        say(line)


def write_perturbed(found: Perturbed, out: Path) -> tuple[Path, ...]:
    """The paths of the PNG (where one can hold the values), of the .npy with (H, W, C) float32, and of the facts."""
    import numpy as np  # noqa: PLC0415 - with the perturbation
    from PIL import Image  # noqa: PLC0415 - the same

    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - the same

    def keep(draft: Path) -> None:
        with draft.open("wb") as f:
            np.save(f, found.array)

    files = []
    if found.rounded is not None:
        pixels = found.rounded.pixels
        shown = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
        files.append(write_whole(out, lambda draft: shown.save(draft, format="PNG")))
    files.append(write_whole(out.with_suffix(".npy"), keep))
    text = json.dumps(facts_of(found), indent=2, ensure_ascii=False)
    files.append(write_whole(out.with_suffix(".json"), lambda draft: draft.write_text(text, encoding="utf-8")))
    return tuple(files)


def facts_of(found: Perturbed) -> dict[str, Any]:
    """What was found, as plain values."""
    rounding = found.after_rounding
    return {
        "changed": found.changed,
        "changed_after_rounding": None if rounding is None else rounding.predicted != found.before.predicted,
        "iterations": found.iterations,
        "norms": dict(found.norms),
        "before": top_facts(found.before),
        "after": top_facts(found.after),
        "after_rounding": None if rounding is None else top_facts(rounding),
        "words": list(found.words),
    }
