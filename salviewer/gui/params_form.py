"""The form of whatever params are asked for now: it changes with the collection or the trainer that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from salviewer.api.params import Params
from salviewer.gui import theme
from salviewer.gui.form import Form


class ParamsForm(QWidget):
    """`changed` carries all values by name, and whether they can be run. `form` is None where nothing can be set."""

    changed = Signal(dict, bool)

    def __init__(self, nothing: str = "", parent: QWidget | None = None) -> None:
        """`nothing`: what is said where there is nothing to set."""
        super().__init__(parent)
        self.params: type[Params] | None = None
        self.form: Form | None = None
        self._nothing = theme.label(nothing, "quiet", wraps=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._nothing)
        self.setVisible(bool(nothing))

    def ask(self, params: type[Params] | None) -> None:
        """Ask for `params`; a form that already does keeps what was typed."""
        if params is self.params:
            return
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.params, self.form = params, Form(params) if params is not None and params.model_fields else None
        if self.form is not None:
            self.form.changed.connect(self.changed)
            self._column.addWidget(self.form)
        self._nothing.setVisible(self.form is None)
        self.setVisible(self.form is not None or bool(self._nothing.text()))

    def fill(self, values: Mapping[str, Any]) -> None:
        """Hold `values`, and the defaults of what they do not name. Emits nothing."""
        if self.form is not None:
            self.form.fill(values)
