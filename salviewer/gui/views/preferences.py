"""The preferences dialog: pages of choices that hold at once, each page with its own way back to the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.settings import Preferences
from salviewer.gui.views.shortcut_page import ShortcutPage

Choices = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class Choice:
    """One preference on a page. choices: (value, words); without them it is on or off, or a percentage."""

    name: str
    title: str
    help: str
    choices: Choices = ()


@dataclass(frozen=True)
class Page:
    """One page of the dialog."""

    title: str
    choices: tuple[Choice, ...]


class PreferencesDialog(QDialog):
    """`changed` carries one preference by its name; `reset_wished` the names whose defaults are wanted, () for all."""

    changed = Signal(dict)
    reset_wished = Signal(tuple)

    def __init__(self, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self.list, self.stack = QListWidget(), QStackedWidget()
        self.list.setAccessibleName("Pages")
        self.shortcuts = ShortcutPage()
        self.editors: dict[str, QWidget] = {}
        for page in pages:
            self.list.addItem(page.title)
            self.stack.addWidget(self._page(page))
        self.list.addItem("Shortcuts")
        self.stack.addWidget(self.shortcuts)
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.list.setCurrentRow(0)
        self._lay_out()

    def set_preferences(self, preferences: Preferences) -> None:
        """Show `preferences`. Emits nothing."""
        for field in fields(Preferences):
            if field.name in self.editors:
                _write(self.editors[field.name], getattr(preferences, field.name))

    def show_page(self, title: str) -> None:
        """Bring the page `title` to the front."""
        for item in self.list.findItems(title, Qt.MatchFlag.MatchExactly):
            self.list.setCurrentItem(item)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The rows of the list are as high as the style has them, which is known by now."""
        super().showEvent(event)
        self.list.doItemsLayout()

    # -- inside -------------------------------------------------------------------------------------------------

    def _page(self, page: Page) -> QWidget:
        em = theme.em(self)
        widget, form = QWidget(), QFormLayout()
        form.setHorizontalSpacing(em)
        form.setVerticalSpacing(round(em * 0.3))
        for choice in page.choices:
            editor = self._editor(choice)
            self.editors[choice.name] = editor
            if isinstance(editor, QCheckBox):
                form.addRow("", editor)
            else:
                form.addRow(choice.title, editor)
            form.addRow("", theme.label(choice.help, "help", wraps=True))
        reset = theme.mark(QPushButton("Reset this page"), "link")
        reset.clicked.connect(lambda: self.reset_wished.emit(tuple(choice.name for choice in page.choices)))
        column = QVBoxLayout(widget)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(reset, 0, Qt.AlignmentFlag.AlignRight)
        return widget

    def _editor(self, choice: Choice) -> QWidget:
        default = getattr(Preferences(), choice.name)
        if choice.choices:
            made: QWidget = QComboBox()
            for value, words in choice.choices:
                made.addItem(words, value)
            made.activated.connect(lambda i, box=made: self.changed.emit({choice.name: box.itemData(i)}))
        elif isinstance(default, bool):
            made = QCheckBox(choice.title)
            made.toggled.connect(lambda on: self.changed.emit({choice.name: on}))
        else:
            made = QSpinBox()
            made.setRange(0, 100)
            made.setSingleStep(5)
            made.setSuffix(" %")
            made.valueChanged.connect(lambda percent: self.changed.emit({choice.name: percent / 100}))
        made.setAccessibleName(choice.title)
        made.setAccessibleDescription(choice.help)
        made.setToolTip(choice.help)
        return made

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.list.setFixedWidth(em * 10)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        reset = buttons.addButton("Reset everything", QDialogButtonBox.ButtonRole.ResetRole)
        reset.setToolTip("All preferences and shortcuts as they came; layouts, presets and results stay")
        reset.clicked.connect(lambda: self.reset_wished.emit(()))
        said = theme.label("Changes hold at once. Some sizes follow a new text size at the next start.", "quiet")
        said.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(em)
        row.addWidget(self.list)
        row.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setSpacing(round(em * 0.8))
        column.addLayout(row, 1)
        column.addWidget(said)
        column.addWidget(buttons)
        self.resize(em * 48, em * 32)


def _write(editor: QWidget, value: Any) -> None:
    blocker = QSignalBlocker(editor)
    if isinstance(editor, QComboBox):
        at = editor.findData(value)
        if at < 0:
            editor.addItem(str(value), value)
            at = editor.count() - 1
        editor.setCurrentIndex(at)
    elif isinstance(editor, QCheckBox):
        editor.setChecked(value)
    elif isinstance(editor, QSpinBox):
        editor.setValue(round(value * 100))
    del blocker


def pages(methods: Mapping[str, str], sequential: Sequence[str], diverging: Sequence[str]) -> tuple[Page, ...]:
    """The pages. methods: titles by key; sequential, diverging: names of colour maps."""
    from salviewer.gui.settings import MEMORY_SHARES, TEXT_SIZES  # noqa: PLC0415 - beside its one use

    colours = (("system", "As the system has them"), ("light", "Light"), ("dark", "Dark"))
    return (
        Page("Appearance", (
            Choice("scheme", "Colours", "Of the window; maps keep theirs.", colours),
            Choice("text_size", "Text size", "In percent of the system's.", [(n, f"{n} %") for n in TEXT_SIZES]),
            Choice("helps", "Help under each setting", "A small text below each setting of a method."),
        )),
        Page("Maps", (
            Choice("sequential", "Maps without a sign", "Their colours in a new window, and now.",
                   [(name, name) for name in sequential]),
            Choice("diverging", "Signed maps", "Colours with a middle, for maps that speak for and against.",
                   [(name, name) for name in diverging]),
            Choice("opacity", "Opacity", "Of the map over the picture."),
            Choice("common_scale", "All maps of an answer share one range", "Otherwise each has its own."),
        )),
        Page("Volumes", (
            Choice("convention", "Slices", "Printed on every view and export.",
                   (("", "Ask with the first volume"), ("radiological", "Radiological: right is on the left"),
                    ("neurological", "Neurological: left is on the left"))),
            Choice("nose_left", "The nose points to the left", "In sagittal slices, whichever convention holds."),
        )),
        Page("Explaining", (
            Choice("method", "Method offered first", "What a new window begins with.", list(methods.items())),
            Choice("memory_share", "Memory for one batch", "Of what is free. Less leaves more to other programs.",
                   [(n, f"{n} %") for n in MEMORY_SHARES]),
            Choice("reopen", "Open the last workspace at the start", "Otherwise it begins with your first one."),
        )),
    )  # fmt: skip
