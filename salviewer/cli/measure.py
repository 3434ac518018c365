"""`salviewer measure`: judge one map by metrics; the numbers as a table or JSON, the curves as CSV."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import options
from salviewer.cli.about_model import AboutModel, about_model
from salviewer.cli.annotation_option import truth_in
from salviewer.cli.curve_files import Line, lines_of, write_curves
from salviewer.cli.explain import check_target
from salviewer.cli.failures import plainly
from salviewer.cli.several import for_each
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.errors import InvalidChoice

if TYPE_CHECKING:
    from salviewer import OpenedInput, OpenedModel, OpenedVolume
    from salviewer.api import Explanation, Measurement, MetricInfo
    from salviewer.host import Host


@plainly
@about_model
def measure(
    metrics: Annotated[str, typer.Argument(help="Keys joined by commas, see `salviewer list metrics`.")],
    about: AboutModel,
    explanation: Annotated[
        Path | None, typer.Argument(help="The .safetensors file of a map; without one, give --method.")
    ] = None,
    image: Annotated[
        str | None, typer.Option("--input", help='What was explained: a file, or "collection:KEY/ID".')
    ] = None,
    method: Annotated[str | None, typer.Option("--method", help="Make the map now, by this method.")] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Class name or index; by default the one that was explained.")
    ] = None,
    box: Annotated[
        list[str] | None,
        typer.Option("--box", metavar="X0,Y0,X1,Y1", help="A true object's edges in pixels; 3D has X0,Y0,Z0,X1,Y1,Z1."),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option("--mask", help="A picture or volume whose values above zero are the truth, or the collection's."),
    ] = None,
    annotation: Annotated[
        Path | None,
        typer.Option("--annotation", help="What was drawn on the picture: COCO JSON, VOC XML, mask PNG, NIfTI labels."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", metavar="KEY:NAME=VALUE", help="Of a metric or the method: deletion:steps=100."),
    ] = None,
    output: Annotated[str | None, typer.Option("--output", help="Judge by the probability or the logit.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    curves: Annotated[Path | None, typer.Option("--curves", help="Write the metrics' curves to this CSV file.")] = None,
    option: options.FileOption = None,
    as_json: options.AsJson = False,
) -> None:
    """Judge a map that `salviewer explain` wrote, or one that is made now, by one metric or several."""
    import salviewer as sv  # noqa: PLC0415 - with the first model

    boxes = tuple(tuple(options.numbers(text, "--box")) for text in box or ())
    truth = {"boxes": boxes, "mask": mask}
    if annotation is not None and (boxes or mask):
        raise InvalidChoice("Give --annotation, or --box and --mask, and not both.", code="two-truths")
    how = {"target": target, "seed": seed, "output": output}
    question = _question(metrics, method, options.pairs_by_key(param))
    image = _checked(question, explanation, image, has_truth=bool(boxes or mask or annotation), how=how)
    stored = None if explanation is None else sv.load_explanation(explanation)
    opened = about.open()
    check_target(opened, target)
    source = sv.load_input(image, **options.pairs(option, "--option"))
    judged = stored or _explained(opened, source, question, how)
    said = ""
    if annotation is not None:
        truth, said = truth_in(annotation, source, _label(opened, judged, target))
    task = _Task(question, opened, source, judged, {**how, **truth})
    results, code = for_each(question.keys, task.answer, "metric")
    _tell(judged, source, results, said, as_json=as_json)
    if curves is not None:
        write_curves(curves, task.lines)
    raise typer.Exit(code)


@dataclass(frozen=True)
class _Question:
    """Which metrics, by which method the map is made (None: it is there already), and the parameters of each by key."""

    host: Host
    keys: tuple[str, ...]
    method: str | None
    params: Mapping[str, Mapping[str, Any]]

    @property
    def infos(self) -> list[MetricInfo]:
        return [self.host.metric(key) for key in self.keys]


def _question(metrics: str, method: str | None, params: Mapping[str, Mapping[str, Any]]) -> _Question:
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    keys = tuple(dict.fromkeys(key.strip() for key in metrics.split(",") if key.strip()))
    if not keys:
        raise InvalidChoice("No metric was given: “salviewer list metrics” shows all.", code="no-metric")
    return _Question(Shelf().host, keys, method, params)


def _checked(
    question: _Question, explanation: Path | None, image: str | None, *, has_truth: bool, how: Mapping[str, Any]
) -> str:
    """`image`; raises `InvalidChoice` before anything is opened, if what is asked cannot be answered."""
    from salviewer.api import InputRef, JobSpec, ModelRef  # noqa: PLC0415 - loads pydantic
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - needed with the first model

    host, infos = question.host, question.infos
    makers = {info.key: info for info in infos} | (
        {question.method: host.explainer(question.method)} if question.method else {}
    )
    for key, values in question.params.items():
        if key not in makers:
            raise InvalidChoice(f"-p sets {key}, which is not asked for: {', '.join(makers)}.", code="unknown-param")
        checked_params(host.params(makers[key]), values, key)
    nothing = {"model": ModelRef(architecture="any"), "input": InputRef(source="any")}
    checked_params(JobSpec, {**how, **nothing}, "salviewer measure")
    if (explanation is None) == (question.method is None):
        raise InvalidChoice(
            "Say which map is judged: the file of one, or --method KEY to make it now, and not both.", code="which-map"
        )
    if image is None:
        raise InvalidChoice("No picture was given: add --input with the picture that was explained.", code="no-input")
    lost = [info.key for info in infos if "annotation" in info.needs]
    if lost and not has_truth and not image.startswith("collection:"):
        raise InvalidChoice(
            f"Where the truth lies is needed for {', '.join(lost)}: give --annotation FILE, --box X0,Y0,X1,Y1 or "
            f"--mask FILE.",
            code="no-annotation",
        )
    return image


def _explained(
    model: OpenedModel, source: OpenedInput | OpenedVolume, question: _Question, how: Mapping[str, Any]
) -> Explanation:
    import salviewer as sv  # noqa: PLC0415 - loads torch

    method = str(question.method)
    with progress_bar(source.name) as progress:
        return sv.explain(model, source, method, params=question.params.get(method, {}), **how, progress=progress)


def _label(model: OpenedModel, judged: Explanation, target: str | None) -> str:
    """The name of the class that the map is judged by."""
    if target is None:
        return str(judged.provenance.get("target", {}).get("label", ""))
    return model.classes[int(target)] if target.isdecimal() and int(target) < len(model.classes) else target


@dataclass(frozen=True)
class _Task:
    """All that the metrics of one command have in common; `lines` gathers their curves."""

    question: _Question
    model: OpenedModel
    source: OpenedInput | OpenedVolume
    judged: Explanation
    how: Mapping[str, Any]
    lines: list[Line] = field(default_factory=list)

    def answer(self, key: str) -> dict[str, Any]:
        import salviewer as sv  # noqa: PLC0415 - loads torch

        info = self.question.host.metric(key)
        started = time.monotonic()
        with progress_bar(info.title) as progress:
            found = sv.measure(key, self.model, self.source, self.judged, params=self.question.params.get(key, {}),
                               **self.how, progress=progress)  # fmt: skip
        self.lines.extend(lines_of(key, found))
        return {
            "title": info.title,
            "better": info.better,
            "value": _number(found.value),
            "values": {name: _number(value) for name, value in found.values.items()},
            "notes": [*found.notes, *_strangers(self.judged, found)],
            "seconds": round(time.monotonic() - started, 3),
        }


def _number(value: float) -> float | None:
    """`value`, or None where there is no answer: JSON knows no NaN."""
    return float(value) if math.isfinite(value) else None


def _strangers(judged: Explanation, found: Measurement) -> list[str]:
    """What the map was made from or for and is not judged with, in sentences."""
    made, now = judged.provenance, found.provenance
    said = []
    if made.get("input", {}).get("sha256", "") not in ("", now["input"]["sha256"]):
        said.append(f"The map was made from another picture ({made['input']['name']}) than it is judged with.")
    model = made.get("model", {})
    if model.get("sha256", "") not in ("", now["model"]["sha256"]):
        said.append(f"The map was made with another model ({model['architecture']}) than it is judged with.")
    elif model.get("preprocessing", now["model"]["preprocessing"]) != now["model"]["preprocessing"]:
        said.append("The map was made with another preprocessing, so it may lie elsewhere on the picture.")
    target = made.get("target", now["target"])
    if target["index"] != now["target"]["index"]:
        said.append(f"The map explains “{target['label']}” and is judged by “{now['target']['label']}”.")
    return said


def _tell(
    judged: Explanation,
    source: OpenedInput | OpenedVolume,
    results: Sequence[Mapping[str, Any]],
    said: str,
    *,
    as_json: bool,
) -> None:
    about = judged.provenance
    asked = about.get("target", {})
    facts = {"method": about.get("method"), "title": about.get("title"), "target": asked}
    notes = [*source.notes, *judged.notes, *([said] if said else [])]
    if as_json:
        say_json({"input": source.name, "explanation": {**facts, "notes": notes}, "results": list(results)})
        return
    question = f" for “{asked['label']}” ({asked['output']})" if asked else ""
    say(f"{source.name}: {facts['title'] or 'a map of unknown origin'}{question}")
    for note in notes:
        say(f"  note: {note}")
    answered = [result for result in results if "error" not in result]
    rows = [row for result in answered for row in _rows(result)]
    say_table([["metric", "number", "value", "better"], *rows], "No metric gave an answer.")
    for result in answered:
        for note in result["notes"]:
            say(f"  {result['metric']}: {note}")


def _rows(result: Mapping[str, Any]) -> list[list[str]]:
    rows = [["", name, "none" if value is None else f"{value:.4g}", ""] for name, value in result["values"].items()]
    rows[0][0], rows[0][3] = result["metric"], result["better"] or "neither"
    return rows
