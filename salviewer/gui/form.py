"""A form made from a method's params model: one editor per field, dials on top, the advanced ones folded away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from salviewer.api.params import Params
from salviewer.gui import icons, theme
from salviewer.gui.dial import Dial
from salviewer.gui.field_specs import faults, fields_of
from salviewer.gui.fields import FieldEditor
from salviewer.gui.layer_tree import LayerList


class Form(QWidget):
    """`changed` carries all values by name, and whether they can be run; `layer_wished` the name of a layer's field."""

    changed = Signal(dict, bool)
    layer_wished = Signal(str)

    def __init__(
        self, model: type[Params], values: Mapping[str, Any] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        specs = fields_of(model)
        self.editors = {spec.name: FieldEditor(spec) for spec in specs}
        by_name = {spec.name: spec for spec in specs}
        self.dials = [Dial(name, [by_name[field] for field in fields]) for name, fields in model.dials.items()]
        self._fault = theme.label("", "fault", wraps=True)
        self._fold = QToolButton()
        self._folded = QWidget()
        self._reset = theme.mark(QPushButton("Reset all"), "link")
        self._lay_out()
        for editor in self.editors.values():
            editor.edited.connect(self._edited)
            editor.layer_wished.connect(self.layer_wished)
        for dial in self.dials:
            dial.turned.connect(self._turned)
        self._reset.clicked.connect(self.reset)
        self.set_values(values or {})

    # -- values -------------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """All values by name."""
        return {name: editor.value() for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Put `values` in; fields not named keep theirs. Emits nothing."""
        for name, value in values.items():
            if name in self.editors:
                self.editors[name].set_value(value)
        self._check()

    def fill(self, values: Mapping[str, Any]) -> None:
        """Hold `values`, and the defaults of what they do not name. Emits nothing."""
        wanted = {name: editor.spec.default for name, editor in self.editors.items()} | dict(values)
        if wanted != self.values():
            self.set_values(wanted)

    def put(self, values: Mapping[str, Any]) -> None:
        """Hold `values`, and the defaults of what they do not name, as if a person had typed them."""
        self.fill(values)
        self._edited()

    def reset(self) -> None:
        """All fields back to their defaults."""
        for editor in self.editors.values():
            editor.set_value(editor.spec.default)
        self._edited()

    def valid(self) -> bool:
        """Whether the values can be run."""
        return not self._faults(self.values())

    def has_layers(self) -> bool:
        """Whether a field asks for a layer of the network."""
        return any(editor.spec.kind == "layer" for editor in self.editors.values())

    def set_layers(self, layers: LayerList | None) -> None:
        """The layers of the open network; None where they are not known. A name that is none of them is marked."""
        for editor in self.editors.values():
            editor.set_layers(layers)
        was, found = {e.fault() for e in self.editors.values()}, self._check()
        if self.has_layers() and was != {e.fault() for e in self.editors.values()}:
            self.changed.emit(self.values(), not found)

    def set_shorter_side(self, pixels: int | None, unit: str = "px") -> None:
        """Tell the fields how many pixels or voxels (`unit`) the model input's shorter side has; None: no model."""
        for editor in self.editors.values():
            editor.set_shorter_side(pixels, unit)

    def show_help(self, visible: bool) -> None:
        """Show or hide the small texts under the fields."""
        for editor in self.editors.values():
            editor.show_help(visible)

    # -- inside -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        gap = theme.em(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(gap * 0.55))
        for dial in self.dials:
            column.addWidget(dial)
        inner = QVBoxLayout(self._folded)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(round(gap * 0.55))
        for editor in self.editors.values():
            (inner if editor.spec.advanced else column).addWidget(editor)
        self._make_fold()
        column.addWidget(self._fold)
        column.addWidget(self._folded)
        column.addWidget(self._fault)
        column.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)

    def _make_fold(self) -> None:
        self._fold.setText("Advanced")
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setCheckable(True)
        theme.mark(self._fold, "fold")
        self._fold.toggled.connect(self._unfold)
        self._fold.setVisible(any(editor.spec.advanced for editor in self.editors.values()))
        self._unfold(False)

    def _unfold(self, open_: bool) -> None:
        self._folded.setVisible(open_)
        icons.give(self._fold, "down" if open_ else "next")

    def _turned(self, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.editors[name].set_value(value)
        self._edited()

    def _edited(self) -> None:
        found = self._check()
        self.changed.emit(self.values(), not found)

    def _faults(self, values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong, by field: with the values themselves, then with layers that the network does not have."""
        layers = {name: editor.layer_fault() for name, editor in self.editors.items()}
        return {name: sentence for name, sentence in layers.items() if sentence} | faults(self._model, values)

    def _check(self) -> dict[str, str]:
        """Mark what is wrong, unfold where it is hidden, and bring the dials in line."""
        values = self.values()
        found = self._faults(values)
        for name, editor in self.editors.items():
            editor.set_fault(found.get(name, ""))
            if name in found and editor.spec.advanced:
                self._fold.setChecked(True)
        self._fault.setText(found.get("", ""))
        self._fault.setVisible("" in found)
        self._reset.setEnabled(any(values[n] != e.spec.default for n, e in self.editors.items()))
        for dial in self.dials:
            dial.follow(values)
        return found
