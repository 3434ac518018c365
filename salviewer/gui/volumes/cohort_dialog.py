"""Asks which group of a collection is explained, by which method, for one ranking of regions."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from salviewer.gui import theme
from salviewer.gui.volumes.cohort import LEAST, Group, Subjects

HOW = (
    "Each subject of the group is explained by itself, for its own class. The maps are added, the regions ranked; how "
    "sure a rank is comes from drawing the subjects anew many times. Choose subjects that the model was not trained on."
)


class CohortDialog(QDialog):
    """`chosen` carries the `Group`."""

    chosen = Signal(object)

    def __init__(
        self, subjects: Subjects, methods: Mapping[str, str], method: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Explain a cohort")
        self._subjects = subjects
        self.group, self.method, self.most = QComboBox(), QComboBox(), QSpinBox()
        self.said = theme.label("", "quiet", wraps=True)
        for label, name in enumerate(subjects.classes):
            self.group.addItem(f"{name} ({len(subjects.of(label))})", label)
        for key, title in methods.items():
            self.method.addItem(title, key)
        self.method.setCurrentIndex(max(0, self.method.findData(method)))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.run = self.buttons.addButton("Run", QDialogButtonBox.ButtonRole.AcceptRole)
        theme.mark(self.run, "primary")
        self.group.currentIndexChanged.connect(self._took_group)
        self.most.valueChanged.connect(self._say)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self.wanted()))
        self._lay_out()
        largest = max(range(len(subjects.classes)), key=lambda label: (bool(subjects.of(label)), label), default=0)
        self.group.setCurrentIndex(largest)
        self._took_group()

    def wanted(self) -> Group:
        """What the fields say."""
        return Group(self.method.currentData(), self.group.currentData(), self.most.value())

    def _took_group(self) -> None:
        count = len(self._subjects.of(self.group.currentData())) if self.group.count() else 0
        self.most.setRange(min(LEAST, count), max(count, 0))
        self.most.setValue(count)
        self._say()

    def _say(self) -> None:
        enough = self.most.value() >= LEAST
        self.run.setEnabled(enough and self.method.count() > 0)
        count = self.most.value()
        self.said.setText(f"{count} explanations, one after the other." if enough else "This group is too small.")

    def _lay_out(self) -> None:
        em = theme.em(self)
        form = QFormLayout()
        for title, field in (("Group (true class)", self.group), ("Subjects", self.most), ("Method", self.method)):
            form.addRow(title, field)
            field.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setSpacing(round(em * 0.6))
        column.addWidget(theme.label(HOW, wraps=True))
        column.addLayout(form)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
        self.resize(em * 32, self.sizeHint().height())
