"""Who hears whom about regions: the answer to the table, a click to the crosshair, colours to the slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui.volumes.exporting import region_table
from salviewer.gui.volumes.region_rows import rows_of
from salviewer.gui.volumes.regions_view import RegionsView

if TYPE_CHECKING:
    from salviewer.gui.window import Window

NO_TABLE = "The answer on the screen says nothing of regions: paint them after 3D-GLAS with an atlas, or a ranking."
NO_ATLAS = "Open the atlas first: its labels say where the regions are."


class RegionsWiring:
    """Makes the Regions panel and connects it."""

    def __init__(self, window: Window) -> None:
        self.view = RegionsView()
        self._window, self._state, self._atlases = window, window.state, window.actions.atlases
        view, atlases = self.view, self._atlases
        view.chosen.connect(lambda row: window.actions.looking.go_to(row.centroid))
        view.paint_wished.connect(atlases.paint)
        view.csv_wished.connect(lambda: window.volumes.exporting.save_regions())
        view.atlas_wished.connect(atlases.ask)
        self._state.shown_changed.connect(self._show)
        atlases.state.atlas_changed.connect(self._show_paint)
        atlases.state.paint_changed.connect(self._show_paint)
        self._show()

    def _show(self, *_: object) -> None:
        table = region_table(self._state)
        if table is None:
            self.view.set_rows((), (), "", "")
        else:
            shown: Any = self._state.shown
            self.view.set_rows(rows_of(table), table.column_names, table.unit, f"{table.name} · {shown.title}")
        self._show_paint()

    def _show_paint(self, *_: object) -> None:
        atlas, table = self._atlases.state.atlas, region_table(self._state)
        none = NO_ATLAS if atlas is None else ""
        judged = none or ("" if table is not None else NO_TABLE)
        self.view.set_paint(self._atlases.state.paint, {"ranks": judged, "impact": judged, "outlines": none})
