"""`salviewer evaluate`: methods by metrics over a collection, with error bars and controls; resumable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json
from salviewer.errors import InvalidChoice


@plainly
def evaluate(
    folder: Annotated[Path, typer.Option("-o", "--out", help="Folder for the rows; one that exists is resumed.")],
    methods: Annotated[str, typer.Option("--methods", help="Keys joined by commas: glas,gradcam.")] = "",
    metrics: Annotated[str, typer.Option("--metrics", help="Keys joined by commas: deletion,pointing-game.")] = "",
    collection: Annotated[str, typer.Option("--collection", help="See `salviewer list collections`.")] = "",
    recipe: Annotated[
        str, typer.Option("--recipe", help="A published table, such as glas-table-2, instead of methods and metrics.")
    ] = "",
    model: options.Model = None,
    weights: options.Weights = None,
    collection_param: Annotated[
        list[str] | None, typer.Option("--collection-param", metavar="KEY=VALUE", help="As in folder=photos.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", metavar="KEY:NAME=VALUE", help="Of a method or metric: rise:masks=450."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Pictures at most, spread over the collection; 0: all.")] = 0,
    target: Annotated[str, typer.Option("--target", help="Explain the true class (label) or the predicted.")] = "label",
    correct_only: Annotated[
        bool, typer.Option("--correct-only", help="Leave out pictures that the model gets wrong.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write all rows as CSV.")] = None,
    parquet: Annotated[Path | None, typer.Option("--parquet", help="Also write all rows as Parquet.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Also write the table and its bars as a PDF.")] = None,
    classes: options.Classes = None,
    outputs: options.Outputs = None,
    device: options.Device = None,
    size: options.Size = None,
    mean: options.Mean = None,
    std: options.Std = None,
    preprocessing: options.PreprocessingJson = None,
    as_json: options.AsJson = False,
) -> None:
    """Judge methods by metrics over a collection: a table with error bars, the two controls, and a page."""
    from salviewer.bench.spec import BenchSpec  # noqa: PLC0415 - needed here only
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - the same

    _check_asked(recipe, methods, metrics, collection)
    wanted = _recipe(recipe)
    if wanted is not None and model is None and not collection:
        model = wanted.phantom_model
    shown = options.preprocessing_of(preprocessing, size, mean, std, model)
    settings = options.pairs_by_key(param)
    with progress_bar("Opening the model") as progress:
        opened = options.open_model(model, weights, classes, outputs, device, shown, progress)
    pairs = options.pairs(collection_param, "--collection-param")
    if wanted is not None:
        known = opened.shelf.host.explainers
        spec = wanted.spec(known, opened.ref, collection, pairs, limit or None, seed)
        _run(spec, opened.shelf, folder, csv, parquet, as_json=as_json, recipe=wanted, pdf=pdf)
        return
    about: dict[str, Any] = {
        "models": (opened.ref,), "collection": collection, "limit": limit, "seed": seed, "target": target,
        "collection_params": pairs, "correct_only": correct_only,
        "methods": _asked(methods, settings), "metrics": _asked(metrics, settings),
    }  # fmt: skip
    spec = checked_params(BenchSpec, about, "The evaluation")
    _run(spec, opened.shelf, folder, csv, parquet, as_json=as_json, pdf=pdf)


def _check_asked(recipe: str, methods: str, metrics: str, collection: str) -> None:
    if recipe and (methods or metrics):
        raise InvalidChoice(
            "--recipe says which methods and metrics: leave out --methods and --metrics.", code="recipe-and-methods"
        )
    if not recipe and not (methods and metrics and collection):
        raise InvalidChoice(
            "An evaluation needs --methods, --metrics and --collection, or a --recipe.", code="nothing-to-evaluate"
        )


def _recipe(name: str) -> Any:
    from salviewer.bench.recipes import recipe  # noqa: PLC0415 - needed here only

    return recipe(name) if name else None


def _run(
    spec: Any,
    shelf: Any,
    folder: Path,
    csv: Path | None,
    parquet: Path | None,
    *,
    as_json: bool,
    recipe: Any = None,
    pdf: Path | None = None,
) -> None:
    from salviewer.bench.evaluate import evaluate as run  # noqa: PLC0415 - loads torch
    from salviewer.bench.page import write_page  # noqa: PLC0415 - the same
    from salviewer.bench.pdf import write_pdf  # noqa: PLC0415 - the same
    from salviewer.bench.report import report  # noqa: PLC0415 - the same
    from salviewer.bench.store import Store  # noqa: PLC0415 - the same

    with progress_bar("Evaluating") as progress:
        outcome = run(spec, shelf, folder, progress)
    with Store(folder) as store:
        if csv is not None:
            store.write_csv(csv)
        if parquet is not None:
            store.write_parquet(parquet)
    said = report(folder, spec, shelf, recipe)
    page = write_page(folder / "index.html", said)
    if pdf is not None:
        write_pdf(pdf, said)
    if as_json:
        say_json(_as_values(said) | {"page": str(page)})
        return
    for section in said.sections:
        if len(said.sections) > 1:
            say(section.model)
        widths = [max(len(line[i]) for line in section.lines) for i in range(len(section.lines[0]))]
        for line in section.lines:
            say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        errors = section.table.errors.items()
        for sentence in (*section.remarks, *(f"{m}: {n} cells failed. {why}" for m, (n, why) in errors)):
            say(sentence)
    for sentence in said.notes:
        say(sentence)
    say(f"{outcome.done} cells computed, {outcome.kept} found finished. The page: {page}")


def _as_values(said: Any) -> dict[str, Any]:
    """The report as plain values: the table of the first model, and of each by name."""
    tables = {s.model: [dict(zip(s.lines[0], line, strict=True)) for line in s.lines[1:]] for s in said.sections}
    remarks = [sentence for s in said.sections for sentence in s.remarks]
    return {"table": next(iter(tables.values()), []), "tables": tables, "remarks": [*remarks, *said.notes]}


def _asked(keys: str, settings: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    named = [key.strip() for key in keys.split(",") if key.strip()]
    return tuple({"key": key, "params": settings.get(key, {})} for key in named)
