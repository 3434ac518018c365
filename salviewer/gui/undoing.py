"""Undo and redo: of how maps are shown, of what is asked, and of what was done to the list of explanations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

if TYPE_CHECKING:
    from salviewer.gui.state import State

MERGED_WITHIN_S = 1.0
"""Changes of the same field that follow each other this fast are one: a slider that is dragged."""

KEPT = 200
"""How many steps can be undone."""

WORDS: Mapping[str, str] = {
    "opacity": "opacity", "sequential": "colours", "diverging": "colours", "overlay": "heatmap on or off",
    "common_scale": "common scale", "frame": "outline", "helps": "help under the settings", "method": "method",
    "target": "class to explain", "output": "what is explained", "seed": "seed", "precision": "precision",
    "layout": "layout of the slices", "window": "window", "window_low": "window", "window_high": "window",
    "trained": "trained state",
}  # fmt: skip
"""What a field is called; others by their names."""

CONSEQUENCES = ("valid",)
"""Fields that follow from others and give a step no name."""


class Change(QUndoCommand):
    """Some fields of one of the state's values got other values. `put(values)` sets them."""

    def __init__(
        self, text: str, before: dict[str, Any], after: dict[str, Any], put: Callable[[Mapping[str, Any]], None]
    ) -> None:
        super().__init__(_both(text))
        self.before, self.after, self._put = before, after, put
        self.at = time.monotonic()
        self._done = True  # when it is pushed, it has happened already

    def id(self) -> int:
        """Only steps with the same id are asked to merge."""
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        """Take in `other` if it goes on with the same change."""
        if not isinstance(other, Change) or _is_switch(other.after) or other.text() != self.text():
            return False
        if set(other.after) != set(self.after) or other.at - self.at > MERGED_WITHIN_S:
            return False
        self.after, self.at = other.after, other.at
        self.setObsolete(self.after == self.before)
        return True

    def redo(self) -> None:
        """Set the new values, unless they were there when this was made."""
        if not self._done:
            self._put(self.after)
        self._done = True

    def undo(self) -> None:
        """Set the old values."""
        self._done = False
        self._put(self.before)


class Deed(QUndoCommand):
    """Something done by one function and undone by another."""

    def __init__(self, text: str, do: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__(_both(text))
        self._do, self._undo = do, undo

    def redo(self) -> None:
        """Do it."""
        self._do()

    def undo(self) -> None:
        """Undo it."""
        self._undo()


class Undoing(QObject):
    """Keeps the steps. What is set within `step` can be undone; what the program sets by itself cannot."""

    def __init__(self, state: State, take_choice: Callable[[Any], None]) -> None:
        super().__init__()
        self._state = state
        self._put = {"display": self._put_display, "choice": self._put_choice}
        self._take_choice = take_choice
        self._within = False
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(KEPT)

    @contextmanager
    def step(self) -> Iterator[None]:
        """What changes in the block, of the display or of the choice, becomes a step."""
        if self._within:
            yield
            return
        self._within = True
        before = {name: getattr(self._state, name) for name in self._put}
        try:
            yield
        finally:
            self._within = False
        for name, old in before.items():
            self._record(name, old, getattr(self._state, name))

    def do(self, text: str, do: Callable[[], None], undo: Callable[[], None]) -> None:
        """Do something that can be undone."""
        self.stack.push(Deed(text, do, undo))

    def undo(self) -> None:
        """Take back the last step."""
        self.stack.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.stack.redo()

    def clear(self) -> None:
        """Forget all steps."""
        self.stack.clear()

    def close(self) -> None:
        """Tell nobody any more: the window is about to go, and the stack tells of its own end."""
        self.stack.blockSignals(True)

    def _record(self, name: str, old: Any, new: Any) -> None:
        changed = [f.name for f in fields(new) if getattr(old, f.name) != getattr(new, f.name)]
        if changed:
            before, after = ({field: getattr(value, field) for field in changed} for value in (old, new))
            self.stack.push(Change(_in_words(name, before, after), before, after, self._put[name]))

    def _put_display(self, values: Mapping[str, Any]) -> None:
        self._set(lambda: setattr(self._state, "display", replace(self._state.display, **values)))

    def _put_choice(self, values: Mapping[str, Any]) -> None:
        """A class that the open model does not have is left out."""
        state, values = self._state, dict(values)
        count = len(state.prediction.classes) if state.prediction else len(state.model.classes) if state.model else 0
        if values.get("target") is not None and not values["target"] < count:
            values["target"] = None
        self._set(lambda: self._take_choice(replace(state.choice, **values)))

    def _set(self, put: Callable[[], None]) -> None:
        """What views answer to a step taken back is no step of its own."""
        before, self._within = self._within, True
        try:
            put()
        finally:
            self._within = before


def _both(text: str) -> str:
    """As Qt wants it: a line for the list, with a capital, and one for "Undo …", without."""
    return f"{text[:1].upper()}{text[1:]}\n{text}"


def _in_words(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    fields = [field for field in after if field not in CONSEQUENCES]
    if "method" in fields:
        return f"method “{after['method']}”"
    if "params" in fields:
        old, new = before["params"], after["params"]
        settings = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return f"setting “{settings[0]}”" if len(settings) == 1 else "settings"
    return " and ".join(dict.fromkeys(WORDS.get(field, field.replace("_", " ")) for field in fields)) or name


def _is_switch(values: Mapping[str, Any]) -> bool:
    """Whether something was turned on or off, or chosen: each time is a step of its own."""
    return any(isinstance(value, bool) for field, value in values.items() if field not in CONSEQUENCES)
