"""What can be chosen of an export; only what matters for the chosen kind of file is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.gui import theme
from salviewer.gui.export_values import FORMS, LINES, SCALES, TITLES, Wanted
from salviewer.gui.values import ResultItem

PICTURES = ("figure", "view")
NAMED = (*PICTURES, "report", "safetensors")
"""Kinds of export in which the picture's file name can stand."""


class ExportChoices(QWidget):
    """`changed` carries the new `Wanted`."""

    changed = Signal(object)

    def __init__(self, wanted: Wanted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = wanted
        self._maps, self._size = 1, (0, 0)
        em = theme.em(self)
        self.what, self.form, self.page = QComboBox(), QComboBox(), QComboBox()
        self.about, self.pixels = theme.label("", "help", wraps=True), theme.label("", "help")
        self.every, self.dark = QCheckBox("All maps beside each other"), QCheckBox("Dark paper")
        self.name = QCheckBox("File name of the picture")
        self.lines = {key: QCheckBox(text) for key, text in LINES.items()}
        self.results = QListWidget()
        self._sections: dict[str, QWidget] = {}
        self._make_scales(em)
        self._fill()
        self._lay_out(em)
        self._connect()
        self._refresh()

    # -- setters ------------------------------------------------------------------------------------------------

    def set_maps(self, count: int) -> None:
        """How many maps the answer has."""
        self._maps = count
        self._refresh()

    def set_size(self, size: tuple[int, int]) -> None:
        """(width, height) of the PNG at scale 1."""
        self._size = size
        self._say_size()

    def set_results(self, results: Sequence[ResultItem], shown: int | str | None) -> None:
        """List what a report can have; the one on the screen is ticked."""
        with QSignalBlocker(self.results):
            self.results.clear()
            for item in results:
                line = QListWidgetItem(f"{item.method} · {item.target}\n{item.model} · {item.created:%d %b %H:%M}")
                line.setData(Qt.ItemDataRole.UserRole, item.id)
                line.setFlags(line.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                ticked = item.id == shown
                line.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
                self.results.addItem(line)
        self._ticked()

    # -- inside -------------------------------------------------------------------------------------------------

    def _make_scales(self, em: int) -> None:
        self.scales = QButtonGroup(self)
        self._scale_row = QWidget()
        row = QHBoxLayout(self._scale_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(em * 0.3))
        for scale in SCALES:
            button = theme.mark(QPushButton(f"{scale}×"), "choice")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(f"Scale {scale}")
            self.scales.addButton(button, scale)
            row.addWidget(button, 1)

    def _fill(self) -> None:
        for key, title in TITLES.items():
            self.what.addItem(title, key)
        for title, key in (("As large as the figure", "figure"), ("A4", "a4")):
            self.page.addItem(title, key)
        wanted = self.wanted
        self.what.setCurrentIndex(self.what.findData(wanted.what))
        self.page.setCurrentIndex(self.page.findData(wanted.page))
        self.scales.button(wanted.scale).setChecked(True)
        self.every.setChecked(wanted.every_map)
        self.dark.setChecked(wanted.dark)
        for key, box in self.lines.items():
            box.setChecked(key in wanted.lines)
        for widget, words in ((self.what, "What to export"), (self.form, "Kind of file"), (self.page, "Page"),
                              (self.results, "Explanations in the report")):  # fmt: skip
            widget.setAccessibleName(words)
        self.name.setToolTip("Not remembered: to be ticked again for each export.")

    def _connect(self) -> None:
        self.what.currentIndexChanged.connect(self._what)
        self.form.currentIndexChanged.connect(lambda _: self._set(form=self.form.currentData() or self.wanted.form))
        self.page.currentIndexChanged.connect(lambda _: self._set(page=self.page.currentData()))
        self.scales.idClicked.connect(lambda scale: self._set(scale=scale))
        self.every.toggled.connect(lambda on: self._set(every_map=on))
        self.dark.toggled.connect(lambda on: self._set(dark=on))
        self.name.toggled.connect(lambda on: self._set(file_name=on))
        for box in self.lines.values():
            box.toggled.connect(lambda _: self._set(lines=tuple(k for k, b in self.lines.items() if b.isChecked())))
        self.results.itemChanged.connect(lambda _: self._ticked())

    def _what(self) -> None:
        what = self.what.currentData()
        form = self.wanted.form if self.wanted.form in FORMS[what] else next(iter(FORMS[what]))
        self._set(what=what, form=form)

    def _ticked(self) -> None:
        items = (self.results.item(i) for i in range(self.results.count()))
        chosen = [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked]
        self._set(results=tuple(chosen))

    def _set(self, **changes: object) -> None:
        self.wanted = replace(self.wanted, **changes)
        self._refresh()
        self.changed.emit(self.wanted)

    def _refresh(self) -> None:
        wanted, drawn = self.wanted, self.wanted.what in PICTURES
        with QSignalBlocker(self.form):
            self.form.clear()
            for key, form in FORMS[wanted.what].items():
                self.form.addItem(form.title, key)
            self.form.setCurrentIndex(self.form.findData(wanted.form))
        self.about.setText(wanted.kind.about)
        self._sections["scale"].setVisible(drawn and wanted.form == "png")
        self._sections["page"].setVisible(drawn and wanted.form == "pdf")
        self._sections["lines"].setVisible(drawn)
        self._sections["results"].setVisible(wanted.what == "report")
        self.every.setVisible(wanted.what == "figure" and self._maps > 1)
        self.every.setText(f"All {self._maps} maps beside each other")
        self._sections["name"].setVisible(wanted.what in NAMED or wanted.form in NAMED)
        self._say_size()

    def _say_size(self) -> None:
        width, height = (side * self.wanted.scale for side in self._size)
        self.pixels.setText(f"{width} × {height} pixels" if width else "")

    def _lay_out(self, em: int) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, round(em * 0.6), 0)
        column.setSpacing(round(em * 0.9))
        notice = theme.label("The notice and the colour bar's numbers are in every figure.", "help", wraps=True)
        private = theme.label("Without it the picture goes by a number made from its content. No path, no details of "
                              "the camera or the patient are ever exported.", "help", wraps=True)  # fmt: skip
        for key, title, widgets in (
            ("what", "Export", (self.what, self.every)),
            ("form", "Kind of file", (self.form, self.about)),
            ("scale", "Scale", (self._scale_row, self.pixels)),
            ("page", "Page", (self.page,)),
            ("results", "Explanations", (self.results,)),
            ("lines", "On the figure", (*self.lines.values(), self.dark, notice)),
            ("name", "Privacy", (self.name, private)),
        ):
            self._sections[key] = part = QWidget()
            inside = QVBoxLayout(part)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(round(em * 0.25))
            inside.addWidget(theme.label(title, "section"))
            for widget in widgets:
                inside.addWidget(widget)
            column.addWidget(part)
        column.addStretch(1)
        self.results.setMinimumHeight(em * 9)
