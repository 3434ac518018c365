"""`salviewer evaluate`: methods by metrics over a collection, with error bars and controls; resumable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from salviewer.cli import atlas_option, experiments, options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted


@plainly
def evaluate(
    folder: Annotated[Path, typer.Option("-o", "--out", help="Folder for the rows; one that exists is resumed.")],
    methods: Annotated[str, typer.Option("--methods", help="Keys joined by commas: glas,gradcam.")] = "",
    metrics: Annotated[str, typer.Option("--metrics", help="Keys joined by commas: deletion,pointing-game.")] = "",
    collection: Annotated[str, typer.Option("--collection", help="See `salviewer list collections`.")] = "",
    recipe: Annotated[
        str, typer.Option("--recipe", help="A published table, such as glas-table-2, instead of methods and metrics.")
    ] = "",
    models: Annotated[
        str, typer.Option("--models", metavar="NAME[=FILE],…", help="Several models, each with its weights.")
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
    trained: Annotated[
        list[str] | None,
        typer.Option(
            "--trained",
            metavar="METHOD=FILE",
            help="What a method takes that was learned about the model; with "
            "--recipe by the names that its table asks for.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="Pictures at most, spread over the collection; 0: all.")] = 0,
    target: Annotated[str, typer.Option("--target", help="Explain the true class (label) or the predicted.")] = "label",
    correct_only: Annotated[
        bool, typer.Option("--correct-only", help="Leave out pictures that the model gets wrong.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write all rows as CSV.")] = None,
    parquet: Annotated[Path | None, typer.Option("--parquet", help="Also write all rows as Parquet.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Also write the report as a PDF.")] = None,
    atlas: Annotated[
        str | None,
        typer.Option("--atlas", help="Labels of regions, for methods on volumes; by default the collection's own."),
    ] = None,
    atlas_names: atlas_option.Names = None,
    registration: atlas_option.CohortRegistration = None,
    template: atlas_option.Template = None,
    classes: options.Classes = None,
    outputs: options.Outputs = None,
    device: options.Device = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes that share the pictures; several devices: one for each.")
    ] = 1,
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
    if experiments.is_experiment(recipe):
        given = {"--model": model, "--models": models, "--weights": weights, "--collection": collection,
                 "--param": param, "--trained": trained, "--csv": csv, "--parquet": parquet, "--pdf": pdf}  # fmt: skip
        experiments.run_experiment(recipe, folder, limit, seed, device, given, as_json=as_json)
        return
    wanted = _recipe(recipe, param or [])
    if wanted is not None and not models and model is None and not collection:
        model = wanted.phantom_model
    shown = options.preprocessing_of(
        preprocessing, size, mean, std, model or models.partition("=")[0].partition(",")[0] or None
    )
    settings = options.pairs_by_key(param)
    devices = [d.strip() for d in (device or "").split(",") if d.strip()] or [None]
    with progress_bar("Opening the model") as progress:
        opened = [
            options.open_model(name, file, classes, outputs, devices[0], shown, progress)
            for name, file in _models(models, model, weights)
        ]
    shelf, refs = opened[0].shelf, tuple(one.ref for one in opened)
    places = devices if len(devices) > 1 else [devices[0] or shelf.device] * workers
    written = _Written(folder, csv, parquet, pdf)
    pairs = options.pairs(collection_param, "--collection-param")
    placed = atlas_option.of_all(atlas, atlas_names, registration, template)
    if wanted is not None:
        states = _files(options.pairs(trained, "--trained"))
        spec = wanted.spec(shelf.host.explainers, refs[0], collection, pairs, limit or None, seed, states)
        spec = spec.model_copy(update={"models": refs, **placed})
        _run(spec, shelf, written, places, as_json=as_json, recipe=wanted)
        return
    about: dict[str, Any] = {
        "models": refs, "collection": collection, "limit": limit, "seed": seed, "target": target,
        "collection_params": pairs, "correct_only": correct_only,
        "methods": _asked(methods, settings, options.pairs(trained, "--trained")), "metrics": _asked(metrics, settings),
        **placed,
    }  # fmt: skip
    spec = checked_params(BenchSpec, about, "The evaluation")
    _run(spec, shelf, written, places, as_json=as_json)


def _check_asked(recipe: str, methods: str, metrics: str, collection: str) -> None:
    if recipe and (methods or metrics):
        raise InvalidChoice(
            "--recipe says which methods and metrics: leave out --methods and --metrics.", code="recipe-and-methods"
        )
    if not recipe and not (methods and metrics and collection):
        raise InvalidChoice(
            "An evaluation needs --methods, --metrics and --collection, or a --recipe.", code="nothing-to-evaluate"
        )


def _recipe(name: str, settings: list[str]) -> Any:
    """The recipe called `name`; None for "". Raises `InvalidChoice` where `settings` would change what it says."""
    from salviewer.bench.recipes import recipe  # noqa: PLC0415 - needed here only

    if name and settings:
        raise InvalidChoice(
            f"--recipe says how its methods are set: leave out {settings[0]}, or give --methods and --metrics instead.",
            code="recipe-and-settings",
        )
    return recipe(name) if name else None


class _Written(NamedTuple):
    """Where the results go; None: not there."""

    folder: Path
    csv: Path | None
    parquet: Path | None
    pdf: Path | None


def _models(several: str, model: str | None, weights: str | None) -> list[tuple[str | None, str | None]]:
    """(name, weights) of each model."""
    if not several:
        return [(model, weights)]
    if model is not None or weights is not None:
        raise InvalidChoice("Give --models, or --model with --weights, not both.", code="models-twice")
    parts = (one.strip().partition("=") for one in several.split(",") if one.strip())
    return [(name, file or None) for name, _, file in parts]


def _run(spec: Any, shelf: Any, to: _Written, places: list[str], *, as_json: bool, recipe: Any = None) -> None:
    from salviewer.bench.evaluate import evaluate as run  # noqa: PLC0415 - loads torch
    from salviewer.bench.page import write_page  # noqa: PLC0415 - the same
    from salviewer.bench.pdf import write_pdf  # noqa: PLC0415 - the same
    from salviewer.bench.report import report  # noqa: PLC0415 - the same
    from salviewer.bench.store import Store  # noqa: PLC0415 - the same
    from salviewer.bench.workers import evaluate_in_processes  # noqa: PLC0415 - the same

    with progress_bar("Evaluating") as progress:
        several = len(places) > 1
        outcome = (
            evaluate_in_processes(spec, shelf, to.folder, places, progress)
            if several
            else run(spec, shelf, to.folder, progress)
        )
    with Store(to.folder) as store:
        if to.csv is not None:
            store.write_csv(to.csv)
        if to.parquet is not None:
            store.write_parquet(to.parquet)
    said = report(to.folder, spec, shelf, recipe)
    page = write_page(to.folder / "index.html", said)
    if to.pdf is not None:
        write_pdf(to.pdf, said)
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
        failed = (f"{m}: {counted(n, 'cell')} failed. {why}" for m, (n, why) in errors)
        for sentence in (*section.no_values, *section.remarks, *failed):
            say(sentence)
    for sentence in said.notes:
        say(sentence)
    say(f"{counted(outcome.done, 'cell')} computed, {outcome.kept} found finished. The page: {page}")


def _as_values(said: Any) -> dict[str, Any]:
    """The report as plain values: the table of the first model, and of each by name."""
    tables = {s.model: [dict(zip(s.lines[0], line, strict=True)) for line in s.lines[1:]] for s in said.sections}
    remarks = [sentence for s in said.sections for sentence in (*s.no_values, *s.remarks)]
    return {"table": next(iter(tables.values()), []), "tables": tables, "remarks": [*remarks, *said.notes]}


def _asked(
    keys: str, settings: dict[str, dict[str, Any]], trained: dict[str, Any] | None = None
) -> tuple[dict[str, Any], ...]:
    named = [key.strip() for key in keys.split(",") if key.strip()]
    files = _files(trained or {})
    if unknown := files.keys() - set(named):
        raise InvalidChoice(f"--trained {sorted(unknown)[0]}=…: that is none of the methods.", code="unknown-method")
    return tuple({"key": key, "params": settings.get(key, {}), "trained": files.get(key, "")} for key in named)


def _files(trained: dict[str, Any]) -> dict[str, str]:
    """Absolute paths, by name."""
    return {name: str(Path(str(file)).expanduser().absolute()) for name, file in trained.items()}
