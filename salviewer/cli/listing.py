"""`salviewer list ...`: what is installed and what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.errors import PluginError

if TYPE_CHECKING:
    from salviewer.host import Host

app = typer.Typer(help="List methods, models, metrics, plugins, collections or classes.", no_args_is_help=True)


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
    try:
        fields = host.params(info).model_fields
    except PluginError:  # `list plugins` says what is wrong with it
        fields = {}
    return {
        "key": key,
        "title": info.title,
        "answers": info.answers,
        "summary": info.summary,
        "source": info.source.citation,
        "plugin": host.version(info),
        "dims": list(info.dims),
        "needs": sorted(info.needs),
        "params": [
            {"name": name, "default": field.default, "description": field.description} for name, field in fields.items()
        ],
    }


def _show(found: list[dict[str, Any]], columns: Sequence[str], as_json: bool, empty: str) -> None:
    if as_json:
        say_json(found)
        return
    rows = [[_text(item[column]) for column in columns] for item in found]
    say_table([list(columns), *rows], empty)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
