"""The method panel: the list of methods, the form of the chosen one, how it is run, and Run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QScrollArea, QStyle, QVBoxLayout, QWidget

from salviewer.api.descriptors import ExplainerInfo
from salviewer.gui import theme
from salviewer.gui.form import Form
from salviewer.gui.values import Choice, Offer
from salviewer.gui.views.how import HowView

FIRST_FAMILY, LAST_FAMILY = "Light and shadow", "Controls"
KEY = Qt.ItemDataRole.UserRole
VISIBLE_METHODS = 8


class _Scroll(QScrollArea):
    """Scrolls up and down only, so it is never narrower than what is inside."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The width of what is inside, and of the bar."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return QSize(self.widget().minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow what is inside when its size changes."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class MethodView(QFrame):
    """`method_wished` carries a key; `params_wished` the form's values and whether they can be run."""

    method_wished = Signal(str)
    params_wished = Signal(dict, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._key = ""
        self._side: int | None = None
        self._helps = True
        self.form: Form | None = None
        self.how = HowView()
        self.list = QListWidget()
        self.list.setAccessibleName("Methods")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._chosen)
        self._answers = theme.label("", "quiet", wraps=True)
        self._inner = theme.mark(QWidget(), "flat")
        self._column = QVBoxLayout(self._inner)
        self._lay_out()

    def set_methods(self, infos: Mapping[str, ExplainerInfo]) -> None:
        """The methods to choose from."""
        self.list.blockSignals(True)
        self.list.clear()
        under = families(infos)
        for family, members in under.items():
            if len(under) > 1:
                self.list.addItem(_heading(family))
            for info in members:
                item = QListWidgetItem(info.title)
                item.setData(KEY, info.key)
                item.setToolTip(f"{info.summary}\n\n{info.source.citation}")
                self.list.addItem(item)
        self.list.blockSignals(False)
        row = self.list.sizeHintForRow(0) if infos else theme.em(self)
        self.list.setFixedHeight(row * max(1, min(VISIBLE_METHODS, self.list.count())) + 2)

    def set_choice(self, choice: Choice, offer: Offer | None) -> None:
        """Show the form of the chosen method with its values."""
        if offer is None:
            return
        if choice.method != self._key:
            self._key = choice.method
            self._show_form(offer, choice)
        elif self.form is not None:
            self.form.fill(choice.params)
        self.how.set_choice(choice, offer.info.output)

    def set_shorter_side(self, pixels: int | None) -> None:
        """How many pixels the model input's shorter side has; None where no model is open."""
        self._side = pixels
        if self.form is not None:
            self.form.set_shorter_side(pixels)

    def show_help(self, visible: bool) -> None:
        """Show or hide the small texts under the fields."""
        self._helps = visible
        if self.form is not None:
            self.form.show_help(visible)

    def _show_form(self, offer: Offer, choice: Choice) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = Form(offer.params, choice.params)
        self.form.set_shorter_side(self._side)
        self.form.show_help(self._helps)
        self.form.changed.connect(self.params_wished)
        self._column.insertWidget(0, self.form)
        self._answers.setText(offer.info.answers)
        self._answers.setToolTip(f"{offer.info.summary}\n\n{offer.info.source.citation}")
        for row in range(self.list.count()):
            if self.list.item(row).data(KEY) == choice.method:
                self.list.setCurrentRow(row)

    def _chosen(self, item: QListWidgetItem | None, *_: Any) -> None:
        if item is not None and item.data(KEY) not in (None, self._key):
            self.method_wished.emit(item.data(KEY))

    def _lay_out(self) -> None:
        em = theme.em(self)
        area = _Scroll()
        area.setWidget(self._inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column.setContentsMargins(0, 0, round(em * 0.5), 0)
        self._column.setSpacing(round(em * 0.6))
        self._column.addWidget(self.how)
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addWidget(self.list)
        column.addWidget(self._answers)
        column.addWidget(area, 1)


def families(infos: Mapping[str, ExplainerInfo]) -> dict[str, list[ExplainerInfo]]:
    """The methods under their headings: what SalViewer is built around first, controls last, as they came between."""
    found: dict[str, list[ExplainerInfo]] = {}
    for info in infos.values():
        found.setdefault(info.family or "Other", []).append(info)
    rank = {
        name: i for i, name in enumerate((FIRST_FAMILY, *(f for f in found if f not in (FIRST_FAMILY, LAST_FAMILY))))
    }
    return {name: found[name] for name in sorted(found, key=lambda name: rank.get(name, len(rank)))}


def _heading(text: str) -> QListWidgetItem:
    """A row that cannot be chosen."""
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setBold(True)
    item.setFont(font)
    return item
