"""Who hears whom about volumes: state to the slices, wishes to the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from salviewer.gui import commands
from salviewer.gui.trust_badge import TrustBadge
from salviewer.gui.volumes.exporting import VolumeExporting
from salviewer.gui.volumes.sheet import sheet_of
from salviewer.gui.volumes.view import VolumeView
from salviewer.gui.volumes.words import place_words, value_words

if TYPE_CHECKING:
    from salviewer.api.space import GridMap
    from salviewer.gui.values import Display
    from salviewer.gui.window import Window
    from salviewer.kit.volume_scene import VolumeProbe


class VolumesWiring(QObject):
    """Makes the view of volumes and connects it. Lives as long as the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._colours = ""
        self.window, self.view = window, VolumeView()
        self._state, self._actions, self.decider = window.state, window.actions, window.actions.looking
        view, actions, looking, atlases = self.view, window.actions, self.decider, window.actions.atlases
        self.exporting = VolumeExporting(actions, lambda: sheet_of(view, window.state, looking.place.point))
        view.display_wished.connect(actions.displaying.set)
        view.map_wished.connect(actions.displaying.show_map)
        view.point_wished.connect(looking.go_to)
        view.window_dragged.connect(looking.drag_window)
        view.probed.connect(self._probed)
        view.tools.convention_wished.connect(looking.set_convention)
        view.tools.nose_wished.connect(looking.set_nose)
        view.tools.peak_wished.connect(looking.go_to_peak)
        state = self._state
        state.picture_changed.connect(self._take)
        state.shown_changed.connect(self._take)
        state.grid_changed.connect(self._grid)
        state.display_changed.connect(view.set_display)
        looking.place.point_changed.connect(self._point)
        for changed in (
            atlases.state.atlas_changed,
            atlases.state.paint_changed,
            state.shown_changed,
            state.picture_changed,
        ):
            changed.connect(self._paint)
        atlases.state.atlas_changed.connect(lambda _: commands.refresh(window, commands.COMMANDS))
        actions.settings.changed.connect(self._settings_changed)
        state.display_changed.connect(self._recolour)
        self.trust_badge = TrustBadge(window, view)

    def begin(self) -> None:
        """Show what is there already. Once, when the window knows this."""
        self._settings_changed("preferences")
        self.view.set_display(self._state.display)
        self._grid(self._state.grid)
        self._take()
        self._actions.atlases.begin()
        self._paint()

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    # -- state to view ------------------------------------------------------------------------------------------

    def _take(self, *_: object) -> None:
        """What is on the screen, where that is a volume; 2D pictures are shown elsewhere."""
        shown, opened = self._state.shown, self._state.picture
        self.view.set_opened(opened if opened is not None and opened.is_volume else None)
        self.view.set_shown(shown if shown is not None and shown.is_volume else None)
        if self._state.is_volume:
            self.decider.take(self.decider.volume())

    def _grid(self, grid: GridMap | None) -> None:
        self.view.set_grid(grid if grid is not None and grid.affine is not None else None)

    def _point(self, mm: Any) -> None:
        self.view.set_point(mm)
        self._probed(None)

    def _paint(self, *_: object) -> None:
        atlases = self._actions.atlases
        self._colours = self._state.display.sequential
        self.view.set_labels(atlases.painted(), atlases.bar())

    def _recolour(self, display: Display) -> None:
        """Regions that are filled with their impact take on another colour map."""
        if self._actions.atlases.state.paint == "impact" and display.sequential != self._colours:
            self._paint()

    def _settings_changed(self, name: str) -> None:
        if name == "preferences":
            looking = self.decider
            self.view.set_convention(radiological=looking.radiological, nose_left=looking.nose_left)
            commands.refresh(self.window, commands.COMMANDS)

    # -- view to state ------------------------------------------------------------------------------------------

    def _probed(self, probe: VolumeProbe | None) -> None:
        """The place and the raw values under the cursor; those of the crosshair where there is no cursor."""
        point, view, shown = self.decider.place.point, self.view, self._state.shown
        if not self._state.is_volume:
            return
        probe = probe or (view.slices.scene.probe(point) if point is not None else None)
        if probe is None:
            self.window.status.set_probe("", "")
            return
        atlas = self._actions.atlases.placed
        region = atlas.region_at(probe.mm) if atlas is not None else None
        known = view.slices.scene.orientation_known
        unit = shown.top.unit if shown is not None else ""
        name = region.name if region is not None else ""
        value = value_words(probe, unit, mapped=view.slices.scene.overlay is not None, region=name)
        self.window.status.set_probe(place_words(probe, known=known), value)
