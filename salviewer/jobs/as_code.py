"""The call that gives a result again: as Python, and as a line for the terminal."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import Any

from salviewer.api import AtlasRef, Explanation, JobSpec, ModelRef, Preprocessing, VolumePreprocessing
from salviewer.errors import InvalidChoice

WIDE = 100
"""Columns at which a call is broken into one argument per line."""


def pinned(spec: JobSpec, explanation: Explanation | None = None) -> JobSpec:
    """`spec` with the class that was explained where it left that open.

    Raises:
        InvalidChoice: the model, the input, the atlas, the trained state or the target was an object of a Python
            session, or the result was made from others that were made along with it.
    """
    index = explanation.provenance.get("target", {}).get("index", -1) if explanation is not None else -1
    if spec.target is None and isinstance(index, int) and index >= 0:
        spec = spec.model_copy(update={"target": index})
    atlas = spec.atlas.source if spec.atlas is not None else ""
    trained = spec.trained.source if spec.trained is not None else ""
    for what, name in (("model", spec.model.architecture), ("picture", spec.input.source), ("target", spec.target),
                       ("atlas", atlas), ("trained state", trained),
                       *(("earlier result", one) for one in spec.sources)):  # fmt: skip
        if isinstance(name, JobSpec):
            raise InvalidChoice(
                "This result was made from others that were made along with it, which no single call does: make those "
                "first, save them, and give them with sources.",
                code="nested-call",
            )
        if str(name).startswith("live:"):
            raise InvalidChoice(
                f"The {what} of this result is in no file, so no call can name it: save it and explain the file, or "
                f"write the call yourself, with sv.explain and the object at hand.",
                code="live-call",
            )
    return spec


def as_python(spec: JobSpec, explanation: Explanation | None = None) -> str:
    """A script that runs `spec` and keeps its answer as `explanation`. Raises `InvalidChoice` as `pinned` does."""
    spec = pinned(spec, explanation)
    model = _call("sv.load_model", [repr(spec.model.architecture)], _model_arguments(spec.model))
    grid = explanation.grid if explanation is not None else None
    called = "picture" if grid is None or grid.affine is None else "volume"
    source = _call("sv.load_input", [repr(spec.input.source)], {k: repr(v) for k, v in spec.input.options.items()})
    how: dict[str, str] = {}
    if spec.target is not None:
        how["target"] = repr(spec.target)
    if spec.params:
        how["params"] = repr(dict(spec.params))
    how["seed"] = repr(spec.seed)
    how |= {name: repr(v) for name in ("output", "precision") if (v := getattr(spec, name)) not in (None, "full")}
    how |= _atlas_arguments(spec.atlas)
    if spec.sources:
        how["sources"] = repr([str(one) for one in spec.sources])
    if spec.trained is not None:
        how["trained"] = repr(spec.trained.source)
    explain = _call("sv.explain", ["model", called, repr(spec.method)], how)
    meant = _meant(explanation)
    return "\n".join(
        [
            "import salviewer as sv",
            "",
            f"model = {model}",
            f"{called} = {source}",
            *([f"# target {spec.target}: {meant}"] if meant and isinstance(spec.target, int) else ()),
            f"explanation = {explain}",
            "",
        ]
    )


def as_command(spec: JobSpec, explanation: Explanation | None = None, *, windows: bool = os.name == "nt") -> str:
    """The line for the terminal that runs `spec`, quoted for a POSIX shell, or for Windows.

    Raises `InvalidChoice` as `pinned` does.
    """
    spec = pinned(spec, explanation)
    words = ["salviewer", "explain", "--model", spec.model.architecture, *_model_options(spec.model)]
    words += ["--method", spec.method]
    if spec.target is not None:
        words += ["--target", str(spec.target)]
    for name, value in spec.params.items():
        words += ["-p", f"{name}={_typed(value)}"]
    words += ["--seed", str(spec.seed)]
    for name in ("output", "precision"):
        if (value := getattr(spec, name)) not in (None, "full"):
            words += [f"--{name}", value]
    for name, value in spec.input.options.items():
        words += ["--option", f"{name}={_typed(value)}"]
    words += _atlas_options(spec.atlas)
    for one in spec.sources:
        words += ["--source", str(one)]
    if spec.trained is not None:
        words += ["--trained", spec.trained.source]
    words += ["--", spec.input.source] if spec.input.source.startswith("-") else [spec.input.source]
    return subprocess.list2cmdline(words) if windows else shlex.join(words)


def _atlas_arguments(ref: AtlasRef | None) -> dict[str, str]:
    if ref is None:
        return {}
    names = {"names": repr(ref.names)} if ref.names else {}
    given = {"atlas": _call("sv.load_atlas", [repr(ref.source)], names)}
    return given if ref.registration is None else {**given, "registration": repr(ref.registration)}


def _atlas_options(ref: AtlasRef | None) -> list[str]:
    if ref is None:
        return []
    words = ["--atlas", ref.source, *(["--atlas-names", ref.names] if ref.names else ())]
    if ref.registration is None:
        return words
    how = ref.registration
    return [*words, "--registration", how if isinstance(how, str) else ",".join(map(repr, how))]


def _model_arguments(ref: ModelRef) -> dict[str, str]:
    given: dict[str, str] = {}
    if ref.weights is not None:
        given["weights"] = repr(ref.weights)
    if ref.classes is not None:
        given["classes"] = repr(ref.classes if isinstance(ref.classes, str) else list(ref.classes))
    if ref.outputs is not None:
        given["outputs"] = repr(ref.outputs)
    if isinstance(ref.preprocessing, Preprocessing | VolumePreprocessing):
        facts = ref.preprocessing.model_dump(exclude_defaults=True)
        facts.pop("dims", None)  # the class says it
        given["preprocessing"] = _call(
            f"sv.{type(ref.preprocessing).__name__}", [], {k: repr(v) for k, v in facts.items()}
        )
    elif ref.preprocessing is not None:
        given["preprocessing"] = repr(ref.preprocessing)
    return given


def _model_options(ref: ModelRef) -> list[str]:
    """Options of the command; class names that are no file are left out: the target is given by its index."""
    words: list[str] = []
    if ref.weights is not None:
        words += ["--weights", ref.weights]
    if isinstance(ref.classes, str):
        words += ["--classes", ref.classes]
    if ref.outputs is not None:
        words += ["--outputs", ref.outputs]
    if isinstance(ref.preprocessing, Preprocessing | VolumePreprocessing):
        words += ["--preprocessing", ref.preprocessing.model_dump_json(exclude_defaults=True)]
    elif ref.preprocessing is not None:
        words += ["--preprocessing", ref.preprocessing]
    return words


def _call(function: str, given: list[str], named: dict[str, str]) -> str:
    arguments = [*given, *(f"{name}={value}" for name, value in named.items())]
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDE:
        return line
    return f"{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def _typed(value: Any) -> str:
    """`value` as an option's text: what would be read as JSON and is a text gets JSON's quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value)


def _meant(explanation: Explanation | None) -> str:
    label = explanation.provenance.get("target", {}).get("label", "") if explanation is not None else ""
    return " ".join(str(label).split())
