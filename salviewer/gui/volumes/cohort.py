"""Decides about a cohort: whose explanations are put together into one ranking of regions, and sends the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import AtlasRef, InputRef, JobSpec
from salviewer.api.progress import Progress
from salviewer.gui.errands import COLLECTION
from salviewer.gui.volumes.atlases import Atlases
from salviewer.jobs.batches import Item
from salviewer.jobs.labels import label_at

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.jobs.shelf import Shelf

TOPIC = "cohort"
LEAST = 2


@dataclass(frozen=True)
class Subjects:
    """Who is in a collection or folder. ids and labels: in its order; a label is a class's index, -1 where not known.

    In a folder an id is the scan's path.
    """

    classes: tuple[str, ...]
    ids: tuple[str, ...]
    labels: tuple[int, ...]

    def of(self, label: int) -> tuple[str, ...]:
        """Those whose true class is number `label`."""
        return tuple(name for name, found in zip(self.ids, self.labels, strict=True) if found == label)


@dataclass(frozen=True)
class Group:
    """Who is explained and how. method: what explains each of them; label: their true class, which is explained."""

    method: str
    label: int
    most: int


class Cohort:
    """Looks at the collection of the open volume, and has its group explained."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._state = actions, actions.state

    def methods(self) -> dict[str, str]:
        """Titles by key of what can explain each subject: methods for volumes."""
        found = self._actions.host.explainers.items()
        return {key: info.title for key, info in found if 3 in info.dims and not info.sources}

    def ranking(self) -> str:
        """The key of the method that puts the explanations together; "" where none is installed."""
        found = self._actions.host.explainers.items()
        return next((key for key, info in found if 3 in info.dims and info.sources and "atlas" in info.assets), "")

    def why_not(self) -> str:
        """Why no cohort can be explained now, in a sentence; empty if one can."""
        state, atlases = self._state, self._actions.atlases
        opened = state.picture
        if state.model is None or opened is None or not opened.is_volume:
            return "Open a model of volumes and a volume of a collection first."
        if not opened.ref.source.startswith(COLLECTION) and not self._folder():
            return "A cohort is a folder or collection whose volumes have known classes: open a volume of one first."
        if not self.ranking():
            return "No method is installed that ranks regions over several subjects."
        return "" if atlases.placed is not None else _no_atlas(atlases)

    def look(self, then: Any) -> None:
        """Have `then(subjects)` called with who is in the open volume's collection."""
        opened, shelf = self._state.picture, self._actions.shelf
        if opened is None or self.why_not():
            return
        if not opened.ref.source.startswith(COLLECTION):
            then(of_items(self._folder()))
            return
        key = opened.ref.source.removeprefix(COLLECTION).partition("/")[0]
        params = dict(opened.ref.options.get("collection", {}))
        self._actions.desk.ask(TOPIC, lambda progress: subjects_of(shelf, key, params, progress),
                               "Looking at the subjects", then, uses_model=False)  # fmt: skip

    def spec(self, subjects: Subjects, group: Group) -> JobSpec:
        """The job: one explanation per subject, put together on the open volume, which stands for the template."""
        state, running = self._state, self._actions.running
        opened, card, atlas = state.picture, state.model, self._actions.atlases.ref()
        if opened is None or card is None:
            raise RuntimeError("asked for a job although nothing is open")
        if not opened.ref.source.startswith(COLLECTION):
            refs = {item.key: item.ref for item in self._folder()}
        else:
            place = opened.ref.source.partition("/")[0]
            refs = {name: InputRef(source=f"{place}/{name}", options=opened.ref.options) for name in subjects.ids}
        target = _target(subjects.classes[group.label], card.classes, group.label)
        uses_atlas = "atlas" in self._actions.host.explainers[group.method].assets
        each = running.spec(group.method)
        sources = tuple(
            each.model_copy(update={
                "input": refs[name], "target": target, "atlas": atlas if uses_atlas else None,
            })
            for name in subjects.of(group.label)[: group.most]
        )  # fmt: skip
        return JobSpec(method=self.ranking(), model=card.ref, input=opened.ref, target=target, sources=sources,
                       atlas=atlas, seed=state.choice.seed)  # fmt: skip

    def run(self, subjects: Subjects, group: Group) -> int:
        """Send it, to be shown when it is done; its number, 0 where the subjects are registered first."""
        actions, opened = self._actions, self._state.picture
        spec = self.spec(subjects, group)
        title = f"{actions.host.explainers[spec.method].title} · {subjects.classes[group.label]}"

        def done(event: Any) -> None:
            from salviewer.gui.running import shown_from  # noqa: PLC0415 - beside its one use

            if self._state.picture is opened:
                self._state.shown = shown_from(event.result, opened, event.stored)

        atlas, template = actions.atlases.for_many()
        if atlas is None or template is None:
            return int(actions.running.enqueue(spec, title, done))
        shelf = actions.shelf
        actions.desk.ask(TOPIC, lambda progress: each_registered(shelf, spec, atlas, template, progress),
                         "Registering the subjects", lambda each: actions.running.enqueue(each, title, done),
                         uses_model=False)  # fmt: skip
        return 0

    def _folder(self) -> tuple[Item, ...]:
        """The scans of the open folder that have a class, where the open volume is one of its scans."""
        batch, opened = self._actions.browsing.memory.batch, self._state.picture
        if batch is None or opened is None or opened.ref.source not in {item.key for item in batch.items}:
            return ()
        return tuple(item for item in batch.items if item.truth)


def of_items(items: Sequence[Item]) -> Subjects:
    """Who is in a folder, whose classes are named after folders or in a table."""
    classes = tuple(sorted({item.truth for item in items}))
    return Subjects(classes, tuple(i.key for i in items), tuple(classes.index(i.truth) for i in items))


def each_registered(shelf: Shelf, spec: JobSpec, atlas: AtlasRef, template: InputRef, progress: Progress) -> JobSpec:
    """`spec` with each subject's own way to the atlas, on a worker's thread; that of the open volume is known."""
    from salviewer.jobs.registering import met  # noqa: PLC0415 - loads numpy, on the worker's thread

    found, n = [], len(spec.sources)
    for i, one in enumerate(spec.sources):
        progress(i / n, f"Subject {i + 1} of {n}")
        if isinstance(one, JobSpec) and one.atlas is not None:
            part = progress.part(i / n, (i + 1) / n)
            one = one.model_copy(update={"atlas": met(shelf, atlas, one.input, template, part)})
        found.append(one)
    return spec.model_copy(update={"sources": tuple(found)})


def _target(name: str, classes: Sequence[str], label: int) -> int:
    """The model's class of that name; `label` where it has none: its classes are in the collection's order then."""
    return classes.index(name) if name in classes else label


def subjects_of(shelf: Shelf, key: str, params: Mapping[str, Any], progress: Progress) -> Subjects:
    """Who is in collection `key`, on a worker's thread. Where it has no list of labels, each sample is looked at."""
    samples = shelf.collection(key, params)
    ids = shelf.sample_ids(key, params)
    labels = []
    for i in range(len(ids)):
        progress(i / len(ids), f"Subject {i + 1} of {len(ids)}")
        labels.append(label_at(samples, i))
    classes = getattr(samples, "classes", None) or shelf.host.collection(key).classes
    return Subjects(tuple(classes), tuple(ids), tuple(labels))


def _no_atlas(atlases: Atlases) -> str:
    if atlases.state.atlas is None:
        return "Open an atlas first: its regions are ranked."
    return "Say first how the volume meets the atlas: register it, or say that both are in one space."
