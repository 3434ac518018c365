"""What an evaluation's choices come to: whether Run may be pressed, what it would start, how much, and where to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.bench.judgement import CONTROLS
from salviewer.bench.recipes import RECIPES
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.gui.collecting import NO_FOLDER
from salviewer.gui.evaluation_offers import NO_TRUTH, chosen_methods, chosen_metrics, why_no_metric
from salviewer.jobs.workspace import default_path

if TYPE_CHECKING:
    from salviewer.api.jobspec import AtlasRef, InputRef
    from salviewer.gui.state import State
    from salviewer.host import Host


def why_not(state: State, host: Host) -> str:
    """Why no evaluation can be run now, in a sentence; empty if it can."""
    plan, pictures = state.plan, state.pictures
    if state.model is None:
        return "Open a model in the main window first: its answers are what the methods explain."
    if not plan.valid:
        return "Correct the marked setting of the collection first."
    if pictures is None:
        return "Looking at the pictures …"
    if pictures.fault:
        return NO_FOLDER if pictures.fault == NO_FOLDER else "Choose pictures that can be opened first."
    dims = {2: "pictures", 3: "volumes"}
    if state.model.dims not in (None, pictures.dims):
        return f"The open model takes {dims[state.model.dims]}, and these are {dims[pictures.dims]}."
    if plan.recipe and pictures.dims != 2:
        return "Recipes are of pictures: choose methods and metrics instead."
    if plan.recipe:
        lacks = [m.key for m in RECIPES[plan.recipe].metrics if why_no_metric(host.metrics.get(m.key), pictures)]
        return f"This recipe measures {' and '.join(lacks)}, which {NO_TRUTH}." if lacks else ""
    if not chosen_methods(state, host):
        return "Tick at least one method."
    return "" if chosen_metrics(state, host) else "Tick at least one metric."


def spec_of(
    state: State,
    host: Host,
    atlas: AtlasRef | None = None,
    template: InputRef | None = None,
    trained: Callable[[str], str] = lambda method: "",
) -> BenchSpec:
    """The evaluation that Run would start; `atlas` and `template` as in `BenchSpec`.

    trained: gives the file of what each method was trained to, "" for none.
    """
    plan = state.plan
    about: dict[str, Any] = {"target": plan.target, "correct_only": plan.correct_only}
    if plan.recipe:
        made = RECIPES[plan.recipe].spec(
            host.explainers, state.model.ref, plan.collection, plan.params, plan.limit, plan.seed
        )
        return made.model_copy(update={**about, "correct_only": plan.correct_only or made.correct_only})
    return BenchSpec(
        models=(state.model.ref,),
        methods=tuple(Asked(key=key, trained=trained(key)) for key in chosen_methods(state, host)),
        metrics=tuple(Asked(key=key) for key in chosen_metrics(state, host)),
        collection=plan.collection,
        collection_params=dict(plan.params),
        limit=plan.limit,
        seed=plan.seed,
        atlas=atlas,
        template=template,
        **about,
    )


def size_of(state: State, host: Host) -> tuple[int, int, int]:
    """How many pictures, methods (controls among them) and metrics Run would take."""
    plan, count = state.plan, state.pictures.count if state.pictures else 0
    recipe = RECIPES.get(plan.recipe)
    names = [m.name for m in recipe.spec(host.explainers).methods] if recipe else chosen_methods(state, host)
    metrics = recipe.metrics if recipe else chosen_metrics(state, host)
    return min(count, plan.limit or count), len({*names, *CONTROLS}), len(metrics)


def folder_of(state: State) -> Path:
    """Where the results go: the folder that was chosen, or one named after the day, the model and the collection."""
    if state.plan.folder is not None:
        return state.plan.folder
    model = state.model.title if state.model else "no model"
    recipe = f" {state.plan.recipe}" if state.plan.recipe else ""
    name = f"{state.plan.day} {model}{recipe} on {state.plan.collection}"
    return default_path().parent / "evaluations" / "".join(c if c.isalnum() or c in " -_." else "-" for c in name)
