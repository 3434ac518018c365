"""What the window remembers: one value and one signal per field. Actions write here, views listen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from salviewer.gui.evaluation_values import Board, Cell, Pictures, Plan, UnderWay
from salviewer.gui.study_values import Preparing, StudyPlan
from salviewer.gui.under_way import Running
from salviewer.gui.values import Choice, Display, Judged, Message, ModelCard, OpenPicture, OpenWorkspace, Shown


def remembered(name: str, default: Any, kind: Any) -> Any:
    """A property that emits `<name>_changed` with the new value when it changes."""

    def get(self: QObject) -> Any:
        return self.__dict__.get(name, default)

    def put(self: QObject, value: Any) -> None:
        if value is get(self) or (isinstance(value, str | tuple | int) and value == get(self)):
            return
        self.__dict__[name] = value
        getattr(self, f"{name}_changed").emit(value)

    return property(get, put, doc=f"{kind}; `{name}_changed` tells of a new one.")


class State(QObject):
    """The window's memory."""

    model_changed = Signal(object)
    picture_changed = Signal(object)
    grid_changed = Signal(object)
    prediction_changed = Signal(object)
    methods_changed = Signal(object)
    choice_changed = Signal(object)
    shown_changed = Signal(object)
    display_changed = Signal(object)
    busy_changed = Signal(object)
    results_changed = Signal(object)
    models_changed = Signal(object)
    inputs_changed = Signal(object)
    workspace_changed = Signal(object)
    judged_changed = Signal(object)
    messages_changed = Signal(object)
    plan_changed = Signal(object)
    pictures_changed = Signal(object)
    evaluation_changed = Signal(object)
    board_changed = Signal(object)
    cell_changed = Signal(object)
    evaluation_messages_changed = Signal(object)
    study_plan_changed = Signal(object)
    study_pictures_changed = Signal(object)
    study_preparing_changed = Signal(object)
    study_changed = Signal(object)
    study_messages_changed = Signal(object)

    model = remembered("model", None, ModelCard | None)
    picture = remembered("picture", None, OpenPicture | None)
    grid = remembered("grid", None, "GridMap | None: what the model sees of the picture")
    prediction = remembered("prediction", None, "Prediction | None")
    methods = remembered("methods", {}, "Mapping[str, ExplainerInfo]: what is installed, by key")
    choice = remembered("choice", Choice(), Choice)
    shown = remembered("shown", None, Shown | None)
    display = remembered("display", Display(), Display)
    busy = remembered("busy", (), tuple[Running, ...])
    judged = remembered("judged", None, Judged | None)
    results = remembered("results", (), "tuple[ResultItem, ...]: newest first")
    models = remembered("models", (), "tuple[ModelCard, ...]: opened in this workspace so far, in order")
    inputs = remembered("inputs", (), "tuple[InputItem, ...]: of this workspace, the one opened last first")
    workspace = remembered("workspace", None, OpenWorkspace | None)
    messages = remembered("messages", (), tuple[Message, ...])
    plan = remembered("plan", Plan(), Plan)
    pictures = remembered("pictures", None, Pictures | None)
    evaluation = remembered("evaluation", None, UnderWay | None)
    board = remembered("board", None, Board | None)
    cell = remembered("cell", None, Cell | None)
    evaluation_messages = remembered(
        "evaluation_messages", (), "tuple[Message, ...]: what is said in the evaluation's window"
    )
    study_plan = remembered("study_plan", StudyPlan(), StudyPlan)
    study_pictures = remembered("study_pictures", None, Pictures | None)
    study_preparing = remembered("study_preparing", None, Preparing | None)
    study = remembered("study", None, "Welcome | Asked | Thanks | Findings | None: the page of the study that is open")

    study_messages = remembered("study_messages", (), "tuple[Message, ...]: what is said in the study's window")

    @property
    def is_volume(self) -> bool:
        """Whether what is on the screen is 3D."""
        seen = self.shown or self.picture
        return seen is not None and bool(seen.is_volume)
