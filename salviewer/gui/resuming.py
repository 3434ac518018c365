"""Keeps where the person is in the workspace file, and goes back there when the workspace is opened again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, ModelRef
from salviewer.errors import SalViewerError
from salviewer.gui import errands
from salviewer.gui.keeping import QUIETLY
from salviewer.gui.running import shown_from
from salviewer.gui.values import Choice, Display, Message, OpenPicture

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.kept import Kept
    from salviewer.jobs.shelf import Shelf

AFTER_MS = 1000
"""A change is in the file this long after it was made; what comes meanwhile goes with it."""

TOPIC = "resume"


class Resuming(QObject):
    """`layout_now` and `take_layout` are the window's; until it gives them the layout is left alone."""

    def __init__(self, actions: Actions, kept: Kept, shelf: Shelf) -> None:
        super().__init__()
        self._actions, self._state, self._kept, self._shelf = actions, actions.state, kept, shelf
        self.layout_now: Callable[[], bytes] = bytes
        self.take_layout: Callable[[bytes], Any] = bool
        self._written: dict[str, Any] = {}
        self._closed = False
        self._running: set[int] = set()
        self._target: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self.keep)
        state = self._state
        changes = (state.model_changed, state.picture_changed, state.shown_changed, state.choice_changed)
        for changed in (*changes, state.display_changed):
            changed.connect(self.changed)
        state.busy_changed.connect(self._jobs_changed)

    # -- keeping ------------------------------------------------------------------------------------------------

    def changed(self, *_: object) -> None:
        """Something is worth keeping: soon."""
        if not self._closed and not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Have it kept now, on the files' thread."""
        self._timer.stop()
        now = self.snapshot()
        if now != self._written:
            kept, self._written = self._kept, now
            keep = kept.register.keep_session
            self._actions.desk.ask("autosave", lambda progress: keep(now), QUIETLY, lambda _: None, uses_model=False)

    def keep_at_once(self) -> None:
        """Keep it before this returns: the workspace is about to be closed."""
        self._timer.stop()
        self._kept.register.keep_session(self.snapshot())

    def pause(self) -> None:
        """Forget what was going on: another workspace was taken."""
        self._timer.stop()
        self._written, self._target = {}, None

    def snapshot(self) -> dict[str, Any]:
        """Where the person is now, as plain JSON values."""
        state, choice, shown = self._state, self._state.choice, self._state.shown
        stored = shown is not None and isinstance(shown.result, int) and shown.result > 0
        return {
            "version": 1,
            "model": state.model.ref.model_dump(mode="json") if state.model else None,
            "picture": state.picture.ref.model_dump(mode="json") if state.picture else None,
            "shown": shown.result if stored else None,
            "map": shown.at if stored else 0,
            "choice": asdict(replace(choice, params=dict(choice.params))),
            "display": asdict(state.display),
            "layout": base64.b64encode(self.layout_now()).decode(),
        }

    def _jobs_changed(self, busy: tuple[Any, ...]) -> None:
        """Before a job runs, what led to it is kept."""
        running = {r.number for r in busy if r.spec is not None and r.spec.verb == "explain"}
        fresh, self._running = running - self._running, running
        if fresh:
            self.keep()

    # -- going back ---------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Go back to where the workspace was left; what cannot be found again is said, and the rest goes on."""
        session = self._kept.register.session()
        if not session:
            return
        self._written = session
        self._take_choice(session.get("choice"))
        self._state.display = _display(session.get("display"), self._state.display)
        layout = _layout(session.get("layout"))
        if layout:
            self.take_layout(layout)
        model, picture = _ref(ModelRef, session.get("model")), _ref(InputRef, session.get("picture"))
        if model is not None and not model.architecture.startswith("live:"):
            self._open_model(model)
        number = session.get("shown")
        if picture is not None or isinstance(number, int):
            self._open_picture(picture, number if isinstance(number, int) else None, int(session.get("map") or 0))

    def _open_model(self, ref: ModelRef) -> None:
        def failed(error: BaseException) -> bool:
            if isinstance(error, SalViewerError):
                text = f"The model {ref.architecture} could not be opened again: {error}"
                self._actions.tell(Message(text, "warning", topic=f"{TOPIC} model"))
            return isinstance(error, SalViewerError)

        self._actions.opening.open_model(ref, then=self._settle, otherwise=failed)

    def _open_picture(self, ref: InputRef | None, number: int | None, at: int) -> None:
        kept, shelf = self._kept, self._shelf

        def found(pair: tuple[Explanation | None, OpenPicture | None]) -> None:
            if self._state.picture is None and self._state.shown is None:  # else somebody was faster
                self._show(*pair, number, at)
                if ref is not None and pair[1] is None:
                    name = ref.source.replace("\\", "/").rpartition("/")[2]
                    text = f"The picture {name} could not be opened again: it was moved or changed, or is damaged."
                    self._actions.tell(Message(text, "warning", topic=f"{TOPIC} picture"))

        self._actions.desk.ask(
            TOPIC, lambda progress: _fetch(kept, shelf, ref, number), QUIETLY, found, uses_model=False,
            otherwise=lambda error: isinstance(error, SalViewerError),
        )  # fmt: skip

    def _show(self, explanation: Explanation | None, opened: OpenPicture | None, number: int | None, at: int) -> None:
        if opened is not None:
            self._actions.opening.take_picture(opened)
        if explanation is not None:
            self._state.shown = shown_from(explanation, opened, number).step_to(at)
        self._settle()

    def _take_choice(self, kept: Any) -> None:
        """The choice without its target, which counts once the model and the picture are there again."""
        if not isinstance(kept, Mapping) or not self._actions.host.explainers.get(str(kept.get("method"))):
            return
        values = _fitting(Choice(), kept)
        target = kept.get("target")
        self._target = target if isinstance(target, int) else None
        self._actions.running.take_choice(replace(self._state.choice, **(values | {"target": None, "valid": True})))

    def _settle(self) -> None:
        state, target = self._state, self._target
        if target is None or state.model is None or state.picture is None:
            return
        self._target = None
        if state.choice.target is None and 0 <= target < len(state.model.classes):
            self._actions.running.set_target(target)

    def close(self) -> None:
        """Nothing is kept any more."""
        self._closed = True
        self._timer.stop()
        self._state.busy_changed.disconnect(self._jobs_changed)


def _fetch(
    kept: Kept, shelf: Shelf, ref: InputRef | None, number: int | None
) -> tuple[Explanation | None, OpenPicture | None]:
    """The explanation and its picture; the open picture alone where nothing was shown, or it is gone."""
    explanation = opened = None
    if number is not None:
        try:
            explanation = kept.load(number)
        except SalViewerError:
            explanation = None
    if ref is not None:
        if explanation is not None:
            return explanation, kept.picture_of(explanation, ref, shelf)
        try:
            opened = errands.open_picture(shelf, ref)
        except SalViewerError:
            opened = None
    return explanation, opened


def _ref(kind: type[Any], kept: Any) -> Any:
    """`kept` as a reference of its kind; None where it is none."""
    try:
        return kind.model_validate(kept) if kept else None
    except ValueError:
        return None


def _layout(kept: Any) -> bytes:
    try:
        return base64.b64decode(kept, validate=True) if isinstance(kept, str) else b""
    except binascii.Error:
        return b""


def _display(kept: Any, default: Display) -> Display:
    return replace(default, **_fitting(default, kept)) if isinstance(kept, Mapping) else default


def _fitting(default: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `kept` that are fields of `default` and of the same kind; lists stand for tuples."""
    values = {}
    for field in fields(default):
        value, present = kept.get(field.name), getattr(default, field.name)
        if isinstance(present, tuple) and isinstance(value, list):
            value = tuple(value)
        if field.name in kept and (present is None or value is None or _same_kind(present, value)):
            values[field.name] = value
    return values


def _same_kind(present: Any, value: Any) -> bool:
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    if isinstance(present, float):
        return isinstance(value, int | float)
    return isinstance(value, type(present)) or (isinstance(present, Mapping) and isinstance(value, Mapping))
