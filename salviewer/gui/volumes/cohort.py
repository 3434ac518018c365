"""Decides about a cohort: whose explanations are put together into one ranking of regions, and sends the job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef, JobSpec
from salviewer.api.progress import Progress
from salviewer.gui.errands import COLLECTION
from salviewer.gui.volumes.atlases import Atlases

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.jobs.shelf import Shelf

TOPIC = "cohort"
LEAST = 2


@dataclass(frozen=True)
class Subjects:
    """Who is in a collection. ids and labels: in its order; a label is the index of a class, -1 where not known."""

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
        if not opened.ref.source.startswith(COLLECTION):
            return "A cohort is a collection whose volumes have known classes: open a volume of one first."
        if not self.ranking():
            return "No method is installed that ranks regions over several subjects."
        return "" if atlases.placed is not None else _no_atlas(atlases)

    def look(self, then: Any) -> None:
        """Have `then(subjects)` called with who is in the open volume's collection."""
        opened, shelf = self._state.picture, self._actions.shelf
        if opened is None or self.why_not():
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
        place = opened.ref.source.partition("/")[0]
        uses_atlas = "atlas" in self._actions.host.explainers[group.method].assets
        each = running.spec(group.method)
        sources = tuple(
            each.model_copy(update={
                "input": InputRef(source=f"{place}/{name}", options=opened.ref.options), "target": group.label,
                "atlas": atlas if uses_atlas else None,
            })
            for name in subjects.of(group.label)[: group.most]
        )  # fmt: skip
        return JobSpec(method=self.ranking(), model=card.ref, input=opened.ref, target=group.label, sources=sources,
                       atlas=atlas, seed=state.choice.seed)  # fmt: skip

    def run(self, subjects: Subjects, group: Group) -> int:
        """Send it, to be shown when it is done; its number."""
        actions, opened = self._actions, self._state.picture
        spec = self.spec(subjects, group)
        title = f"{actions.host.explainers[spec.method].title} · {subjects.classes[group.label]}"

        def done(event: Any) -> None:
            from salviewer.gui.running import shown_from  # noqa: PLC0415 - beside its one use

            if self._state.picture is opened:
                self._state.shown = shown_from(event.result, opened, event.stored)

        return int(actions.running.enqueue(spec, title, done))


def subjects_of(shelf: Shelf, key: str, params: Mapping[str, Any], progress: Progress) -> Subjects:
    """Who is in collection `key`, on a worker's thread. Where it has no list of labels, each sample is looked at."""
    samples = shelf.collection(key, params)
    ids = shelf.sample_ids(key, params)
    known = getattr(samples, "labels", None)
    labels = []
    for i in range(len(ids)):
        progress(i / len(ids), f"Subject {i + 1} of {len(ids)}")
        labels.append(int(known[i] if known is not None else samples[i].label))
    classes = getattr(samples, "classes", None) or shelf.host.collection(key).classes
    return Subjects(tuple(classes), tuple(ids), tuple(labels))


def _no_atlas(atlases: Atlases) -> str:
    if atlases.state.atlas is None:
        return "Open an atlas first: its regions are ranked."
    return "Say first how the volume meets the atlas: register it, or say that both are in one space."
