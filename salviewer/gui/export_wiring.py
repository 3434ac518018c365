"""Who hears whom in the export dialog: choices to the preview, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from salviewer.gui.export_figure import View, seen_on
from salviewer.gui.export_values import Wanted
from salviewer.gui.exporting import results_by_age
from salviewer.gui.views.export import ExportDialog
from salviewer.gui.views.export_choices import PICTURES

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from salviewer.gui.window import Window


def open_dialog(window: Window) -> ExportDialog:
    """The dialog, shown over `window`; it is gone when it is closed."""
    wiring = ExportWiring(window)
    wiring.view.wiring = wiring
    wiring.view.open()
    return wiring.view


class ExportWiring:
    """One dialog and what it talks to. The dialog keeps it alive."""

    def __init__(self, window: Window) -> None:
        self._state, self._exporting = window.state, window.actions.exporting
        self._seen: View | None = seen_on(window.heatmap.canvas) if window.heatmap is not None else None
        first = self._exporting.remembered
        if self._exporting.why_not(first.what, first.form) and window.state.shown is None:
            first = Wanted("report", "report-pdf") if window.state.results else Wanted("tables", "prediction")
        self.view = ExportDialog(first, window)
        self.view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self._state.shown
        self.view.set_maps(len(shown.maps) if shown else 1)
        self.view.set_results(results_by_age(self._state.results), shown.result if shown else None)
        self.view.changed.connect(self._look)
        self.view.wished.connect(self._export)
        self.view.finished.connect(lambda _: self._exporting.drop_preview())
        self._look(self.view.choices.wanted)

    def _look(self, wanted: Wanted) -> None:
        """Say what is in the way, and make the preview anew."""
        self.view.set_why_not(self._why_not(wanted))
        if wanted.what in PICTURES or wanted.what == "report":
            self._exporting.preview(wanted, self._seen, self.view.room(), self._previewed)
        else:
            self._exporting.drop_preview()
            self.view.set_about(self._exporting.about(wanted))

    def _why_not(self, wanted: Wanted) -> str:
        why = self._exporting.why_not(wanted.what, wanted.form)
        if wanted.what == "report" and not wanted.results and self._state.shown is None:
            why = why or "Tick the explanations that the report is to have."
        return why

    def _previewed(self, found: tuple[QImage, tuple[int, int]]) -> None:
        self.view.set_preview(*found)

    def _export(self, wanted: Wanted) -> None:
        if self._exporting.export(wanted, self._seen):
            self.view.accept()
