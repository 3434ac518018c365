"""What is to be compared in a reader study, and whether it can be: plain values, nothing is asked or sent here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.gui.study_values import PlannedArm, StudyPlan
from salviewer.jobs.checked_values import checked_params
from salviewer.jobs.workspace import default_path
from salviewer.study.spec import StudySpec

if TYPE_CHECKING:
    from salviewer.api.descriptors import ExplainerInfo
    from salviewer.gui.state import State
    from salviewer.host import Host


def why_not(state: State) -> str:
    """Why the study cannot be prepared now, in a sentence; empty if it can."""
    plan, pictures = state.study_plan, state.study_pictures
    if not plan.models:
        return "Open a model in the main window first, or add one here: its answers are what is explained."
    if len(plan.arms) < 2:
        return "Add at least two maps to compare."
    if not plan.question.strip():
        return "Write the question that readers are to answer."
    if not plan.valid:
        return "Correct the marked setting of the collection first."
    if pictures is None:
        return "Looking at the pictures …"
    return "Choose pictures that can be opened first." if pictures.fault else ""


def offered_methods(host: Host) -> dict[str, ExplainerInfo]:
    """The methods whose maps can be compared; the controls are among them, as a check of the readers."""
    return {key: info for key, info in host.explainers.items() if 2 in info.dims and not info.sources}


def labels_of(arms: tuple[PlannedArm, ...]) -> tuple[str, ...]:
    """What the arms are called in the results: no longer than it takes to tell them apart."""
    several = len({arm.model.ref for arm in arms}) > 1
    titles = {arm.model.title for arm in arms}
    same_net = several and len(titles) < len({arm.model.ref for arm in arms})
    made: list[str] = []
    for arm in arms:
        net = f"{arm.model.title} {Path(arm.model.ref.weights or '').stem}".strip() if same_net else arm.model.title
        made.append(f"{arm.title} · {net}" if several else arm.title)
    count: Counter[str] = Counter()
    for i, label in enumerate(made):
        count[label] += 1
        made[i] = f"{label} ({count[label]})" if count[label] > 1 else label
    return tuple(made)


def spec_of(plan: StudyPlan) -> StudySpec:
    """The study that would be prepared."""
    arms = [
        {"label": label, "model": arm.model.ref, "method": arm.method, "params": dict(arm.params)}
        for label, arm in zip(labels_of(plan.arms), plan.arms, strict=True)
    ]
    about = {
        "title": plan.title.strip() or "Reader study", "question": plan.question.strip(), "arms": tuple(arms),
        "collection": plan.collection, "collection_params": dict(plan.params), "limit": plan.limit,
        "target": plan.target, "correct_only": plan.correct_only, "repeats": plan.repeats, "seed": plan.seed,
    }  # fmt: skip
    return checked_params(StudySpec, about, "The study")


def size_of(state: State) -> tuple[int, int]:
    """How many maps would be made at most, and how many trials a reader would see."""
    plan, count = state.study_plan, state.study_pictures.count if state.study_pictures else 0
    pictures, arms = min(count, plan.limit or count), len(plan.arms)
    pairs = pictures * arms * (arms - 1) // 2
    return pictures * arms, pairs + min(plan.repeats, pairs // 2)


def folder_of(plan: StudyPlan) -> Path:
    """Where the study goes: the folder that was chosen, or one named after the day and the title."""
    name = f"{plan.day} {plan.title.strip() or 'Reader study'}"
    offered = default_path().parent / "studies" / "".join(c if c.isalnum() or c in " -_." else "-" for c in name)
    return plan.folder or offered
