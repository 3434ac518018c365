"""`salviewer reproduce`: run a saved explanation, or those of a report, again, and compare."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import AtlasRef, TrainedRef
from salviewer.cli import atlas_option, options
from salviewer.cli.failures import plainly
from salviewer.cli.of_a_result import named_input, named_model
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json

if TYPE_CHECKING:
    from salviewer.api import Explanation
    from salviewer.jobs.shelf import Shelf

DIFFERENT = 8
"""The exit code where a second run gave another map."""


@plainly
def reproduce(
    file: Annotated[Path, typer.Argument(help="A saved explanation (.safetensors), or a report (.html).")],
    source: Annotated[
        str | None,
        typer.Option(
            "--input", help='What was explained: a file, or "collection:KEY/ID"; looked for beside FILE if not given.'
        ),
    ] = None,
    model: options.Model = None,
    weights: options.Weights = None,
    atlas: atlas_option.Atlas = None,
    atlas_names: atlas_option.Names = None,
    trained: options.Trained = None,
    option: options.FileOption = None,
    device: options.Device = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0.0, help="What counts as rounding, as a share of the map's range.")
    ] = 1e-5,
    as_json: options.AsJson = False,
) -> None:
    """Run a saved explanation again from what it says about itself, and compare the two."""
    from salviewer.jobs.report_page import read_explanations  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    found = {str(number): e for number, e in enumerate(read_explanations(file), 1)}
    shelf, settings = Shelf(device=device), options.pairs(option, "--option")
    regions = atlas_option.reference(atlas, atlas_names)
    learned = TrainedRef(source=str(trained.expanduser().absolute())) if trained is not None else None
    task = _Task(shelf, found, source, settings, model, weights, regions, learned, file)
    results, code = for_each(list(found), task.answer, "explanation")
    for facts in results:
        facts["same"] = "error" not in facts and all(d["share"] <= tolerance for d in facts["differences"])
    if as_json:
        say_json({"results": results})
    else:
        _tell(results)
    different = any("error" not in facts and not facts["same"] for facts in results)
    raise typer.Exit(code or (DIFFERENT if different else 0))


class _Task:
    """All that the explanations of one file have in common."""

    def __init__(
        self,
        shelf: Shelf,
        found: dict[str, Explanation],
        source: str | None,
        settings: dict[str, Any],
        model: str | None,
        weights: str | None,
        atlas: AtlasRef | None,
        trained: TrainedRef | None,
        file: Path,
    ) -> None:
        self._shelf, self._found, self._file = shelf, found, file
        self._source, self._settings = source, settings
        self._model, self._weights, self._atlas, self._trained = model, weights, atlas, trained

    def answer(self, number: str) -> dict[str, Any]:
        from salviewer.jobs.reproduce import reproduce as run_again  # noqa: PLC0415 - loads numpy

        before = self._found[number]
        about = before.provenance
        title = f"{about.get('title', 'Explanation')} for “{about.get('target', {}).get('label', '')}”"
        with progress_bar(title) as progress:
            done = run_again(
                before,
                self._shelf,
                model=named_model(before, self._model, self._weights),
                source=named_input(before, self._source, self._settings),
                atlas=self._atlas,
                trained=self._trained,
                beside=self._file.absolute().parent,
                progress=progress,
            )
        return {
            "title": title,
            "verdict": done.verdict,
            "identical": done.identical,
            "remarks": list(done.remarks),
            "differences": [{**asdict(d), "share": d.share} for d in done.differences],
        }


def _tell(results: list[dict[str, Any]]) -> None:
    for facts in results:
        if "error" in facts:
            continue  # said already
        say(f"{facts['title']}: {facts['verdict']}")
        for remark in facts["remarks"]:
            say(f"  {remark}")
