"""`salviewer put-back`: what the model says of an explanation's masked input, and of its complement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import of_a_result, options
from salviewer.cli.failures import plainly
from salviewer.cli.reproduce import DIFFERENT
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json, say_table, top_facts, top_line
from salviewer.errors import InvalidChoice

if TYPE_CHECKING:
    from salviewer.jobs.putting_back import PutBack


@plainly
def put_back(
    results: Annotated[list[str], typer.Argument(help="Saved explanations (.safetensors) that hold masks.")],
    source: of_a_result.Source = None,
    model: options.Model = None,
    weights: options.Weights = None,
    sparsity: of_a_result.Sparsity = None,
    option: options.FileOption = None,
    device: options.Device = None,
    as_json: options.AsJson = False,
) -> None:
    """Put the masked input into the model again: is its answer the one that was stored? And of what was left out?"""
    if source is not None and len(results) > 1:
        raise InvalidChoice(
            f"--input names one input, and there are {len(results)} results: give one result at a time.",
            code="one-input",
        )
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    shelf, settings = Shelf(device=device), options.pairs(option, "--option")

    def answer(name: str) -> dict[str, Any]:
        from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy
        from salviewer.jobs.putting_back import put_result_back  # noqa: PLC0415 - loads torch

        before, path = read(Path(name)), Path(name)
        with progress_bar(path.name) as progress:
            found = put_result_back(
                before, shelf, sparsity=sparsity, beside=path.absolute().parent, progress=progress,
                model=of_a_result.named_model(before, model, weights),
                source=of_a_result.named_input(before, source, settings),
            )  # fmt: skip
        target = before.provenance.get("target", {})
        if not as_json:
            _say(path.name, str(target.get("label", "")), found)
        return {"target": target, **_facts(found)}

    found, code = for_each(results, answer, "result")
    if as_json:
        say_json({"results": found})
    different = any(facts.get("agrees") is False for facts in found)
    raise typer.Exit(code or (DIFFERENT if different else 0))


def _rows(found: tuple[PutBack, PutBack]) -> list[tuple[str, float, Any]]:
    """(what the model was fed, the class's score, what it said) of the input, under the mask and under the rest."""
    under, rest = found
    return [
        ("input", under.score_before, under.before),
        ("explanation", under.score, under.said),
        ("complement", rest.score, rest.said),
    ]


def _say(name: str, label: str, found: tuple[PutBack, PutBack]) -> None:
    head = ("fed to the model", f"{found[0].output} of “{label}”", "first classes")
    say(name)
    say_table([head, *((what, f"{score:.4f}", top_line(said)) for what, score, said in _rows(found))], "")
    say(f"  {found[0].verdict}")


def _facts(found: tuple[PutBack, PutBack]) -> dict[str, Any]:
    fed = {
        what: {"score": None if score != score else score, "top": top_facts(said)} for what, score, said in _rows(found)
    }
    return {
        "output": found[0].output,
        "agrees": found[0].agrees,
        "off": found[0].off,
        "verdict": found[0].verdict,
        **fed,
    }
