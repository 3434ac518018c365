"""`salviewer explain`: run a method on pictures or volumes; write the overlay, the arrays, and a volume's NIfTI."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import InputRef, JobSpec, ModelRef
from salviewer.cli import atlas_option, options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.failures import plainly
from salviewer.cli.folders import expanded
from salviewer.cli.result_files import free_stem, named_map, write_result
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json, top_facts, top_line

if TYPE_CHECKING:
    from salviewer import OpenedModel


@plainly
@about_model
def explain(
    images: Annotated[list[str], typer.Argument(help='Files, folders, tables, or "collection:KEY/ID".')],
    about: AboutModel,
    method: Annotated[str, typer.Option("--method", help="See `salviewer list methods`.")] = "glas",
    target: Annotated[
        str | None,
        typer.Option("--target", help="Class name or index; by default the predicted class."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter: grid=15."),
    ] = None,
    folder: Annotated[Path, typer.Option("-o", "--out", help="Folder, or map.nii.gz of a volume.")] = Path(),
    output: Annotated[str | None, typer.Option("--output", help="Explain the probability or the logit.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    precision: Annotated[
        str,
        typer.Option("--precision", help="full, or fast where the map stays the same."),
    ] = "full",
    colours: Annotated[str, typer.Option("--colours", help="Colour map of the overlay.")] = "inferno",
    option: options.FileOption = None,
    atlas: atlas_option.Atlas = None,
    atlas_names: atlas_option.Names = None,
    registration: atlas_option.Registration = None,
    template: atlas_option.Template = None,
    source: atlas_option.Sources = None,
    trained: options.Trained = None,
    as_json: options.AsJson = False,
) -> None:
    """Show what a model looked at: an overlay PNG and the arrays with their provenance; of a volume also a NIfTI."""
    settings = options.pairs(option, "--option")
    how = {"method": method, "target": target, "params": options.pairs(param, "-p"), "seed": seed}
    how |= {"output": output, "precision": precision}
    check_question(how, colours)
    check_trained(trained)
    given = atlas_option.given(atlas, atlas_names, registration, template, source)
    opened = about.open()
    check_target(opened, target)
    names = expanded(images, opened.shelf)
    how |= {"trained": trained}
    task = _Task(opened, how, given, settings, colours, folder, named_map(folder, len(names)), as_json)
    results, code = for_each(names, task.answer)
    if as_json:
        say_json({"results": results})
    raise typer.Exit(code)


def check_question(how: Mapping[str, Any], colours: str) -> None:
    """Raise `InvalidChoice` before anything is opened, if the method, a parameter or an option cannot be."""
    from salviewer.data.colour import lut  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - needed with the first model
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    lut(colours)
    host = Shelf().host
    info = host.explainer(how["method"])
    checked_params(host.params(info), how["params"], info.key)
    nothing = {"model": ModelRef(architecture="any"), "input": InputRef(source="any")}
    checked_params(JobSpec, {**how, **nothing}, "salviewer explain")


def check_trained(path: Path | None) -> None:
    """Raise `UnreadableInput` before anything is opened, if that is no trained state."""
    if path is not None:
        from salviewer.api.trained_file import read_head  # noqa: PLC0415 - loads safetensors

        read_head(path)


def check_target(model: OpenedModel, target: str | None) -> None:
    """Raise `InvalidChoice` naming near matches, if the model has no such class."""
    from salviewer.models.classes import find_class  # noqa: PLC0415 - loads torch

    if target is not None:
        find_class(model.classes, target)


@dataclass(frozen=True)
class _Task:
    """All that the pictures of one command have in common."""

    model: OpenedModel
    how: Mapping[str, Any]
    given: atlas_option.Given
    settings: Mapping[str, Any]
    colours: str
    folder: Path
    named: tuple[Path, str] | None
    as_json: bool

    def answer(self, image: str) -> dict[str, Any]:
        import salviewer as sv  # noqa: PLC0415 - loads torch
        from salviewer.opened import held  # noqa: PLC0415 - loads pydantic

        source = sv.load_input(image, **self.settings)
        prediction = sv.predict(self.model, source)
        started = time.monotonic()
        more = self.given.arguments(source)
        with progress_bar(source.name) as progress:
            explanation = sv.explain(self.model, source, **self.how, **more, progress=progress)
        took_s = time.monotonic() - started
        about = explanation.provenance
        stem, ending = self.named or (free_stem(self.folder, source.name, explanation), "")
        files = write_result(explanation, held(source), stem, colours=self.colours, ending=ending)
        facts = {
            "target": about["target"],
            "top": top_facts(prediction),
            "seconds": round(took_s, 3),
            "overlay": str(files[0]),
            "arrays": str(files[1]),
            **({"nifti": str(files[2])} if len(files) > 2 else {}),
            "notes": [*source.notes, *explanation.notes],
            "stopped": explanation.stopped,
        }
        if not self.as_json:
            _tell(image, top_line(prediction), about, facts)
        return facts


def _tell(image: str, top: str, about: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    target = about["target"]
    say(f"{image}: {top}")
    say(f"  {about['title']} for “{target['label']}” ({target['output']}), {facts['seconds']:.1f} s")
    for note in facts["notes"]:
        say(f"  note: {note}")
    if facts["stopped"]:
        say(f"  stopped: {facts['stopped']}")
    say(f"  {facts['overlay']}")
    say(f"  {facts['arrays']}")
    if "nifti" in facts:
        say(f"  {facts['nifti']}")
