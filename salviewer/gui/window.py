"""The window: puts the views in their places, shows them the state, and passes their wishes to the actions.

What needs pyqtgraph (canvas, forms) is built right after the first paint, so that the window is there at once.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from salviewer.gui import commands, hints, icons, theme
from salviewer.gui.closing import may_close
from salviewer.gui.docks import Docks
from salviewer.gui.own_window import OwnWindow
from salviewer.gui.settings_wiring import SettingsWiring
from salviewer.gui.standing import Standing
from salviewer.gui.views.cards import ModelView, PictureView
from salviewer.gui.views.messages import MessagesView
from salviewer.gui.views.prediction import PredictionView
from salviewer.gui.views.status_bar import StatusBar
from salviewer.gui.views.tool_bar import ToolBar
from salviewer.gui.views.welcome import WelcomeView
from salviewer.gui.wiring import Wiring
from salviewer.gui.workspace_menu import WorkspaceMenu

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from salviewer.gui.actions import Actions
    from salviewer.gui.method_wiring import MethodWiring
    from salviewer.gui.state import State
    from salviewer.gui.views.heatmap import HeatmapView
    from salviewer.gui.views.method import MethodView
    from salviewer.gui.views.run import RunView
    from salviewer.gui.volumes.wiring import VolumesWiring
    from salviewer.jobs.batches import Batch


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
        self.method_wiring: MethodWiring | None = None
        self.evaluation = OwnWindow("salviewer.gui.evaluation_wiring:EvaluationWiring", self)
        self.study = OwnWindow("salviewer.gui.study_wiring:StudyWiring", self)
        self.model, self.picture, self.prediction = ModelView(), PictureView(), PredictionView()
        self.messages, self.welcome = MessagesView(), WelcomeView()
        self.menus: dict[str, QMenu] = {}
        self.commands = commands.make_actions(self, commands.COMMANDS)
        self.docks = Docks()
        self._panels: dict[str, Any] = {}
        preferences = actions.settings.preferences
        self.scheme: theme.Scheme = preferences.scheme
        self.text_size = preferences.text_size
        self._lay_out()
        self.settings = SettingsWiring(self)
        self.wiring = Wiring(self)
        self.workspace = WorkspaceMenu(self)
        self.standing = Standing(self)
        self.welcome.painted.connect(lambda: QTimer.singleShot(0, self.furnish))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._resize_to_screen()

    def furnish(self) -> None:
        """Build the canvas and the method panel. Does nothing the second time."""
        if self.heatmap is not None:
            return
        from salviewer.gui.trust_badge import TrustBadge  # noqa: PLC0415
        from salviewer.gui.truth_wiring import TruthOnCanvas  # noqa: PLC0415
        from salviewer.gui.views.heatmap import HeatmapView  # noqa: PLC0415 - loads pyqtgraph, after the first paint
        from salviewer.gui.views.method import MethodView  # noqa: PLC0415
        from salviewer.gui.views.run import RunView  # noqa: PLC0415

        self.heatmap, self.method, self.run = HeatmapView(), MethodView(), RunView()
        self.centre.addWidget(self.heatmap)
        self.docks.put("method", _column(self, self.method, self.run, stretch=self.method))
        self.wiring.connect_late_views()
        self.truth_on_canvas = TruthOnCanvas(self)
        self.trust_badge = TrustBadge(self, self.heatmap)
        self.docks.wanted.connect(self.panel)
        for panel in self.docks.panels:
            if panel.make and self.docks.is_in_sight(panel.key):
                self.panel(panel.key)
        self.show_keys()
        icons.refresh(self)  # those in the menus, which nobody has seen yet
        self.heatmap.canvas.setFocus()  # no button looks chosen before somebody chooses
        self.furnished.emit()

    # -- panels -------------------------------------------------------------------------------------------------

    def panel(self, key: str) -> Any:
        """What is behind panel `key`, made when it is first wanted; None for those that the window makes itself."""
        made = next(panel for panel in self.docks.panels if panel.key == key)
        if key not in self._panels and made.make and self.heatmap is not None:
            self._panels[key] = made.create(self)
            self.docks.put(key, self._panels[key].view)
            hints.show_keys(self.docks.docks[key], self.settings.shortcuts.keys)
        return self._panels.get(key)

    def show_panel(self, key: str) -> Any:
        """Bring panel `key` to the front; what is behind it."""
        self.docks.show_panel(key)
        return self.panel(key)

    def show_folder(self, batch: Batch | None) -> None:
        """Bring a folder that was opened into sight; a collection's samples stay behind the picture."""
        if batch is not None and batch.place:
            self.show_panel("folder")

    def close_panels(self) -> None:
        """Let go of what is behind the panels; the undo of `panel`."""
        for made in self._panels.values():
            if hasattr(made, "close"):
                made.close()
        # They stay until the window goes: a wish that is still on its way must find whom it is meant for.

    @cached_property
    def volumes(self) -> VolumesWiring:
        """What shows volumes, in the heatmap's place; made with the first of them."""
        from salviewer.gui.volumes.wiring import VolumesWiring  # noqa: PLC0415 - with the first volume

        made = self.__dict__["volumes"] = VolumesWiring(self)  # known before it begins: what it says asks for it again
        self.centre.addWidget(made.view)
        made.begin()
        hints.show_keys(made.view, self.settings.shortcuts.keys)
        return made

    # -- deeds that are the window's own ------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture."""
        if self.state.is_volume:
            self.volumes.view.slices.fit()
        elif self.heatmap is not None:
            self.heatmap.canvas.fit()

    def actual_size(self) -> None:
        """One picture pixel per dot of the screen."""
        if self.heatmap is not None:
            self.heatmap.canvas.actual_size()

    def zoom(self, factor: float) -> None:
        """Closer or farther."""
        if self.state.is_volume:
            self.volumes.view.zoom(factor)
        elif self.heatmap is not None:
            self.heatmap.canvas.zoom(factor)

    def toggle_help(self) -> None:
        """Show or hide the small texts under the settings."""
        self.actions.displaying.toggle_helps()

    def set_scheme(self, scheme: theme.Scheme, text_size: int | None = None) -> None:
        """Light, dark, or as the system has it; text_size: percent of the system's, None as it is now."""
        self.scheme, self.text_size = scheme, text_size or self.text_size
        theme.apply(QApplication.instance(), scheme, text_size)
        icons.refresh(self)
        self.messages.set_messages(self.state.messages)
        if self.heatmap is not None:
            self.heatmap.dress()
        for other in (self.evaluation, self.study, self.__dict__.get("volumes"), *self._panels.values()):
            if hasattr(other, "dress"):
                other.dress()

    # -- Qt's events --------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask while something runs."""
        if not may_close(self.actions):
            event.ignore()
            return
        event.accept()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys that nobody else wanted."""
        command = self.settings.soft_command(event)
        if command is not None and command.is_on(self):
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
        self.docks.put("open", _column(self, self.model, self.picture))
        self.docks.put("prediction", self.prediction)
        self.docks.put("heatmap", self.centre)
        outer = _column(self, self.messages, self.docks, stretch=self.docks)
        outer.layout().setContentsMargins(round(em * 0.3), round(em * 0.3), round(em * 0.3), 0)
        self.setCentralWidget(outer)
        self._list_panels()
        self.tools = ToolBar(self, self.commands)
        self.addToolBar(self.tools)
        self.status = StatusBar(self)
        self.setStatusBar(self.status)

    def _list_panels(self) -> None:
        """The panels in their menu, in the order of the table."""
        menu = self.menus["View/Panels"]
        first = menu.actions()[0] if menu.actions() else None
        for panel in self.docks.panels:
            action = self.docks.actions_by_key[panel.key]
            menu.insertAction(first, action)
            self.addAction(action)
        menu.insertSeparator(first)

    def show_keys(self) -> None:
        """The keys of all that can be pressed, as they are set now, in its tooltip."""
        self.tools.show_keys()
        if self.heatmap is not None:
            hints.show_keys(self, self.settings.shortcuts.keys)

    def _resize_to_screen(self) -> None:
        screen = QGuiApplication.primaryScreen().availableGeometry()
        em = theme.em(self)
        self.resize(min(em * 92, screen.width()), min(em * 56, screen.height()))

    def _system_changed(self) -> None:
        if self.scheme == "system":
            self.set_scheme("system")


def _column(window: QWidget, *widgets: QWidget, stretch: QWidget | None = None) -> QWidget:
    """`widgets` below one another; `stretch` gets the room that is left, or nobody."""
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(round(theme.em(window) * 0.4))
    for widget in widgets:
        column.addWidget(widget, 1 if widget is stretch else 0)
    if stretch is None:
        column.addStretch(1)
    return part
