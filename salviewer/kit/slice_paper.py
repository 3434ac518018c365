"""A plane's paper on the screen: where millimetres are in it, what lies on it, and the marks around it.

It moves nothing by itself; `place_by` says what part of the paper is seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from salviewer.kit.focus_ring import FocusRing
from salviewer.kit.slice_marks import paint_crosshair, paint_letters, paint_note, paint_ring, paint_scale_bar
from salviewer.kit.volume_scene import VolumeScene
from salviewer.numeric.slicing import SlicePlane

PAPER = QColor("#0c0e10")
"""Behind every slice, on light and dark desktops alike: the values are judged against it."""

View = tuple[float, tuple[float, float]]
"""Logical pixels per millimetre, and the paper's (u, v) in the middle."""


class SlicePaper(FocusRing, QWidget):
    """What is seen of a plane; its children say what is painted and which point of the world is where."""

    leads = True
    """Whether its paper has a say in how large a millimetre is where several show it equally large."""

    def __init__(self, scene: VolumeScene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = scene
        self._place: Callable[[SlicePaper], View] | None = None
        self._painted: View | None = None  # the same for all that is drawn in one go
        self._kept: tuple[object, QPixmap] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        for changed in (scene.volume_changed, scene.look_changed):
            changed.connect(self.update)
        scene.point_changed.connect(self._repaint_paper)

    # -- what the two kinds say ---------------------------------------------------------------------------------

    @property
    def plane(self) -> SlicePlane | None:
        """The plane that lies here; None while there is nothing to show."""
        raise NotImplementedError

    def paint_paper(self, painter: QPainter, area: QRectF) -> None:
        """Draw what lies on the paper over `area`."""
        raise NotImplementedError

    def paper_state(self) -> object:
        """All that `paint_paper` depends on besides place and size: while it is the same, nothing is drawn anew."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Draw what lies over the paper and may reach beyond it, below the marks."""

    def world(self, u: float, v: float) -> np.ndarray | None:
        """The point of the world that is shown at (u, v) of the paper; None where there is none."""
        raise NotImplementedError

    def notes(self) -> list[str]:
        """What is written at the lower right."""
        return []

    # -- places -------------------------------------------------------------------------------------------------

    def place_by(self, place: Callable[[SlicePaper], View]) -> None:
        """`place` says what is seen of a surface."""
        self._place = place

    @property
    def margin(self) -> float:
        """How far the letters keep off the paper where there is room."""
        return 1.5 * self.fontMetrics().height()

    def fitting_scale(self) -> float:
        """Logical pixels per millimetre with which all of the paper is seen; 0 while there is none."""
        if self.plane is None:
            return 0.0
        width, height = self.plane.paper_mm
        rim = 0.4 * self.fontMetrics().height()  # little: heads have air around them for the letters
        free = max(8.0, self.width() - rim), max(8.0, self.height() - rim)
        return min(free[0] / width, free[1] / height)

    def view(self) -> View:
        """What is seen."""
        if self._painted is not None:
            return self._painted
        if self._place is not None:
            return self._place(self)
        width, height = self.plane.paper_mm if self.plane else (1.0, 1.0)
        return self.fitting_scale() or 1.0, (width / 2, height / 2)

    def spot(self, u: float, v: float) -> QPointF:
        """Where (u, v) of the paper is on this widget, in logical pixels."""
        scale, (middle_u, middle_v) = self.view()
        return QPointF(self.width() / 2 + (u - middle_u) * scale, self.height() / 2 + (v - middle_v) * scale)

    def paper(self, at: QPointF) -> tuple[float, float]:
        """The inverse of `spot`."""
        scale, (middle_u, middle_v) = self.view()
        return middle_u + (at.x() - self.width() / 2) / scale, middle_v + (at.y() - self.height() / 2) / scale

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the paper, the marks on it, and the ring of the keyboard's focus."""
        self._painted = self.view()
        try:
            with QPainter(self) as painter:
                if self.plane is None:
                    self._kept = None
                    painter.fillRect(self.rect(), PAPER)
                else:
                    area = self._paper_area(self.plane)
                    painter.drawPixmap(0, 0, self._paper(area))
                    self.paint_over(painter)
                    self._paint_marks(painter, self.plane, area, event.rect())
                if self.hasFocus():
                    paint_ring(painter, self.rect(), self.palette().color(QPalette.ColorRole.Highlight))
        finally:
            self._painted = None

    def _paper(self, area: QRectF) -> QPixmap:
        """The whole widget with the paper over `area`: a step along one axis changes one of several."""
        ratio = self.devicePixelRatioF()
        key = (self.paper_state(), area.getRect(), self.width(), self.height(), ratio)
        if self._kept is None or self._kept[0] != key:
            drawn = QPixmap(self.size() * ratio)
            drawn.setDevicePixelRatio(ratio)
            drawn.fill(PAPER)
            with QPainter(drawn) as painter:
                self.paint_paper(painter, area)
            self._kept = (key, drawn)
        return self._kept[1]

    def _paper_area(self, plane: SlicePlane) -> QRectF:
        scale, (u, v) = self.view()
        width, height = plane.paper_mm
        return QRectF(self.width() / 2 - u * scale, self.height() / 2 - v * scale, width * scale, height * scale)

    def _repaint_paper(self) -> None:
        """Another slice, another place of the crosshair: what is around the paper stays as it is."""
        if self.scene.frame is not None:
            self.update()  # it may reach beyond the paper, and a note says where it does not
        elif self.plane is not None:
            self.update(self._paper_area(self.plane).toAlignedRect())

    def _paint_marks(self, painter: QPainter, plane: SlicePlane, area: QRectF, wanted: QRect) -> None:
        whole = QRectF(self.rect())
        if self.scene.crosshair:
            paint_crosshair(painter, area & whole, self.spot(*plane.paper(self.scene.point)), self.margin / 1.5)
        if self.scene.letters and plane.letters is not None:
            around = area.adjusted(-self.margin, -self.margin, self.margin, self.margin)
            if not (whole.contains(around) and area.toAlignedRect().contains(wanted)):  # else all are beside the paper
                paint_letters(painter, around & whole, plane.letters, self.font())
        paint_scale_bar(painter, whole, self.view()[0], self.font())
        paint_note(painter, whole, self.notes(), self.font())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Enough to see something."""
        em = self.fontMetrics().height()
        return QSize(16 * em, 14 * em)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the letters and a little between them."""
        em = self.fontMetrics().height()
        return QSize(7 * em, 6 * em)
