"""The docking area: every view is a dock that can be moved, tabbed, floated and closed, and put back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QByteArray, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from salviewer.gui import theme
from salviewer.gui.panels import AREAS, PANELS, Area, Panel

VERSION = 1
"""Of saved layouts; a layout of another version is not taken."""

WIDTHS = {"left": 18, "centre": 50, "right": 20}
"""Of the columns of the first layout, in lines of text."""

BELOW = 0.35
"""Of the column's height, for the panels below the picture when the first of them is opened."""

ROOT = Qt.DockWidgetArea.LeftDockWidgetArea


class Docks(QMainWindow):
    """A main window within the main window, without a centre: docks fill it.

    `wanted` carries the key of a panel that is looked at for the first time, so that it can be made.
    """

    wanted = Signal(str)

    def __init__(self, panels: Sequence[Panel] = PANELS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels = tuple(panels)
        self._low = frozenset(panel.key for panel in panels if panel.area == "bottom")
        self._low_height, self._restored = 0, frozenset[str]()
        self.docks = {panel.key: self._make(panel) for panel in panels}
        self.actions_by_key = {panel.key: self._make_action(panel) for panel in panels}
        self._arrange()

    # -- panels -------------------------------------------------------------------------------------------------

    def put(self, key: str, widget: QWidget) -> None:
        """Let panel `key` show `widget`."""
        dock = self.docks[key]
        old = dock.widget()
        dock.setWidget(widget)
        if old is not None and old is not widget:
            old.deleteLater()

    def show_panel(self, key: str) -> None:
        """Show panel `key` in front of its neighbours."""
        dock = self.docks[key]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()

    def offer_panel(self, key: str) -> None:
        """Show the tab of panel `key` beside its neighbours', and leave in front what is in front."""
        dock = self.docks[key]
        if not dock.isHidden():
            return
        front = next(
            (k for k in self.docks if self.is_in_sight(k) and dock in self.tabifiedDockWidgets(self.docks[k])), ""
        )
        dock.show()
        if front:
            self.docks[front].raise_()

    def toggle_panel(self, key: str) -> None:
        """Bring panel `key` to the front; take it away if it is there already."""
        dock = self.docks[key]
        if dock.isVisible() and not dock.visibleRegion().isEmpty():
            dock.hide()
        else:
            self.show_panel(key)

    def is_in_sight(self, key: str) -> bool:
        """Whether panel `key` can be seen: shown, and not behind another tab."""
        dock = self.docks[key]
        return dock.isVisible() and not dock.visibleRegion().isEmpty()

    # -- layouts ------------------------------------------------------------------------------------------------

    def layout_now(self) -> bytes:
        """The layout, to be kept."""
        return bytes(self.saveState(VERSION).data())

    def take_layout(self, kept: bytes) -> bool:
        """Arrange the docks as `kept` has it; False (and the first layout) where that cannot be done."""
        if not self.restoreState(QByteArray(kept), VERSION) or not any(d.isVisible() for d in self.docks.values()):
            self.reset()
            return False
        self._restored = frozenset(key for key in self._low if not self.docks[key].isHidden())
        self._fetch_strays()
        return True

    def reset(self) -> None:
        """The first layout."""
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self._arrange()

    # -- inside -------------------------------------------------------------------------------------------------

    def _make(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self)
        dock.setObjectName(panel.key)
        dock.setAccessibleDescription(panel.help)
        placeholder = QWidget()
        placeholder.setMinimumSize(1, 1)
        dock.setWidget(placeholder)
        dock.visibilityChanged.connect(partial(self._looked_at, panel.key))
        return dock

    def _make_action(self, panel: Panel) -> QAction:
        action = self.docks[panel.key].toggleViewAction()
        action.setToolTip(panel.help)
        action.setStatusTip(panel.help)
        if panel.shortcut:
            action.setShortcut(QKeySequence(panel.shortcut))
        return action

    def _looked_at(self, key: str, visible: bool) -> None:
        dock = self.docks[key]
        if not visible:
            if key in self._low and not dock.isFloating() and dock.height() > theme.em(self):
                self._low_height = dock.height()  # Qt would forget it
            return
        self.wanted.emit(key)
        others = self._low - {key}
        if key in self._restored:
            self._restored -= {key}  # it has its height from the layout that was kept
        elif key in self._low and all(self.docks[k].isHidden() or self.docks[k].isFloating() for k in others):
            QTimer.singleShot(0, self, lambda: self._size_below(key))

    def _size_below(self, key: str) -> None:
        """Give the panels below the picture, when the first is opened, a height of use, or the one they had before."""
        dock = self.docks[key]
        if not dock.isFloating():
            self.resizeDocks([dock], [self._low_height or round(self.height() * BELOW)], Qt.Orientation.Vertical)

    def _arrange(self) -> None:
        """Columns left, centre and right; on the left panels stand below each other, elsewhere as tabs."""
        by_area: dict[Area, list[QDockWidget]] = {
            area: [self.docks[p.key] for p in self.panels if p.area == area] for area in AREAS
        }
        heads = [by_area[area][0] for area in ("left", "centre", "right") if by_area[area]]
        for i, head in enumerate(heads):
            if i:
                self.splitDockWidget(heads[i - 1], head, Qt.Orientation.Horizontal)
            else:
                self.addDockWidget(ROOT, head)
        for above, dock in zip(by_area["left"], by_area["left"][1:], strict=False):
            self.splitDockWidget(above, dock, Qt.Orientation.Vertical)
        below = by_area["bottom"]
        if below and heads:
            self.splitDockWidget(by_area["centre"][0], below[0], Qt.Orientation.Vertical)
        for tabs in (by_area["centre"], by_area["right"], below):
            for dock in tabs[1:]:
                self.tabifyDockWidget(tabs[0], dock)
        for panel in self.panels:
            self.docks[panel.key].setVisible(panel.shown)
        self._low_height, self._restored = 0, frozenset()
        self._size_columns(heads)
        by_area["centre"][0].raise_()

    def _size_columns(self, heads: list[QDockWidget]) -> None:
        em = theme.em(self)
        widths = [em * WIDTHS[p.area] for head in heads for p in self.panels if p.key == head.objectName()]
        self.resizeDocks(heads, widths, Qt.Orientation.Horizontal)
        QTimer.singleShot(0, self, lambda: self.resizeDocks(heads, widths, Qt.Orientation.Horizontal))
        high = [p for p in self.panels if p.share and p.shown]
        docks, shares = [self.docks[p.key] for p in high], [em * p.share for p in high]
        QTimer.singleShot(0, self, lambda: self.resizeDocks(docks, shares, Qt.Orientation.Vertical))

    def _fetch_strays(self) -> None:
        """Floating docks that lie outside every screen come back to the middle of the first."""
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        for dock in self.docks.values():
            frame: QRect = dock.frameGeometry()
            if dock.isFloating() and not any(screen.intersects(frame) for screen in screens):
                frame.moveCenter(screens[0].center())
                dock.move(frame.topLeft())
