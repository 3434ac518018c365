"""The method panel: which method, its form and presets, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from salviewer.api.descriptors import ExplainerInfo
from salviewer.gui import icons, theme
from salviewer.gui.form import Form
from salviewer.gui.layer_tree import LayerList
from salviewer.gui.values import Choice, Offer
from salviewer.gui.views.how import HowView
from salviewer.gui.views.method_chooser import MethodBox, MethodChooser
from salviewer.gui.views.preset_bar import PresetButton


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
    """`method_wished` carries a key; `params_wished` the form's values and whether they can be run.

    `star_wished` carries whether the method is to be among the person's own, `layer_wished` a field's name;
    `layers_wished` tells that a form with layers is shown, `page_wished` that the method's page is wanted.
    """

    method_wished = Signal(str)
    params_wished = Signal(dict, bool)
    star_wished = Signal(bool)
    page_wished = Signal()
    layer_wished = Signal(str)
    layers_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self._key = ""
        self._infos: Mapping[str, ExplainerInfo] = {}
        self._mine: Sequence[str] = ()
        self._side: int | None = None
        self._side_unit = "px"
        self._helps = True
        self.form: Form | None = None
        self.how = HowView()
        self.box, self.chooser, self.presets = MethodBox(), MethodChooser(), PresetButton()
        self.star, self.page = QToolButton(), QToolButton()
        self._answers = theme.label("", "quiet", wraps=True)
        self._inner = theme.mark(QWidget(), "flat")
        self._column = QVBoxLayout(self._inner)
        self._stack = QStackedWidget()
        self._lay_out()
        self.box.opened.connect(self._open_list)
        self.chooser.chosen.connect(self._chosen)
        self.chooser.left.connect(self.close_list)
        self.star.clicked.connect(self.star_wished)
        self.page.clicked.connect(self.page_wished)

    def set_methods(
        self, infos: Mapping[str, ExplainerInfo], mine: Sequence[str] = (), unfit: Mapping[str, str] | None = None
    ) -> None:
        """The methods to choose from, the keys of the person's own; unfit: why not, of those that cannot be run."""
        self._infos, self._mine = infos, mine
        self.chooser.set_methods(infos, mine, unfit)
        self._show_star()

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

    def set_shorter_side(self, pixels: int | None, unit: str = "px") -> None:
        """How many pixels or voxels (`unit`) the model input's shorter side has; None where no model is open."""
        self._side, self._side_unit = pixels, unit
        if self.form is not None:
            self.form.set_shorter_side(pixels, unit)

    def set_layers(self, layers: LayerList | None) -> None:
        """The layers of the open network; None where they are not known."""
        if self.form is not None:
            self.form.set_layers(layers)

    def show_help(self, visible: bool) -> None:
        """Show or hide the small texts under the fields."""
        self._helps = visible
        if self.form is not None:
            self.form.show_help(visible)

    def put_trained(self, field: QWidget) -> None:
        """Have `field`, for what the method was trained to, above the form."""
        self._rows.insertWidget(2, field)

    def close_list(self) -> None:
        """Back to the form."""
        inside = self.chooser.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._stack.setCurrentIndex(0)
        if inside:
            self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside -------------------------------------------------------------------------------------------------

    def _open_list(self) -> None:
        if self._stack.currentWidget() is self.chooser:
            self.close_list()
            return
        self._stack.setCurrentWidget(self.chooser)
        self.chooser.start(self._key)

    def _chosen(self, key: str) -> None:
        self.close_list()
        if key != self._key:
            self.method_wished.emit(key)

    def _show_form(self, offer: Offer, choice: Choice) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = Form(offer.params, choice.params)
        self.form.set_shorter_side(self._side, self._side_unit)
        self.form.show_help(self._helps)
        self.form.changed.connect(self.params_wished)
        self.form.layer_wished.connect(self.layer_wished)
        self._column.insertWidget(0, self.form)
        self._answers.setText(offer.info.answers)
        self._answers.setToolTip(f"{offer.info.summary}\n\n{offer.info.source.citation}")
        self.box.set_title(offer.info.title)
        self.box.setAccessibleDescription(offer.info.answers)
        self.chooser.mark(choice.method)
        self._show_star()
        if self.form.has_layers():
            self.layers_wished.emit()

    def _show_star(self) -> None:
        mine = self._key in self._mine
        self.star.setChecked(mine)
        icons.give(self.star, "starred" if mine else "star")
        self.star.setToolTip("One of my methods; click to take it away" if mine else "Make it one of my methods")

    def _lay_out(self) -> None:
        em = theme.em(self)
        self.star.setCheckable(True)
        self.star.setAccessibleName("One of my methods")
        icons.give(self.page, "info")
        self.page.setToolTip("What it does and where it comes from")
        self.page.setAccessibleName("About this method")
        head = QHBoxLayout()
        head.setSpacing(round(em * 0.2))
        for widget in (self.box, self.star, self.page):
            head.addWidget(widget, 1 if widget is self.box else 0)
        area = _Scroll()
        area.setWidget(self._inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column.setContentsMargins(0, 0, round(em * 0.5), 0)
        self._column.setSpacing(round(em * 0.6))
        self._column.addWidget(self.how)
        self._column.addStretch(1)
        settings = QWidget()
        rows = self._rows = QVBoxLayout(settings)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(round(em * 0.4))
        rows.addWidget(self._answers)
        row = QHBoxLayout()
        row.addWidget(theme.label("Preset", "quiet"))
        row.addWidget(self.presets)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addWidget(area, 1)
        self._stack.addWidget(settings)
        self._stack.addWidget(self.chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(round(em * 0.6),) * 4)
        column.setSpacing(round(em * 0.4))
        column.addLayout(head)
        column.addWidget(self._stack, 1)
