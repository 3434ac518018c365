"""The dialog that asks which model to open: weights, architecture, classes, outputs, preprocessing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.api.jobspec import ModelRef
from salviewer.gui import icons, theme
from salviewer.gui.preprocessing_fields import PreprocessingFields
from salviewer.gui.values import OUTPUT_WORDS

FROM_FILE = "from a file"
UNTRAINED = "random"
AS_KNOWN = "as the network says, else ask"


class ModelDialog(QDialog):
    """`chosen` carries a `ModelRef`. `lookup` answers `names(then)` and `facts(name, then)`, later."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None, file: Path | None, lookup: Any) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open a model")
        self._lookup = lookup
        self._names: set[str] = set()
        self._looked_up = ""
        self.file, self.architecture, self.weights = QLineEdit(str(file or "")), QComboBox(), QComboBox()
        self.classes, self.outputs = QLineEdit(), QComboBox()
        self.preprocessing = PreprocessingFields()
        self._fold, self._folded = QToolButton(), QWidget()
        self._missing = theme.label("", "quiet", wraps=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button = QPushButton("Open")
        theme.mark(self.open_button, "primary")
        self._fill()
        self._lay_out()
        self._connect()
        self._check()
        lookup.names(self.set_names)

    def set_names(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Offer `names`, by family; what was typed meanwhile stays."""
        typed = self.architecture.currentText()
        self.architecture.blockSignals(True)
        self.architecture.clear()
        for family, members in names.items():
            for name in members:
                self.architecture.addItem(name)
                self.architecture.setItemData(self.architecture.count() - 1, family, Qt.ItemDataRole.ToolTipRole)
        self._names = {name for members in names.values() for name in members}
        self.architecture.setEditText(typed)
        self.architecture.blockSignals(False)
        self.architecture.lineEdit().setPlaceholderText(f"type part of a name; there are {len(self._names)}")
        completer = QCompleter(self.architecture.model(), self.architecture)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._named)
        self.architecture.setCompleter(completer)
        self._named()

    def reference(self) -> ModelRef:
        """The model that the fields name.

        Raises:
            ValueError: a field cannot be used; the message is a sentence for the person.
        """
        name = self.architecture.currentText().strip()
        if not name:
            raise ValueError("Choose the network's architecture: a weights file holds numbers, not the network.")
        if self._names and name not in self._names:
            raise ValueError(f"There is no architecture called “{name}”: pick one from the list.")
        weights: str | None = self.weights.currentData()
        if weights == FROM_FILE:
            weights = self.file.text().strip()
            if not weights:
                raise ValueError("Choose the weights file.")
        outputs = self.outputs.currentData()
        return ModelRef(
            architecture=name,
            weights=weights,
            classes=self.classes.text().strip() or None,
            outputs=outputs or None,
            preprocessing=self.preprocessing.value(),
        )

    def done(self, result: int) -> None:
        """Close; answers that still come are not waited for."""
        self._lookup.close()
        super().done(result)

    # -- inside -------------------------------------------------------------------------------------------------

    def _named(self, *_: object) -> None:
        """Look up what is known about the architecture once its name is complete."""
        name = self.architecture.currentText().strip()
        if name in self._names and name != self._looked_up:
            self._looked_up = name
            self._lookup.facts(name, lambda facts: self._learn(name, facts))
        self._check()

    def _learn(self, name: str, facts: Any) -> None:
        if name != self.architecture.currentText().strip():
            return
        self.preprocessing.set_known(facts.preprocessing)
        self.outputs.setItemText(0, OUTPUT_WORDS.get(facts.outputs, AS_KNOWN))
        self.weights.blockSignals(True)
        kept = self.weights.currentData()
        self.weights.clear()
        self._offer_weights(facts.weights or {})
        if kept == FROM_FILE and (self.file.text() or not facts.weights):
            self.weights.setCurrentIndex(0)
        elif facts.weights:
            self.weights.setCurrentIndex(1)
        self.weights.blockSignals(False)
        self._check()

    def _offer_weights(self, known: Mapping[str, str]) -> None:
        self.weights.addItem(FROM_FILE, FROM_FILE)
        for name, place in known.items():
            shipped = ":" in place and "//" not in place
            self.weights.addItem(f"{name} ({'comes with SalViewer' if shipped else 'downloaded once'})", name)
        self.weights.addItem("none: untrained, random numbers", UNTRAINED)

    def _check(self, *_: object) -> None:
        from_file = self.weights.currentData() == FROM_FILE
        self.file.setEnabled(from_file)
        self._browse_file.setEnabled(from_file)
        fault = ""
        try:
            self.reference()
        except ValueError as e:
            fault = str(e)
        self.open_button.setEnabled(not fault)
        self._missing.setText(fault)

    def _accept(self) -> None:
        ref = self.reference()
        self.accept()
        self.chosen.emit(ref)

    def _fill(self) -> None:
        self.architecture.setEditable(True)
        self.architecture.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.architecture.setMaxVisibleItems(16)
        self.architecture.lineEdit().setPlaceholderText("listing …")
        self._offer_weights({})
        self.classes.setPlaceholderText("as the network says, else numbered")
        self.outputs.addItem(AS_KNOWN, "")
        for kind, words in OUTPUT_WORDS.items():
            self.outputs.addItem(words, kind)

    def _connect(self) -> None:
        self.architecture.editTextChanged.connect(self._named)
        self.architecture.currentIndexChanged.connect(self._named)
        self.weights.currentIndexChanged.connect(self._check)
        self.preprocessing.changed.connect(self._check)
        for field in (self.file, self.classes):
            field.textChanged.connect(self._check)
        self.open_button.clicked.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self._fold.toggled.connect(self._unfold)

    def _lay_out(self) -> None:
        em = theme.em(self)
        self._buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setDefault(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(em)
        grid.setVerticalSpacing(round(em * 0.6))
        self._browse_file = self._browse("Weights file", self.file, "Weights (*.safetensors *.pt *.pth);;All files (*)")
        browse_classes = self._browse("Class names", self.classes, "Class names (*.txt *.json);;All files (*)")
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            ("Architecture", self.architecture, None),
            ("Weights", self.weights, None),
            ("Weights file", self.file, self._browse_file),
            ("Class names", self.classes, browse_classes),
            ("Outputs mean", self.outputs, None),
        )
        for row, (title, field, button) in enumerate(rows):
            caption = theme.label(title)
            caption.setBuddy(field)
            field.setAccessibleName(title)
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1, 1, 1 if button else 2)
            if button:
                grid.addWidget(button, row, 2)
        grid.setColumnStretch(1, 1)
        self._fold.setText("Preprocessing")
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setCheckable(True)
        theme.mark(self._fold, "fold")
        inner = QHBoxLayout(self._folded)
        inner.setContentsMargins(em, 0, 0, 0)
        inner.addWidget(self.preprocessing)
        column = QVBoxLayout(self)
        column.setContentsMargins(em, em, em, em)
        column.setSpacing(round(em * 0.7))
        column.addLayout(grid)
        column.addWidget(self._fold)
        column.addWidget(self._folded)
        column.addWidget(self._missing)
        column.addStretch(1)
        column.addWidget(self._buttons)
        self.setMinimumWidth(em * 34)
        self._unfold(False)

    def _unfold(self, open_: bool) -> None:
        self._folded.setVisible(open_)
        icons.give(self._fold, "down" if open_ else "next")
        self.adjustSize()

    def _browse(self, title: str, field: QLineEdit, kinds: str) -> QPushButton:
        button = QPushButton("Browse …")
        button.clicked.connect(lambda: self._pick(title, field, kinds))
        return button

    def _pick(self, title: str, field: QLineEdit, kinds: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self, title, field.text(), kinds)
        if path:
            field.setText(path)
