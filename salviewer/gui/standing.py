"""How things stand, at the edges of the window: memory, the cost of Run, progress in the title, what is new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from salviewer.gui import theme
from salviewer.gui.under_way import explaining

if TYPE_CHECKING:
    from salviewer.gui.window import Window

MARK = re.compile(r"^\[\d+ %\] ")


class Standing(QObject):
    """Connects one window's edges, for as long as the window lives."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._w, self._state, self._actions = window, window.state, window.actions
        self.news = theme.mark(QPushButton(), "link")
        self.news.setToolTip("Finished while you were elsewhere: show the list of jobs")
        self.news.clicked.connect(self._show_news)
        window.status.addPermanentWidget(self.news)
        state, actions = self._state, self._actions
        for signal, heard in (
            (state.busy_changed, self._progress),
            (state.model_changed, self._model),
            (state.choice_changed, self._cost),
            (state.grid_changed, self._cost),
            (actions.memory.reading_changed, self._memory),
            (actions.queueing.news_changed, self._news),
            (actions.queueing.finished, self._finished),
            (actions.queueing.finished, self._cost),
            (window.furnished, self._cost),
            (QGuiApplication.instance().applicationStateChanged, self._activity),
        ):
            signal.connect(heard)
        self._news()
        self._memory()

    # -- memory and cost ----------------------------------------------------------------------------------------

    def _model(self, _: Any) -> None:
        self._actions.memory.refresh()
        self._memory()
        self._cost()

    def _memory(self, _: Any = None) -> None:
        card, reading = self._state.model, self._actions.memory.reading
        where = f"runs on {card.device}" if card else ""
        kind = "the GPU" if reading is not None and reading.device != "cpu" else "this computer"
        text = " · ".join(part for part in (where, str(reading or "")) if part)
        self._w.status.set_device(text, f"Memory of {kind}" if reading else "")
        self._cost()

    def _cost(self, _: Any = None) -> None:
        if self._w.run is not None:
            cost = self._actions.estimating.cost(self._actions.memory.reading)
            self._w.run.set_estimate(cost.text, warns=cost.warns, why=cost.why)

    # -- progress and news --------------------------------------------------------------------------------------

    def _progress(self, busy: Any) -> None:
        running = explaining(busy)
        share = f"[{100 * running.fraction:.0f} %] " if running is not None and running.started else ""
        title = share + MARK.sub("", self._w.windowTitle())
        if title != self._w.windowTitle():
            self._w.setWindowTitle(title)

    def _finished(self, entry: Any) -> None:
        """Say what ended where somebody looks elsewhere, without taking the keyboard from them."""
        if not self._actions.queueing.watched:
            self._w.status.showMessage(f"Finished: {entry.title}.")
            QApplication.alert(self._w)

    def _news(self, _: Any = None) -> None:
        count = self._actions.queueing.news
        self.news.setText(f"{count} new")
        self.news.setVisible(count > 0)
        self._badge(count)

    def _badge(self, count: int) -> None:
        QGuiApplication.instance().setBadgeNumber(count)

    def _activity(self, state: Qt.ApplicationState) -> None:
        self._actions.queueing.watched = state == Qt.ApplicationState.ApplicationActive

    def _show_news(self) -> None:
        self._actions.queueing.look()
        self._w.show_panel("jobs")
