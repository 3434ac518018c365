"""Makes a study's maps, once, and stores them under names that tell nothing. Resumes where it was stopped."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from salviewer.api import InputRef, JobSpec, ModelRef, Picture, Prediction, Progress
from salviewer.errors import Cancelled, InvalidChoice, SalViewerError
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf
from salviewer.study.drawing import draw_map, draw_picture
from salviewer.study.key import FILE, IMAGES, Item, Study, cannot_write, read_study, write_study
from salviewer.study.spec import StudySpec


class _Asked(NamedTuple):
    """A picture; label: -1 where unknown; truth: its class's name where known, one of `classes` of the collection."""

    ref: InputRef
    id: str
    label: int
    truth: str
    classes: int


class _LeftOut(Exception):
    """A picture that is not asked about, and why."""


def prepare(spec: StudySpec, shelf: Shelf, folder: Path, progress: Progress | None = None) -> Study:
    """The study of `spec`, its maps in `folder`; what is there already stays.

    Raises `InvalidChoice` where there is nothing to ask or the folder holds another study, `Unavailable` where it
    cannot be written to, and `Cancelled`; what was finished stays.
    """
    progress = progress or Progress()
    for arm in spec.arms:
        shelf.host.explainer(arm.method)
    study = _begun(spec, folder)
    if study.ready:
        return study
    asked = list(_sampled(spec, shelf))
    seen = {item.picture for item in study.items} | study.left_out.keys()
    for i, one in enumerate(asked):
        if one.id not in seen:
            part = progress.part(i / len(asked), (i + 1) / len(asked))
            part(0.0, f"Picture {i + 1} of {len(asked)}")
            study = _with(study, one, shelf, folder, part)
            write_study(folder, study)
    if not any(study.pairs()):
        why = next(iter(study.failures), "") or next(iter(study.left_out.values()), "")
        raise InvalidChoice(f"No picture of “{spec.collection}” can be asked about. {why}", code="nothing-to-ask")
    study = study.model_copy(update={"ready": True})
    write_study(folder, study)
    progress(1.0, "Done")
    return study


def _begun(spec: StudySpec, folder: Path) -> Study:
    """The study in `folder` if it is that of `spec`, else a new one."""
    if (folder / FILE).exists():
        study = read_study(folder, ready=False)
        if study.spec != spec:
            raise InvalidChoice(
                f"{folder} holds another study already: open that one, or choose another folder.", code="other-study"
            )
        return study
    study = Study(spec=spec, created=datetime.now(UTC).isoformat(timespec="seconds"))
    write_study(folder, study)
    return study


def _sampled(spec: StudySpec, shelf: Shelf) -> Iterator[_Asked]:
    """The pictures, spread over the collection."""
    samples = shelf.collection(spec.collection, spec.collection_params)
    ids = shelf.sample_ids(spec.collection, spec.collection_params)
    if not len(samples):
        raise InvalidChoice(f"The collection “{spec.collection}” is empty: choose another.", code="no-samples")
    classes = getattr(samples, "classes", None) or shelf.host.collection(spec.collection).classes
    options: dict[str, Any] = {"collection": dict(spec.collection_params)} if spec.collection_params else {}
    count = min(len(ids), spec.limit or len(ids))
    for i in range(count):
        at = i * len(ids) // count
        label = samples[at].label
        ref = InputRef(source=f"collection:{spec.collection}/{ids[at]}", options=options)
        yield _Asked(ref, ids[at], label, classes[label] if 0 <= label < len(classes) else "", len(classes))


def _with(study: Study, asked: _Asked, shelf: Shelf, folder: Path, progress: Progress) -> Study:
    """`study` with one more picture, its files written."""
    with shelf.holding():
        try:
            targets = _targets(study.spec, asked, shelf)
        except _LeftOut as e:
            return study.model_copy(update={"left_out": {**study.left_out, asked.id: str(e)}})
        picture = shelf.picture(asked.ref)
        images, failures = _maps(study.spec, asked, picture, targets, shelf, progress)
    if sum(image is not None for image in images) < 2:
        left_out = {**study.left_out, asked.id: "Fewer than two maps could be made."}
        return study.model_copy(update={"left_out": left_out, "failures": (*study.failures, *failures)})
    image, *maps = _write(folder, [draw_picture(picture), *images])
    name = next(iter(targets.values()))[1]
    item = Item(id=secrets.token_hex(8), picture=asked.id, class_name=name, image=image or "", maps=tuple(maps))
    return study.model_copy(update={"items": (*study.items, item), "failures": (*study.failures, *failures)})


def _targets(spec: StudySpec, asked: _Asked, shelf: Shelf) -> dict[str, tuple[int, str]]:
    """Per model (as JSON) the index and name of the class to explain. Raises `_LeftOut`."""
    found: dict[str, tuple[int, str]] = {}
    for model in {arm.model.model_dump_json(): arm.model for arm in spec.arms}.values():
        said: Prediction = run(JobSpec(verb="predict", model=model, input=asked.ref), shelf)
        found[model.model_dump_json()] = _target(spec, asked, said, model)
    if len({name for _, name in found.values()}) > 1:
        raise _LeftOut("The models answer differently.")
    return found


def _target(spec: StudySpec, asked: _Asked, said: Prediction, model: ModelRef) -> tuple[int, str]:
    truth = _truth(asked, said.classes, model) if asked.label >= 0 else None
    if spec.correct_only and truth is not None and said.predicted != truth:
        raise _LeftOut(f"{model.architecture} gets it wrong.")
    target = truth if truth is not None and spec.target == "label" else said.predicted
    return target, (asked.truth if target == truth else "") or said.classes[target]


def _truth(asked: _Asked, classes: Sequence[str], model: ModelRef) -> int:
    """The picture's class among `classes` of the model: by name, or by number where both have as many."""
    if asked.truth in classes:
        return classes.index(asked.truth)
    if asked.label >= len(classes) or asked.classes not in (0, len(classes)):
        raise _LeftOut(f"{model.architecture} has no class “{asked.truth or asked.label}”.")
    return asked.label


def _maps(
    spec: StudySpec,
    asked: _Asked,
    picture: Picture,
    targets: dict[str, tuple[int, str]],
    shelf: Shelf,
    progress: Progress,
) -> tuple[list[Image.Image | None], list[str]]:
    """Per arm the map over the picture, None where it failed, and the failures' sentences."""
    images: list[Image.Image | None] = []
    failures = []
    for i, arm in enumerate(spec.arms):
        part = progress.part(i / len(spec.arms), (i + 1) / len(spec.arms))
        target, _ = targets[arm.model.model_dump_json()]
        job = JobSpec(
            method=arm.method, params=arm.params, model=arm.model, input=asked.ref, target=target, seed=spec.seed
        )
        try:
            images.append(draw_map(picture, run(job, shelf, _Silent(part))))
        except Cancelled:
            raise
        except SalViewerError as e:
            images.append(None)
            failures.append(f"{arm.label} on {asked.id}: {e}")
        part(1.0)
    return images, failures


class _Silent(Progress):
    """Moves the whole's bar, says nothing, and stops when the whole is to stop."""

    def __init__(self, whole: Progress) -> None:
        super().__init__()
        self._whole = whole

    def check(self) -> None:
        """Raise `Cancelled` if the whole is to stop."""
        self._whole.check()


def _write(folder: Path, images: list[Image.Image | None]) -> list[str | None]:
    """Write the images in the order of their random names, so that the times of the files tell nothing either."""
    names = [None if image is None else f"{secrets.token_hex(8)}.png" for image in images]
    try:
        for name, image in sorted(zip(names, images, strict=True), key=lambda pair: pair[0] or ""):
            if name is not None and image is not None:
                image.save(folder / IMAGES / name)
    except OSError as e:
        raise cannot_write(folder, e) from e
    return names
