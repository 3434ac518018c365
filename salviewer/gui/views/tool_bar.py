"""Shows the commands that are wanted most, in groups, as buttons below the menus."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QWidget

from salviewer.gui import icons, theme

TOOLS = (("model.open", "picture.open", "folder.open"), ("sample.previous", "sample.next"), ("run", "cancel"))
"""The commands on the tool bar, in groups."""


class ToolBar(QToolBar):
    """`commands`: every command of the window by its key."""

    def __init__(self, window: QWidget, commands: Mapping[str, QAction]) -> None:
        super().__init__("Tools", window)
        self.setObjectName("tools")
        self.setMovable(False)
        em = theme.em(window)
        self.setIconSize(QSize(round(em * 1.2), round(em * 1.2)))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for group in TOOLS:
            for wish in group:
                self.addAction(commands[wish])
                icons.refresh(commands[wish])
            self.addSeparator()
        self.show_keys()

    def show_keys(self) -> None:
        """The keys of each tool, as they are set now, in its tooltip."""
        for action in self.actions():
            keys = action.shortcut().toString()
            action.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
