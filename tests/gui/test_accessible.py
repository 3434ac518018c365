"""Every control of the furnished window has a name, is reached by Tab, and every command is unique in the menus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QToolBar,
    QWidget,
)

from salviewer.gui.commands import COMMANDS, MENUS

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox),
    *(QComboBox, QLineEdit, QPlainTextEdit, QTextEdit),
)
OF_OTHERS = (QHeaderView, QScrollBar, QMenuBar, QToolBar, QTabBar)


def controls(window):
    """What a person can use, leaving out the inner parts of spin boxes, combo boxes and scroll areas."""
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        inner = isinstance(parent, (QComboBox, QAbstractSpinBox, QAbstractScrollArea)) and not isinstance(
            widget, QAbstractButton
        )
        qts = widget.objectName().startswith("qt_") or (
            parent is not None and parent.inherits("QComboBoxPrivateContainer")
        )
        in_field = isinstance(widget, QAbstractButton) and isinstance(parent, QLineEdit)
        if isinstance(widget, CONTROLS) and not isinstance(widget, OF_OTHERS) and not (inner or qts or in_field):
            yield widget


def around(widget):
    while (widget := widget.parentWidget()) is not None:
        yield widget


def name_of(widget):
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else widget.accessibleName()


@pytest.fixture
def furnished(loaded, qtbot):
    """The window with every panel made."""
    for panel in loaded.window.docks.panels:
        loaded.window.show_panel(panel.key)
    loaded.actions.choose_method("light")
    return loaded


def test_every_control_has_a_name(furnished):
    nameless = [
        f"{type(w).__name__} {w.objectName()} in {' in '.join(type(p).__name__ for p in around(w))}"
        for w in controls(furnished.window)
        if not name_of(w)
    ]
    assert nameless == []


def test_every_control_in_sight_is_reached_by_tab(furnished, qtbot):
    window = furnished.window
    reachable, at = set(), window
    while at not in reachable:
        reachable.add(at)
        at = at.nextInFocusChain()
    lost = []
    for widget in controls(window):
        if not widget.isVisible() or not widget.isEnabled() or isinstance(widget.parentWidget(), QToolBar):
            continue
        by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) or widget.focusProxy() is not None
        if not by_tab and not widget.property("mouse_only") and widget.window() is window:
            lost.append(f"{type(widget).__name__} “{name_of(widget)}” in {type(widget.parentWidget()).__name__}")
        elif by_tab and widget not in reachable and widget.window() is window:
            lost.append(f"{type(widget).__name__} “{name_of(widget)}” is not in the chain")
    assert lost == []


def test_every_command_stands_in_the_menus_once(furnished):
    found = []

    def look(menu):
        for action in menu.actions():
            if action.menu() is not None:
                look(action.menu())
            else:
                found.append(action)

    for menu in MENUS:
        look(furnished.window.menus[menu])
    for command in COMMANDS:
        assert found.count(furnished.window.commands[command.id]) == bool(command.menu), command.id
    assert {command.menu.partition("/")[0] for command in COMMANDS} <= {*MENUS, ""}


def test_every_title_is_said_once_per_menu(furnished):
    said = [(command.menu, command.title) for command in COMMANDS]
    assert len(said) == len(set(said))
