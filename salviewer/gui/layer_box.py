"""The field of a layer: its name, typed in part or picked from the network's own."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QToolButton, QWidget

from salviewer.gui import icons, theme
from salviewer.gui.layer_tree import LayerList


class LayerBox(QWidget):
    """`edited` tells of another name, `pick_wished` that the tree of layers is wanted."""

    edited = Signal()
    pick_wished = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line, self.pick = QLineEdit(), QToolButton()
        self.line.setPlaceholderText("automatic")
        self.line.setAccessibleName(title)
        self.line.setMinimumWidth(theme.em(self) * 7)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        icons.give(self.pick, "layers")
        self.pick.setAccessibleName(f"{title}: choose from the network's")
        self.setFocusProxy(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(theme.em(self) * 0.2))
        row.addWidget(self.line, 1)
        row.addWidget(self.pick)
        self.line.textChanged.connect(self.edited)
        self.pick.clicked.connect(self.pick_wished)
        self.set_layers(None)

    def name(self) -> str:
        """The layer's name; "" for the method's own choice."""
        return self.line.text().strip()

    def set_name(self, name: str) -> None:
        """Hold `name`."""
        self.line.setText(str(name))

    def set_layers(self, layers: LayerList | None) -> None:
        """The layers that there are; None where they are not known."""
        self._names.setStringList([layer.name for layer in layers.layers] if layers else [])
        there = bool(layers and layers.layers)
        self.pick.setEnabled(there)
        self.pick.setToolTip("Choose from the network's layers" if there else "Open a model and a picture first")
