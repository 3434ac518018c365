"""Whether a trainer, the open model and the chosen pictures go together; else why not, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.collecting import NO_FOLDER
from salviewer.gui.evaluation_offers import NO_TRUTH
from salviewer.gui.fitting import WORDS

if TYPE_CHECKING:
    from salviewer.api.descriptors import TrainerInfo
    from salviewer.gui.evaluation_values import Pictures
    from salviewer.gui.training.values import TrainPlan
    from salviewer.gui.values import ModelCard
    from salviewer.host import Host


def misfit(info: TrainerInfo, model: ModelCard | None) -> str:
    """Why nothing can be learned about `model` by this trainer; empty if it can, or if no model is open."""
    if model is None or model.dims is None or model.dims in info.dims:
        return ""
    theirs = " and ".join(WORDS.get(d, f"{d}D inputs") for d in info.dims)
    return f"It learns about models of {theirs}, and the open one takes {WORDS.get(model.dims, 'other inputs')}."


def pictures_fault(info: TrainerInfo, model: ModelCard, pictures: Pictures | None) -> str:
    """Why `info` cannot learn from `pictures` about `model`; empty if it can."""
    if pictures is None:
        return "Looking at the pictures …"
    if pictures.fault:
        return NO_FOLDER if pictures.fault == NO_FOLDER else "Choose pictures that can be opened first."
    if pictures.dims not in info.dims or model.dims not in (None, pictures.dims):
        wanted = model.dims or info.dims[0]
        return f"The training needs {WORDS.get(wanted, 'other inputs')}, and these are {WORDS[pictures.dims]}."
    if "annotation" in info.needs and not pictures.annotated:
        return f"{info.title} {NO_TRUTH}."
    return ""


def why_not(host: Host, plan: TrainPlan, model: ModelCard | None, pictures: Pictures | None) -> str:
    """Why nothing can be trained now; empty if it can."""
    info = host.trainers.get(plan.trainer)
    if info is None:
        return "Choose what is to be learned." if host.trainers else "No trainer is installed."
    if model is None:
        return "Open a model first: what is learned is about that model."
    if wrong := misfit(info, model):
        return wrong
    if not plan.valid:
        return "Correct the marked setting of the collection first."
    if wrong := pictures_fault(info, model, pictures):
        return wrong
    return "" if plan.settled else "Correct the marked setting first."


def note(model: ModelCard | None, pictures: Pictures | None) -> str:
    """What should be known of pictures whose classes are not the model's."""
    if model is None or pictures is None or pictures.fault:
        return ""
    if not pictures.labelled:
        return "These pictures have no classes: what needs them cannot be learned from these."
    if pictures.classes and tuple(pictures.classes) != tuple(model.classes):
        return (
            "The classes of these pictures are not those of the model: those of the same name count, and where there "
            "are none their numbers are taken for the model's."
        )
    return ""
