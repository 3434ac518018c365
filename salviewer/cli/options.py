"""Options that several commands share, and the model that they describe."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from salviewer.api import Preprocessing, Progress, VolumePreprocessing
from salviewer.errors import InvalidChoice

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Name of the architecture (see `salviewer list models`); not needed if the weights file names it.",
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        help="State dict (.safetensors, .pt, .pth), or the name of published weights, which may be downloaded.",
    ),
]
Classes = Annotated[
    Path | None,
    typer.Option("--classes", help="Text or JSON file with the class names in order."),
]
Outputs = Annotated[
    str | None,
    typer.Option("--outputs", help="What the outputs mean: softmax, sigmoid, ordinal, binary or probabilities."),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="cpu, cuda or cuda:N; by default the GPU if there is one."),
]
Size = Annotated[
    int | None,
    typer.Option("--size", help="Resize the shorter side to this many pixels and cut the central square."),
]
Mean = Annotated[
    str | None,
    typer.Option("--mean", help='Mean per channel, as "0.485,0.456,0.406".'),
]
Std = Annotated[
    str | None,
    typer.Option("--std", help='Standard deviation per channel, as "0.229,0.224,0.225".'),
]
PreprocessingJson = Annotated[
    str | None,
    typer.Option(
        "--preprocessing",
        help='All of it as JSON, {"resize": 256, "crop": [227, 227], "mean": [...], "std": [...]}, of volumes '
        '{"dims": 3, "axcodes": "RAS", "spacing": [2, 2, 2], "shape": [64, 64, 64]}; or "none".',
    ),
]
FileOption = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="KEY=VALUE", help="What a file leaves open: page=2, time=3."),
]
Trained = Annotated[
    Path | None,
    typer.Option("--trained", help="What was learned about the model, for methods that take it: `salviewer train`."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write the answer to stdout as JSON.")]


def pairs(texts: Iterable[str] | None, option: str) -> dict[str, Any]:
    """The values of "key=value" texts; a value is read as JSON where it is JSON (15, 0.2, true), else as text."""
    found: dict[str, Any] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not (equals and key):
            raise InvalidChoice(f"{option} {text} is not of the form key=value.", code="bad-pair")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def pairs_by_key(texts: Iterable[str] | None) -> dict[str, dict[str, Any]]:
    """Parameters by the key of their method or metric, of texts such as "rise:masks=450"."""
    found: dict[str, dict[str, Any]] = {}
    for text in texts or ():
        key, colon, rest = text.partition(":")
        if not (key and colon and rest):
            raise InvalidChoice(f"-p {text} is not of the form key:name=value.", code="bad-pair")
        found.setdefault(key, {}).update(pairs([rest], "-p"))
    return found


def open_model(
    model: str | None,
    weights: str | None,
    classes: Path | None,
    outputs: str | None,
    device: str | None,
    preprocessing: Preprocessing | VolumePreprocessing | str | None,
    progress: Progress,
) -> Any:
    """The `salviewer.OpenedModel` that the options describe."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    named = model if model is not None else weights
    if named is None:
        raise InvalidChoice(
            "No model was given: add --model NAME, and --weights FILE if it is your own.", code="no-model"
        )
    return sv.load_model(
        named if model is not None else Path(named),
        weights if model is not None else None,
        classes=classes,
        outputs=outputs,
        device=device,
        preprocessing=preprocessing,
        progress=progress,
    )


def preprocessing_of(
    whole: str | None, size: int | None, mean: str | None, std: str | None, model: str | None
) -> Preprocessing | VolumePreprocessing | str | None:
    """The preprocessing that the options ask for; None where they leave it to the architecture `model`.

    Raises:
        InvalidChoice: an option cannot be read, or both the whole and a part of it are given.
    """
    parts = {"--size": size, "--mean": mean, "--std": std}
    given = [name for name, value in parts.items() if value is not None]
    if whole is not None and given:
        raise InvalidChoice(f"--preprocessing says it all; leave out {', '.join(given)}.", code="bad-preprocessing")
    if whole == "none" or (whole is None and not given):
        return whole
    if whole is not None:
        return _checked(whole, "--preprocessing")
    facts: dict[str, Any] = _usual(model).model_dump(mode="json")
    if size is not None:
        facts |= {"resize": size, "crop": [size, size]}
    facts |= {name: numbers(text, "--" + name) for name, text in (("mean", mean), ("std", std)) if text is not None}
    return _checked(json.dumps(facts), ", ".join(given))


def numbers(text: str, option: str) -> list[float]:
    """The numbers in a text such as "0.5, 0.5, 0.5"."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidChoice(f"{option} {text} is no list of numbers such as 0.5,0.5,0.5.", code="bad-numbers") from None


def _usual(model: str | None) -> Preprocessing:
    """The architecture's own preprocessing, from which single options depart."""
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    known = Shelf().family_of(model).facts(model).preprocessing if model else None
    if isinstance(known, VolumePreprocessing):
        raise InvalidChoice(
            f"{model} takes volumes, and --size, --mean and --std are of pictures: give --preprocessing with JSON.",
            code="bad-preprocessing",
        )
    return known or Preprocessing()


def _checked(text: str, option: str) -> Preprocessing | VolumePreprocessing:
    kind = VolumePreprocessing if _says_volume(text) else Preprocessing
    try:
        return kind.model_validate_json(text)
    except ValidationError as e:
        fault = e.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        about = f"{where} = {fault['input']!r}: " if where else ""
        message = fault["msg"].removeprefix("Value error, ")
        raise InvalidChoice(f"{option} cannot be used: {about}{message}.", code="bad-preprocessing") from None


def _says_volume(text: str) -> bool:
    """Whether the JSON in `text` has "dims": 3, as a volume's preprocessing."""
    try:
        facts = json.loads(text)
    except ValueError:
        return False
    return isinstance(facts, dict) and facts.get("dims") == 3
