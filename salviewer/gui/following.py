"""Decides when the chosen method follows: run on the picture that one stays at, or shown where its result is known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from salviewer.gui.running import why_not

if TYPE_CHECKING:
    from collections.abc import Callable

    from salviewer.api.jobspec import InputRef
    from salviewer.gui.actions import Actions
    from salviewer.gui.batch_values import BatchState
    from salviewer.gui.values import OpenPicture, ResultItem

STAY_MS = 350
"""Who stays at a picture for so long wants to see more of it than its thumbnail."""
PASSED_S = 0.15
"""Pictures that follow each other faster than this are passed by, with a key held down: nothing is made of them."""


class Following:
    """What follows from one picture to the next. `memory` is the folder's; `clock` gives seconds."""

    def __init__(self, actions: Actions, memory: BatchState, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._turned = clock, float("-inf")
        self._actions, self._state, self._desk, self._memory = actions, actions.state, actions.desk, memory
        self._digests: dict[int, str] = {}
        self._mine = 0
        self._map_of = ""
        self._stay = QTimer(memory)
        self._stay.setSingleShot(True)
        self._stay.setInterval(STAY_MS)
        self._stay.timeout.connect(self._follow)
        self._state.picture_changed.connect(self._another)

    def close(self) -> None:
        """Follow nobody any more."""
        self._stay.stop()

    def wish_map_of(self, key: str) -> None:
        """Show a known result once the picture called `key` is open; "" none."""
        self._map_of = key

    def set_follow(self, on: bool) -> None:
        """Run the chosen method on the picture that one stays at, or no longer."""
        self._memory.follow = on
        if on:
            self._stay.start()
        else:
            self._stay.stop()
            self._leave()

    def at_once(self) -> None:
        """Explain a new picture before the model is asked for its prediction, where the method needs one pass for both.

        Such a method keeps the pass's logits, which the prediction is then read from: the other way round there would
        be two passes.
        """
        turned, self._turned = self._turned, self._clock()
        info = self._state.methods.get(self._state.choice.method)
        if not self._memory.follow or info is None or not info.late_target or self._turned - turned < PASSED_S:
            return
        self._stay.stop()
        self._follow()

    def _another(self, opened: OpenPicture | None) -> None:
        self._leave()
        if opened is not None and opened.ref.source == self._map_of:
            self.show_known()
        self._map_of = ""
        if self._memory.follow and opened is not None:
            self._stay.start()

    def _leave(self) -> None:
        """Stop what was run for the picture before."""
        if any(r.number == self._mine and not r.cancelling for r in self._state.busy):
            self._desk.cancel(self._mine)
        self._mine = 0

    def _follow(self) -> None:
        if why_not(self._state) or (self._state.shown is not None and not self._state.shown.partial):
            return
        known = self.result_for(self._actions.running.spec().input)
        if known is None:
            self._mine = self._actions.running.run() or 0
        else:
            self._show(known)

    def result_for(self, ref: InputRef, *, any_target: bool = False) -> ResultItem | None:
        """The newest result of what is chosen about the picture `ref`; `any_target`: of whatever class."""
        state = self._state
        if state.model is None or not state.choice.method or not ref.sha256:
            return None
        wanted = self._actions.running.spec().model_copy(update={"input": ref})
        exact = wanted.fingerprint()
        for item in state.results:
            if item.spec.method != wanted.method or item.spec.input.sha256 != ref.sha256:
                continue
            asked = item.spec.model_copy(update={"target": wanted.target}) if any_target else item.spec
            if self._digest(item, asked, fixed=not any_target) == exact:
                return item
        return None

    def _digest(self, item: ResultItem, spec: Any, *, fixed: bool) -> str:
        if not fixed:
            return str(spec.fingerprint())
        if item.id not in self._digests:
            self._digests[item.id] = str(spec.fingerprint())
        return self._digests[item.id]

    def show_known(self) -> None:
        """Show a result of the chosen method on the open picture, if there is one."""
        opened = self._state.picture
        known = self.result_for(opened.ref, any_target=True) if opened is not None else None
        if known is not None:
            self._show(known)

    def _show(self, known: ResultItem) -> None:
        """Show a result if it is still about this model's weights and this picture; else run anew."""
        state, picture = self._state, self._state.picture

        def fetched(explanation: Any, _: Any) -> None:
            if state.picture is not picture or state.model is None:
                return
            if explanation.provenance.get("model", {}).get("sha256") == state.model.sha256:
                self._actions.keeping.show(known)
            elif self._memory.follow:
                self._mine = self._actions.running.run() or 0

        self._actions.keeping.fetch(known, fetched, lambda error: True)
