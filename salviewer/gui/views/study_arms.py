"""What is compared: a row per arm, and how to add one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QElidingLabel

from salviewer.gui import icons, theme
from salviewer.gui.study_values import PlannedArm
from salviewer.gui.values import ModelCard


class ArmsView(QWidget):
    """`add_wished` (a model's place, a method's key), `remove_wished` (an arm's place), `model_wished`."""

    add_wished = Signal(int, str)
    remove_wished = Signal(int)
    model_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[_Arm, ...] = ()
        self.model, self.method = QComboBox(), QComboBox()
        self.add, self.another = QPushButton("Add"), theme.mark(QPushButton("Another model …"), "link")
        self._arms: tuple[PlannedArm, ...] = ()
        self._none = theme.label("Nothing yet: add two maps or more.", "quiet")
        self._lay_out()
        self.add.clicked.connect(
            lambda: self.add_wished.emit(self.model.currentIndex(), str(self.method.currentData()))
        )
        self.another.clicked.connect(self.model_wished)

    def set_methods(self, families: Mapping[str, tuple[tuple[str, str, str], ...]]) -> None:
        """Key, title and question of each method, by family."""
        for family, members in families.items():
            for key, title, answers in members:
                self.method.addItem(title, key)
                self.method.setItemData(self.method.count() - 1, f"{family}: {answers}", Qt.ItemDataRole.ToolTipRole)

    def set_models(self, models: tuple[ModelCard, ...]) -> None:
        """Models of which maps can be added."""
        names = [card.title for card in models]
        if names == [self.model.itemText(i) for i in range(self.model.count())]:
            return
        more = len(names) > self.model.count()
        with QSignalBlocker(self.model):
            self.model.clear()
            self.model.addItems(names)
            self.model.setCurrentIndex(len(names) - 1 if more else 0)
        self.add.setEnabled(bool(models))

    def set_arms(self, arms: tuple[PlannedArm, ...], labels: tuple[str, ...]) -> None:
        """Show what is compared."""
        if arms == self._arms and len(arms) == len(self.rows):
            return
        self._arms = arms
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = tuple(_Arm(arm, label) for arm, label in zip(arms, labels, strict=True))
        for at, row in enumerate(self.rows):
            row.remove.clicked.connect(lambda _=False, at=at: self.remove_wished.emit(at))
            self._list.insertWidget(at, row)
        self._none.setVisible(not arms)

    def _lay_out(self) -> None:
        em = theme.em(self)
        inner = theme.mark(QWidget(), "flat")
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(round(em * 0.2))
        self._list.addWidget(self._none)
        self._list.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for box, name in ((self.model, "Model"), (self.method, "Method")):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.model.setPlaceholderText("no model is open")
        self.add.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(round(em * 0.4))
        row.addWidget(self.method, 3)
        row.addWidget(theme.label("on", "quiet"))
        row.addWidget(self.model, 3)
        row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(em * 0.4))
        column.addLayout(row)
        column.addWidget(self.another, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(area, 1)


class _Arm(QFrame):
    """One arm: its name in the results, its changed settings, and a cross."""

    def __init__(self, arm: PlannedArm, label: str) -> None:
        super().__init__()
        em = theme.em(self)
        name = QElidingLabel(label)
        settings = ", ".join(f"{key} {value}" for key, value in arm.params.items())
        about = QElidingLabel(settings or "default settings")
        theme.mark(about, "quiet")
        about.setToolTip(settings)
        self.remove = QToolButton()
        icons.give(self.remove, "close")
        self.remove.setAccessibleName(f"Do not compare {label}")
        self.remove.setToolTip("Remove")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.6))
        row.addWidget(name, 3)
        row.addWidget(about, 2)
        row.addWidget(self.remove)
