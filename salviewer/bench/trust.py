"""Judges one explanation by many metrics, beside the controls on the same input and a reference set of other inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from salviewer.api import (
    AnnotationRef,
    Curve,
    Explanation,
    InputRef,
    JobSpec,
    Measurement,
    MetricInfo,
    ModelRef,
    Progress,
)
from salviewer.bench.judgement import CONTROLS, Judgement, Line
from salviewer.errors import SalViewerError
from salviewer.host import Host
from salviewer.jobs.measuring import measure
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf


def judge(
    explanation: Explanation,
    model: ModelRef,
    source: InputRef,
    metrics: Sequence[str],
    shelf: Shelf,
    progress: Progress,
    truth: AnnotationRef | None = None,
) -> tuple[Judgement, ...]:
    """`explanation`, which `model` gave about `source`, by each of `metrics`.

    `truth`: what the metrics that need an annotation compare with; None takes what a collection says of its sample.

    Metrics that read the map alone are taken of the controls too. A metric that cannot judge this map says so in its
    note; the others go on.
    """
    infos = [shelf.host.metric(key) for key in metrics]
    maps = {"": explanation}
    wanted = [key for key in CONTROLS if key in shelf.host.explainers and any(i.given == "heatmap" for i in infos)]
    target = explanation.provenance.get("target", {}).get("index")
    for key in wanted:
        progress.check()
        maps[key] = run(JobSpec(method=key, model=model, input=source, target=target), shelf)
    found: list[Judgement] = []
    for i, info in enumerate(infos):
        part = progress.part(i / len(infos), (i + 1) / len(infos))
        found.append(_judge_by(info, maps, model, source, shelf, part, truth or AnnotationRef()))
    return tuple(found)


def reference(
    explanation: Explanation,
    model: ModelRef,
    others: Sequence[InputRef],
    metrics: Sequence[str],
    shelf: Shelf,
    progress: Progress,
) -> dict[str, tuple[float, ...]]:
    """The metrics of the same method, with the same parameters, on `others`; each explains its own predicted class.

    Raises `InvalidChoice` where nobody knows how the explanation was made.
    """
    about = explanation.provenance
    values: dict[str, list[float]] = {key: [] for key in metrics}
    for i, other in enumerate(others):
        part = progress.part(i / len(others), (i + 1) / len(others))
        spec = JobSpec(
            method=about["method"],
            params=_changed(shelf.host, about),
            model=model,
            input=other,
            seed=about.get("seed", 0),
        )
        part(0.0, f"Reference {i + 1} of {len(others)}")
        again = run(spec, shelf, part.part(0.0, 0.8))
        for key in metrics:
            values[key].append(_value(key, again, model, other, shelf, part.part(0.8, 1.0)))
    return {key: tuple(v) for key, v in values.items()}


def beside(judgements: Sequence[Judgement], values: Mapping[str, tuple[float, ...]]) -> tuple[Judgement, ...]:
    """`judgements` with their reference values."""
    return tuple(replace(j, reference=values.get(j.metric, j.reference)) for j in judgements)


def _judge_by(
    info: MetricInfo,
    maps: Mapping[str, Explanation],
    model: ModelRef,
    source: InputRef,
    shelf: Shelf,
    progress: Progress,
    truth: AnnotationRef,
) -> Judgement:
    said = Judgement(info.key, info.title, float("nan"), info.better, info.answers)
    spec = JobSpec(verb="measure", method=info.key, model=model, input=source, annotation=truth)
    try:
        mine = measure(spec, maps[""], shelf, progress.part(0.0, 0.6) if info.given == "heatmap" else progress)
    except SalViewerError as e:
        progress.check()
        return replace(said, note=str(e))
    found = {"": mine}
    if info.given == "heatmap":
        for key in (k for k in maps if k):
            found[key] = measure(spec, maps[key], shelf, progress.part(0.6, 1.0))
    return replace(
        said,
        value=mine.value,
        note=" ".join(mine.notes),
        controls={key: one.value for key, one in found.items() if key},
        curves={key: lines for key, one in found.items() if (lines := _lines(one))},
        steps=tuple(map(str, mine.provenance.get("steps", ()))),
    )


def _lines(found: Measurement) -> tuple[Line, ...]:
    """The curves of a measurement."""
    curves = (e for e in found.evidence if isinstance(e, Curve))
    return tuple(Line(c.name, tuple(map(float, c.x)), tuple(map(float, c.y)), c.x_label, c.y_label) for c in curves)


def _value(
    key: str, explanation: Explanation, model: ModelRef, source: InputRef, shelf: Shelf, progress: Progress
) -> float:
    try:
        spec = JobSpec(verb="measure", method=key, model=model, input=source)
        return measure(spec, explanation, shelf, progress).value
    except SalViewerError:
        progress.check()
        return float("nan")


def _changed(host: Host, about: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded parameters that the method still has."""
    known = host.params(host.explainer(about["method"])).model_fields
    return {name: value for name, value in about.get("params", {}).items() if name in known}
