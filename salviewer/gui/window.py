"""The window: puts the views in their places, shows them the state, and passes their wishes to the actions.

What needs pyqtgraph (canvas, forms) is built right after the first paint, so that the window is there at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import commands, icons, theme
from salviewer.gui.values import NOTICE
from salviewer.gui.views.cards import ModelView, PictureView
from salviewer.gui.views.messages import MessagesView
from salviewer.gui.views.prediction import PredictionView
from salviewer.gui.views.results import ResultsView
from salviewer.gui.views.welcome import WelcomeView
from salviewer.gui.wiring import Wiring

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.evaluation_wiring import EvaluationWiring
    from salviewer.gui.state import State
    from salviewer.gui.study_wiring import StudyWiring
    from salviewer.gui.views.heatmap import HeatmapView
    from salviewer.gui.views.method import MethodView
    from salviewer.gui.views.run import RunView
    from salviewer.gui.views.trust import TrustView

SMALLEST_SCREEN = (1366, 768)


class Window(QMainWindow):
    """`furnished` is emitted once all views are there, `closed` when the person has closed the window."""

    furnished = Signal()
    closed = Signal()

    def __init__(self, state: State, actions: Actions) -> None:
        super().__init__()
        self.state, self.actions = state, actions
        self.setWindowTitle("SalViewer")
        self.setWindowIcon(icons.application_icon())
        self.setAcceptDrops(True)
        self.heatmap: HeatmapView | None = None
        self.method: MethodView | None = None
        self.run: RunView | None = None
        self.trust: TrustView | None = None
        self.trust_dock = self._make_dock("Trust")
        self.evaluation: EvaluationWiring | None = None
        self.study: StudyWiring | None = None
        self.model, self.picture, self.prediction = ModelView(), PictureView(), PredictionView()
        self.results, self.messages, self.welcome = ResultsView(), MessagesView(), WelcomeView()
        self.commands = commands.make_actions(self)
        self._lay_out()
        self.wiring = Wiring(self)
        self.welcome.painted.connect(lambda: QTimer.singleShot(0, self.furnish))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._scheme: theme.Scheme = "system"
        self._resize_to_screen()

    def furnish(self) -> None:
        """Build the canvas and the method panel. Does nothing the second time."""
        if self.heatmap is not None:
            return
        from salviewer.gui.views.heatmap import HeatmapView  # noqa: PLC0415 - loads pyqtgraph, after the first paint
        from salviewer.gui.views.method import MethodView  # noqa: PLC0415
        from salviewer.gui.views.run import RunView  # noqa: PLC0415
        from salviewer.gui.views.trust import TrustView  # noqa: PLC0415

        self.heatmap, self.method, self.run, self.trust = HeatmapView(), MethodView(), RunView(), TrustView()
        self.trust_dock.setWidget(self.trust)
        self.centre.addWidget(self.heatmap)
        self._right.addWidget(self.method, 1)
        self._right.addWidget(self.run)
        self.wiring.connect_late_views()
        self.heatmap.canvas.setFocus()  # no button looks chosen before somebody chooses
        self.furnished.emit()

    # -- deeds that are the window's own ------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture."""
        if self.heatmap is not None:
            self.heatmap.canvas.fit()

    def actual_size(self) -> None:
        """One picture pixel per dot of the screen."""
        if self.heatmap is not None:
            self.heatmap.canvas.actual_size()

    def zoom(self, factor: float) -> None:
        """Closer or farther."""
        if self.heatmap is not None:
            self.heatmap.canvas.zoom(factor)

    def toggle_trust(self) -> None:
        """Show or hide the judgements of the map."""
        self.trust_dock.setVisible(not self.trust_dock.isVisible())

    def open_evaluation(self) -> None:
        """Show the evaluation's window, which is made when it is first wanted."""
        if self.evaluation is None:
            from salviewer.gui.evaluation_wiring import EvaluationWiring  # noqa: PLC0415 - loads numpy and superqt

            self.evaluation = EvaluationWiring(self)
        shown = self.evaluation.window
        shown.showNormal() if shown.isMinimized() else shown.show()
        shown.raise_()
        shown.activateWindow()

    def close_evaluation(self) -> None:
        """Let go of the evaluation's window; the undo of `open_evaluation`."""
        if self.evaluation is not None:
            self.evaluation.close()
            self.evaluation = None

    def open_study(self) -> None:
        """Show the reader study's window, which is made when it is first wanted."""
        if self.study is None:
            from salviewer.gui.study_wiring import StudyWiring  # noqa: PLC0415 - loads numpy and superqt

            self.study = StudyWiring(self)
        shown = self.study.window
        shown.showNormal() if shown.isMinimized() else shown.show()
        shown.raise_()
        shown.activateWindow()

    def close_study(self) -> None:
        """Let go of the reader study's window; the undo of `open_study`."""
        if self.study is not None:
            self.study.close()
            self.study = None

    def toggle_help(self) -> None:
        """Show or hide the small texts under the settings."""
        self.actions.toggle_helps()

    def set_scheme(self, scheme: theme.Scheme) -> None:
        """Light, dark, or as the system has it."""
        self._scheme = scheme
        theme.apply(QApplication.instance(), scheme)
        icons.refresh(self)
        self.messages.set_messages(self.state.messages)
        if self.heatmap is not None:
            self.heatmap.dress()
        for other in (self.evaluation, self.study):
            if other is not None:
                other.dress()

    # -- Qt's events --------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask while something runs."""
        if not self.actions.may_close():
            event.ignore()
            return
        event.accept()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys that nobody else wanted."""
        key = "Space" if event.key() == Qt.Key.Key_Space else event.text()
        command = commands.soft_command(key)
        if command is not None and command.can(self.state):
            command.do(self)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files are welcome anywhere on the window."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.actions.open_files(paths)

    # -- layout -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.centre = QStackedWidget()
        self.centre.addWidget(self.welcome)
        middle, column = _column(em)
        column.addWidget(self.messages)
        column.addWidget(self.centre, 1)
        right, self._right = _column(em)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((self._make_left(em), 0), (middle, 1), (right, 0)):
            splitter.addWidget(part)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
            splitter.setCollapsible(splitter.count() - 1, False)
        splitter.setHandleWidth(round(em * 0.6))
        splitter.setSizes([em * 18, em * 48, em * 19])
        splitter.widget(0).setMinimumWidth(em * 15)
        right.setMinimumWidth(em * 17)
        middle.setMinimumWidth(em * 30)
        outer = QWidget()
        row = QHBoxLayout(outer)
        row.setContentsMargins(*(round(em * 0.6),) * 4)
        row.addWidget(splitter)
        self.setCentralWidget(outer)
        self._make_status_bar(em)

    def _make_dock(self, title: str) -> QDockWidget:
        """A panel below the map that can be moved, floated and closed; hidden at first."""
        dock = QDockWidget(title, self)
        dock.setObjectName(title.lower())
        dock.hide()
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        return dock

    def _make_left(self, em: int) -> QWidget:
        left, column = _column(em)
        buttons = QHBoxLayout()
        for wish, text in (("model.open", "Open model"), ("picture.open", "Open picture")):
            action = self.commands[wish]
            button = QPushButton(text)
            icons.give(button, action.property(icons.NAME))
            button.setToolTip(f"{text} ({action.shortcut().toString()})")
            button.clicked.connect(action.trigger)
            buttons.addWidget(button, 1)
        column.addLayout(buttons)
        for view in (self.model, self.picture, self.prediction):
            column.addWidget(view)
        column.addWidget(self.results, 1)
        return left

    def _make_status_bar(self, em: int) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self.value, self.place, self.busy, self.device = QLabel(), QLabel(), QLabel(), QLabel()
        self.place.setMinimumWidth(em * 9)
        self.value.setMinimumWidth(em * 16)
        notice = theme.label("Research use only. Not for diagnosis.", "quiet")
        notice.setToolTip(NOTICE)
        for widget in (self.place, self.value):
            bar.addWidget(widget)
        bar.setContentsMargins(round(em * 0.6), 0, round(em * 0.6), 0)
        self.errand = QProgressBar()
        self.errand.setTextVisible(False)
        self.errand.setFixedWidth(em * 6)
        self.errand.setAccessibleName("Progress of opening")
        self.errand.hide()
        for widget in (theme.mark(self.busy, "quiet"), self.errand, self.device, notice):
            bar.addPermanentWidget(widget)

    def _resize_to_screen(self) -> None:
        screen = QGuiApplication.primaryScreen().availableGeometry()
        em = theme.em(self)
        self.resize(min(em * 92, screen.width()), min(em * 56, screen.height()))

    def _system_changed(self) -> None:
        if self._scheme == "system":
            self.set_scheme("system")


def _column(em: int) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(round(em * 0.6))
    return part, column
