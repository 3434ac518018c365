"""What a reader of a result has to know about it: facts, settings, notes and measurements, as texts in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from salviewer.api import Explanation
from salviewer.errors import SalViewerError
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.host import Host

NOTICE = "For research use only. Not for diagnostic use."
_VERSIONS = {"salviewer": "SalViewer", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}


class Setting(NamedTuple):
    """One parameter. `default`: whether it is the method's own value; `help`: its description, "" if not known."""

    name: str
    value: str
    default: bool
    help: str = ""


class Measured(NamedTuple):
    """One metric's answer about the map, and what it says in words."""

    title: str
    value: str
    words: str = ""


@dataclass(frozen=True, eq=False)
class Account:
    """One explanation for a reader. `question`: what its map answers; `citation`: of the method."""

    explanation: Explanation
    method: str
    target: str
    question: str = ""
    citation: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    settings: tuple[Setting, ...] = ()
    notes: tuple[str, ...] = ()
    measures: tuple[Measured, ...] = ()


def account(explanation: Explanation, host: Host | None, measures: Sequence[Measured] = ()) -> Account:
    """What is to be said about `explanation`; `host`: knows the methods, None where no plugins are at hand."""
    about = explanation.provenance
    info = host.explainers.get(str(about.get("method", ""))) if host is not None else None
    target = about.get("target", {})
    stopped = (f"Stopped: {explanation.stopped.rstrip('.')}.",) if explanation.stopped else ()
    return Account(
        explanation=explanation,
        method=str(about.get("title") or about.get("method") or "Explanation"),
        target=str(target.get("label", "")),
        question=info.answers if info else "",
        citation=str(about.get("source", {}).get("citation", "")),
        facts=tuple((name, text) for name, text in _facts(about) if text),
        settings=settings(about, host),
        notes=(*stopped, *explanation.notes),
        measures=tuple(measures),
    )


def settings(about: Mapping[str, Any], host: Host | None) -> tuple[Setting, ...]:
    """All parameters in the method's own order; those that have their default are marked where the method is known."""
    fields: Mapping[str, Any] = {}
    if host is not None and about.get("method") in host.explainers:
        try:
            fields = host.params(host.explainer(about["method"])).model_fields
        except SalViewerError:
            fields = {}  # its plugin is broken: the values are known all the same
    found = []
    for name, value in about.get("params", {}).items():
        field = fields.get(name)
        default = field is not None and _plain(field.default) == _plain(value)
        found.append(Setting(name, _text(value, _unit(field)), default, (field.description or "") if field else ""))
    return tuple(found)


def changed(about: Mapping[str, Any], host: Host | None) -> str:
    """The parameters that do not have their default, in a line; "defaults" where none was changed."""
    said = [f"{s.name} {s.value}" for s in settings(about, host) if not s.default]
    return ", ".join(said) or "defaults"


def _facts(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    target, model, plan = (about.get(name, {}) for name in ("target", "model", "plan"))
    index = target.get("index", -1)
    which = f"{target.get('label', '')} (class {index})" if index >= 0 else str(target.get("label", ""))
    versions = ", ".join(f"{_VERSIONS.get(k, k)} {v}" for k, v in about.get("versions", {}).items())
    seconds = about.get("duration_s")
    source = "Volume" if model.get("preprocessing", {}).get("dims") == 3 else "Picture"
    return [
        (source, str(about.get("input", {}).get("name", ""))),
        (f"{source}, SHA-256", str(about.get("input", {}).get("sha256", ""))),
        *_besides(about),
        ("Model", str(model.get("architecture", ""))),
        ("Model, SHA-256", str(model.get("sha256", ""))),
        ("Outputs", str(model.get("outputs", ""))),
        ("Preprocessing", _preprocessing(model.get("preprocessing", {}))),
        ("Target", which),
        ("Explained", str(target.get("output", ""))),
        ("Seed", str(about.get("seed", ""))),
        ("Precision", str(about.get("precision", ""))),
        ("Run", " · ".join(t for t in (str(about.get("began", "")), f"{seconds} s" if seconds else "") if t)),
        ("Device", str(plan.get("device", ""))),
        ("Versions", versions),
        ("Plugin", str(about.get("plugin", ""))),
    ]


def _besides(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The atlas and how the input met it, what was learned before, and what was put together, where there was any."""
    atlas, trained, found = about.get("atlas", {}), about.get("trained", {}), []
    if atlas:
        how = atlas.get("registration")
        met = {"headers": "one space, by their headers", "none": "one space, taken for granted"}
        matrix = "" if isinstance(how, str) else ", ".join(f"{float(number):.4g}" for number in how or ())
        found = [
            ("Atlas", f"{atlas.get('name', '')}, {counted(atlas.get('regions', 0), 'region')}"),
            ("Atlas, SHA-256", str(atlas.get("sha256", ""))),
            ("Registration", met.get(str(how), f"affine, matrix {matrix}")),
        ]
    if trained:
        learned = trained.get("collection", {})
        count = f"{learned['samples']:,} of " if learned.get("samples") else ""
        found += [
            ("Trained state", str(trained.get("name") or "of a Python session")),
            ("Trained state, SHA-256", str(trained.get("sha256", ""))),
            ("Learned from", f"{count}{learned.get('key', '')}"),
        ]
    return [*found, ("Put together", counted(len(about["sources"]), "result"))] if about.get("sources") else found


def _preprocessing(shown: Mapping[str, Any]) -> str:
    if "inputs" in shown:
        return str(shown["inputs"])
    return ", ".join(f"{name} {_text(value)}" for name, value in shown.items() if value is not None)


def _unit(field: Any) -> str:
    extra = getattr(field, "json_schema_extra", None)
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _text(value: Any, unit: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " × ".join(_text(item) for item in value) if len(value) == 2 else ", ".join(_text(i) for i in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text or '–'} of the {unit}" if unit == "shorter side" else f"{text or '–'} {unit}".strip()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
