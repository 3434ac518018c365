"""`salviewer list ...`: what is installed and what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly, say_error
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.cli.whole_sentences import WholeSentences
from salviewer.errors import PluginError

if TYPE_CHECKING:
    from salviewer.api import ExplainerInfo, TrainerInfo
    from salviewer.host import Host

app = typer.Typer(
    help="List methods, models, metrics, trainers, trained states, plugins, collections or classes.",
    cls=WholeSentences,
    no_args_is_help=True,
)


@app.command()
@plainly
def methods(as_json: options.AsJson = False) -> None:
    """List the explanation methods."""
    host = _host()
    found = [_method(host, key) for key in sorted(host.explainers)]
    _show(found, ("key", "title", "answers"), as_json, "No methods are installed.")


@app.command()
@plainly
def models(as_json: options.AsJson = False) -> None:
    """List the architectures that can be built by name, and the weights that come with them."""
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    families = Shelf().architecture_names()
    found = [{"name": name, "family": family} for family, names in families.items() for name in names]
    _show(found, ("name", "family"), as_json, "No architectures are installed.")


@app.command()
@plainly
def metrics(as_json: options.AsJson = False) -> None:
    """List the metrics that judge explanations."""
    found = [
        {
            "key": info.key,
            "title": info.title,
            "better": info.better,
            "needs": sorted(info.needs),
            "answers": info.answers,
        }
        for _, info in sorted(_host().metrics.items())
    ]
    _show(found, ("key", "title", "better", "answers"), as_json, "No metrics are installed.")


@app.command()
@plainly
def trainers(as_json: options.AsJson = False) -> None:
    """List what can be trained, and the methods that take what was learned."""
    host = _host()
    found = [
        {
            "key": key,
            "title": info.title,
            "methods": sorted(m.key for m in host.explainers.values() if m.trained_by == key),
            "learns": info.learns,
            "summary": info.summary,
            "source": info.source.citation,
            "plugin": host.version(info),
            "dims": list(info.dims),
            "needs": sorted(info.needs),
            "params": _params(host, info),
        }
        for key, info in sorted(host.trainers.items())
    ]
    _show(found, ("key", "title", "methods", "learns"), as_json, "No trainers are installed.")


@app.command()
@plainly
def trained(
    trainer: Annotated[str, typer.Option("--trainer", help="Only what this trainer learned.")] = "",
    as_json: options.AsJson = False,
) -> None:
    """List what was learned about models and is kept here, newest first."""
    from salviewer.jobs.trained_library import trained_states, unreadable  # noqa: PLC0415 - loads safetensors

    found = [
        {
            "trainer": entry.trainer,
            "model": entry.architecture,
            "sha256": entry.model,
            "collection": entry.collection,
            "samples": entry.samples,
            "when": entry.created.astimezone().strftime("%Y-%m-%d %H:%M"),
            "shipped": entry.shipped,
            "file": str(entry.path),
        }
        for entry in trained_states(trainer=trainer)
    ]
    for path in unreadable():
        say_error(f"{path} holds no trained state: delete it.")
    _show(found, ("trainer", "model", "collection", "samples", "when", "file"), as_json, "Nothing was trained yet.")


@app.command()
@plainly
def plugins(as_json: options.AsJson = False) -> None:
    """List every plugin with its version, where it comes from, what it offers, and its error if it has one."""
    found = [
        {
            "name": record.name,
            "version": record.version,
            "origin": record.origin,
            "import_ms": round(record.import_ms, 1),
            "offers": list(record.offers),
            "error": record.error,
        }
        for record in _host().plugins
    ]
    _show(found, ("name", "version", "origin", "import_ms", "offers", "error"), as_json, "No plugins are installed.")


@app.command()
@plainly
def collections(as_json: options.AsJson = False) -> None:
    """List the labelled collections of pictures with known answers."""
    found = [
        {"key": info.key, "title": info.title, "classes": list(info.classes), "summary": info.summary}
        for _, info in sorted(_host().collections.items())
    ]
    _show(found, ("key", "title", "classes"), as_json, "No collections are installed.")


@app.command()
@plainly
def classes(
    model: options.Model = None,
    weights: options.Weights = None,
    names: options.Classes = None,
    as_json: options.AsJson = False,
) -> None:
    """List the classes of a model, by index."""
    with progress_bar("Opening the model") as progress:
        opened = options.open_model(model, weights, names, None, "cpu", None, progress)
    if as_json:
        say_json(list(opened.classes))
        return
    for index, name in enumerate(opened.classes):
        say(f"{index}  {name}")


def _host() -> Host:
    from salviewer.host import Host  # noqa: PLC0415 - finds the plugins

    return Host.discover()


def _method(host: Host, key: str) -> dict[str, Any]:
    info = host.explainers[key]
    return {
        "key": key,
        "title": info.title,
        "answers": info.answers,
        "summary": info.summary,
        "source": info.source.citation,
        "plugin": host.version(info),
        "dims": list(info.dims),
        "needs": sorted(info.needs),
        "trained_by": info.trained_by,
        "params": _params(host, info),
    }


def _params(host: Host, info: ExplainerInfo | TrainerInfo) -> list[dict[str, Any]]:
    """The parameters of `info`; none where they cannot be had: `list plugins` says what is wrong then."""
    try:
        fields = host.params(info).model_fields
    except PluginError:
        return []
    return [{"name": name, "default": f.default, "description": f.description} for name, f in fields.items()]


def _show(found: list[dict[str, Any]], columns: Sequence[str], as_json: bool, empty: str) -> None:
    if as_json:
        say_json(found)
        return
    rows = [[_text(item[column]) for column in columns] for item in found]
    say_table([list(columns), *rows], empty)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
