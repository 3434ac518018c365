"""Which collection, opened how, and which of its pictures: a part of every form that asks for many pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from salviewer.api.params import Params
from salviewer.gui import theme
from salviewer.gui.evaluation_values import Pictures
from salviewer.gui.field_specs import folder_field
from salviewer.gui.form import Form
from salviewer.gui.params_form import ParamsForm
from salviewer.numeric.counted import counted

TRUE, PREDICTED = "true class", "predicted class"
"""What is explained of each picture, as the forms of `own` call it."""


class PicturesChoice(QScrollArea):
    """`own`: the form of what is taken of the collection; a field `target` in it is `TRUE` or `PREDICTED`.

    `collection_wished` carries a key, `params_wished` the collection's values, `source_wished` the name of its field
    that takes a folder, `chosen` the values of `own` (its target as a plan has it: "label" or "predicted").
    """

    collection_wished = Signal(str)
    params_wished = Signal(dict)
    source_wished = Signal(str)
    chosen = Signal(dict)

    def __init__(self, own: type[Params], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.collection, self.source = QComboBox(), QPushButton("Choose the folder …")
        self.params, self.own = ParamsForm(), Form(own)
        self._count, self.fault = theme.label("", "quiet", wraps=True), theme.label("", "fault", wraps=True)
        self._note = theme.label("", "note", wraps=True)
        self._lay_out()
        self.collection.activated.connect(lambda i: self.collection_wished.emit(self.collection.itemData(i)))
        self.source.clicked.connect(lambda: self.source_wished.emit(folder_field(self.params.params)))
        self.params.changed.connect(lambda values, _: self.params_wished.emit(values))
        self.own.changed.connect(self._own_changed)

    def set_collections(self, titles: Mapping[str, tuple[str, str]]) -> None:
        """Title and summary of each collection, by key."""
        self.collection.clear()
        for i, (key, (title, summary)) in enumerate(titles.items()):
            self.collection.addItem(title, key)
            self.collection.setItemData(i, summary, Qt.ItemDataRole.ToolTipRole)

    def set_plan(
        self, key: str, params: type[Params] | None, values: Mapping[str, Any], own: Mapping[str, Any]
    ) -> None:
        """Show collection `key`, the form of its `params` with `values` in it, and `own` (a target as a plan's)."""
        with QSignalBlocker(self.collection):
            self.collection.setCurrentIndex(self.collection.findData(key))
        self.params.ask(params)
        self.params.fill(values)
        self.source.setVisible(bool(folder_field(params)))
        target = {"target": TRUE if own["target"] == "label" else PREDICTED} if "target" in own else {}
        self.own.fill({**own, **target})

    def set_pictures(self, pictures: Pictures | None, about: str = "", note: str = "") -> None:
        """What is known of the collection. about: added to its number of pictures; note: what should be known."""
        known = pictures is not None and not pictures.fault
        count = counted(pictures.count, "picture") if known and pictures else "Looking …"
        self._count.setText(f"{count}, {about}" if known and about else count)
        self._count.setVisible(known or pictures is None)
        self.fault.setText(pictures.fault if pictures else "")
        self._note.setText(note if known else "")
        for label in (self.fault, self._note):
            label.setVisible(bool(label.text()))

    # -- inside -------------------------------------------------------------------------------------------------

    def _own_changed(self, values: dict[str, object], valid: bool) -> None:
        if valid:
            target = {"target": "label" if values["target"] == TRUE else "predicted"} if "target" in values else {}
            self.chosen.emit({**values, **target})

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.collection.setAccessibleName("Collection")
        self.collection.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.collection.setMinimumContentsLength(12)
        inner = theme.mark(QWidget(), "flat")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, round(em * 0.5), 0)
        column.setSpacing(round(em * 0.5))
        column.addWidget(self.collection)
        column.addWidget(self.source, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self.params, self._count, self.fault, self._note, theme.label("Of these", "section"), self.own):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
