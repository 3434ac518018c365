"""The command line as a whole: which commands there are, and what `--version` says."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from salviewer.cli import (
    cohort,
    colour_bias,
    compare_paths,
    demo,
    doctor,
    evaluate,
    explain,
    export,
    filters,
    gui,
    lesions,
    listing,
    masks,
    measure,
    perturb,
    predict,
    put_back,
    register,
    render,
    reproduce,
    study,
    train,
)
from salviewer.cli.whole_sentences import WholeSentences

app = typer.Typer(
    name="salviewer",
    help="Explain what an image classifier looked at, and check the answer.",
    cls=WholeSentences,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("explain")(explain.explain)
app.command("predict")(predict.predict)
app.command("measure")(measure.measure)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.add_typer(listing.app, name="list")
app.add_typer(study.app, name="study")
app.command("cohort")(cohort.cohort)
app.command("colour-bias")(colour_bias.colour_bias)
app.command("lesions")(lesions.lesions)
app.command("compare-paths")(compare_paths.compare_paths)
app.add_typer(perturb.app, name="perturb")
app.command("put-back")(put_back.put_back)
app.command("masks")(masks.masks)
app.command("export")(export.export)
app.command("filters")(filters.filters)
app.command("report")(export.report)
app.command("register")(register.register)
app.command("render")(render.render)
app.command("reproduce")(reproduce.reproduce)
app.command("gui")(gui.gui)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"salviewer {metadata.version('salviewer')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Explain what an image classifier looked at, and check the answer."""
