"""What the window remembers: one value and one signal per field. Actions write here, views listen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from salviewer.gui.evaluation_values import Board, Cell, Pictures, Plan, UnderWay
from salviewer.gui.study_values import Preparing, StudyPlan
from salviewer.gui.values import Choice, Display, Judged, Message, ModelCard, OpenPicture, Running, Shown


def _remembered(name: str, default: Any, kind: Any) -> Any:
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
    choice_changed = Signal(object)
    shown_changed = Signal(object)
    display_changed = Signal(object)
    busy_changed = Signal(object)
    results_changed = Signal(object)
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

    model = _remembered("model", None, ModelCard | None)
    picture = _remembered("picture", None, OpenPicture | None)
    grid = _remembered("grid", None, "GridMap | None: what the model sees of the picture")
    prediction = _remembered("prediction", None, "Prediction | None")
    choice = _remembered("choice", Choice(), Choice)
    shown = _remembered("shown", None, Shown | None)
    display = _remembered("display", Display(), Display)
    busy = _remembered("busy", (), tuple[Running, ...])
    judged = _remembered("judged", None, Judged | None)
    results = _remembered("results", (), "tuple[ResultRow, ...]: newest first")
    messages = _remembered("messages", (), tuple[Message, ...])
    plan = _remembered("plan", Plan(), Plan)
    pictures = _remembered("pictures", None, Pictures | None)
    evaluation = _remembered("evaluation", None, UnderWay | None)
    board = _remembered("board", None, Board | None)
    cell = _remembered("cell", None, Cell | None)
    evaluation_messages = _remembered(
        "evaluation_messages", (), "tuple[Message, ...]: what is said in the evaluation's window"
    )
    study_plan = _remembered("study_plan", StudyPlan(), StudyPlan)
    study_pictures = _remembered("study_pictures", None, Pictures | None)
    study_preparing = _remembered("study_preparing", None, Preparing | None)
    study = _remembered("study", None, "Welcome | Asked | Thanks | Findings | None: the page of the study that is open")
    study_messages = _remembered("study_messages", (), "tuple[Message, ...]: what is said in the study's window")
