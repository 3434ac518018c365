"""Which layer of the network: a tree of its modules with the shapes of their outputs, to search in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.layer_tree import LayerList, Node, tree_of
from salviewer.gui.views.row_table import stretch_first

NAME = Qt.ItemDataRole.UserRole
AUTOMATIC = "automatic"


class LayerPicker(QDialog):
    """`chosen` carries the layer's name, "" for the method's own choice."""

    chosen = Signal(str)

    def __init__(self, listing: LayerList, current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Choose a layer")
        self._listing = listing
        self.search = QLineEdit()
        self.search.setPlaceholderText("Part of a name, a kind (Conv2d) or a shape (14)")
        self.search.setAccessibleName("Search layers")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Layer", "Kind", "Output"])
        self.tree.setAccessibleName("Layers")
        self.said = theme.label("", "quiet", wraps=True)
        self.choose = theme.mark(QPushButton("Choose"), "primary")
        self._fill(current)
        self._lay_out()
        self.search.textChanged.connect(self._sift)
        self.search.installEventFilter(self)
        self.tree.currentItemChanged.connect(self._marked)
        self.tree.itemActivated.connect(lambda item: self._take(item))
        self.choose.clicked.connect(lambda: self._take(self.tree.currentItem()))
        self.search.returnPressed.connect(lambda: self._take(self.tree.currentItem()))
        self._marked()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Up and down in the search field move through the tree."""
        if event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            QApplication.sendEvent(self.tree, event)
            return True
        return super().eventFilter(watched, event)

    # -- inside -------------------------------------------------------------------------------------------------

    def _fill(self, current: str) -> None:
        automatic = QTreeWidgetItem(["Automatic", "", "the method chooses"])
        automatic.setData(0, NAME, "")
        self.tree.addTopLevelItem(automatic)
        self._current = automatic
        for node in tree_of(self._listing.layers).children.values():
            self.tree.addTopLevelItem(self._item(node, current))
        self.tree.expandAll()
        self.tree.setCurrentItem(self._current)
        self.tree.scrollToItem(self._current)

    def _item(self, node: Node, current: str) -> QTreeWidgetItem:
        layer = node.layer
        item = QTreeWidgetItem([node.name, layer.kind if layer else "", layer.size if layer else ""])
        if layer is None:
            item.setForeground(0, QColor(theme.tones().quiet))
        else:
            item.setData(0, NAME, layer.name)
            item.setToolTip(0, layer.name)
            if layer.name == self._listing.last:
                item.setText(2, f"{layer.size}  (last map)")
        for child in node.children.values():
            item.addChild(self._item(child, current))
        if layer is not None and layer.name == current:
            self._current = item
        return item

    def _sift(self, *_: object) -> None:
        """Show what all words are found in, with the modules around it; mark the first."""
        words = self.search.text().lower().split()
        first: list[QTreeWidgetItem] = []

        def show(item: QTreeWidgetItem) -> bool:
            name = item.data(0, NAME)
            text = " ".join((name or item.text(0), item.text(1), item.text(2))).lower()
            fits = name is not None and all(word in text for word in words)
            if fits:
                first.append(item)
            inside = [show(item.child(i)) for i in range(item.childCount())]
            item.setHidden(not (fits or any(inside)))
            return fits or any(inside)

        for row in range(self.tree.topLevelItemCount()):
            show(self.tree.topLevelItem(row))
        self.tree.setCurrentItem(first[0] if first else None)
        self._marked()

    def _marked(self, *_: object) -> None:
        item = self.tree.currentItem()
        name = item.data(0, NAME) if item is not None else None
        self.choose.setEnabled(name is not None)
        layer = self._listing.find(name) if name else None
        if layer is not None:
            self.said.setText(f"{layer.name}: {layer.kind}, output {layer.size}")
        elif name == "":
            self.said.setText("The method takes the layer that suits it best, as its help says.")
        elif item is not None:
            self.said.setText("This module's own output is not a map: choose one inside it.")
        else:
            self.said.setText("No layer is called so: try another word.")

    def _take(self, item: QTreeWidgetItem | None) -> None:
        name = item.data(0, NAME) if item is not None else None
        if name is not None:
            self.chosen.emit(name)
            self.accept()

    def _lay_out(self) -> None:
        em = theme.em(self)
        stretch_first(self.tree.header(), (1, 2))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.choose, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        column_ = QVBoxLayout(self)
        column_.setSpacing(round(em * 0.5))
        for widget in (self.search, self.tree, self.said, buttons):
            column_.addWidget(widget, 1 if widget is self.tree else 0)
        self.resize(em * 40, em * 34)
