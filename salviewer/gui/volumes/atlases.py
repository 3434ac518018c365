"""Decides about atlases: which is open, what of it is painted, and how the volume on the screen meets it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import AtlasRef, InputRef
from salviewer.data.colour import lut
from salviewer.errors import SalViewerError
from salviewer.gui.errands import COLLECTION
from salviewer.gui.values import Message
from salviewer.gui.volumes.atlas_values import PAINTS, AtlasState, OpenAtlas
from salviewer.gui.volumes.exporting import region_table
from salviewer.gui.volumes.region_rows import impact_colours, impact_range, impact_words, rank_colours, rows_of
from salviewer.gui.volumes.registering import TOPIC as REGISTRATION
from salviewer.gui.volumes.registering import Registering

if TYPE_CHECKING:
    from salviewer.api.values import Volume
    from salviewer.gui.actions import Actions
    from salviewer.jobs.shelf import Shelf
    from salviewer.kit.printed_bar import Bar
    from salviewer.kit.volume_scene import Labels

TOPIC = "atlas"
KINDS = "Atlas labels (*.nii *.nii.gz *.mgz *.mgh *.img)"
NAMES = "Names of regions (*.txt *.csv *.tsv *.json *.xml *.lut)"
OUTLINE = (120, 225, 255, 230)


class Atlases:
    """The atlas that methods are given and slices show. Held by `Actions`."""

    def __init__(self, actions: Actions) -> None:
        self.state = AtlasState()
        self._actions, self._window = actions, actions.state
        self.registering = Registering(actions, self)
        actions.running.atlas = self.ref

    def begin(self) -> None:
        """Look after the volumes that are opened from now on, and after the one that is open. Once."""
        self._window.picture_changed.connect(self._another)
        self._another(self._window.picture)

    def ref(self) -> AtlasRef | None:
        """How specs name the open atlas; None where none is open."""
        return self.state.atlas.ref if self.state.atlas is not None else None

    def for_many(self) -> tuple[AtlasRef | None, InputRef | None]:
        """The open atlas for jobs about many volumes, and the template to which each is registered.

        How the volume on the screen meets it says nothing about others; that all are in one space, it may. The atlas of
        a collection is for that collection's volumes, which know it themselves.
        """
        ref = self.ref()
        if ref is None or ref.source.startswith(COLLECTION):
            return None, None
        if ref.registration in (None, "none"):
            return ref, None
        return ref.model_copy(update={"registration": None}), self.registering.template

    # -- opening ------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for a file of labels, and open it with the names that lie beside it."""
        path: Path | None = self._actions.dialogs.open_file("Open an atlas", KINDS)
        if path is not None:
            self.open(AtlasRef(source=str(path)))

    def ask_names(self) -> None:
        """Ask for a file with the names of the open atlas's regions."""
        ref = self.ref()
        path = self._actions.dialogs.open_file("Names of the atlas's regions", NAMES) if ref is not None else None
        if ref is not None and path is not None:
            self.open(ref.model_copy(update={"names": str(path)}))

    def open(self, ref: AtlasRef, *, quietly: bool = False) -> None:
        """Open the atlas that `ref` names; `quietly`: say nothing where there is none."""
        shelf = self._actions.shelf
        self._actions.desk.ask(
            TOPIC,
            lambda progress: read(shelf, ref),
            "" if quietly else "Opening the atlas",
            self._take,
            uses_model=False,
            otherwise=lambda error: quietly and isinstance(error, SalViewerError),
        )

    def close(self) -> None:
        """No atlas any more; the undo of `open`."""
        self._actions.desk.drop(TOPIC)
        self.state.atlas, self.state.paint = None, ""

    def register(self, registration: tuple[float, ...] | str) -> None:
        """How the volume on the screen meets the atlas: 16 numbers, or "none" where both are in one space."""
        atlas = self.state.atlas
        if atlas is not None:
            ref = AtlasRef.model_validate({**atlas.ref.model_dump(), "registration": registration})
            self.state.atlas = OpenAtlas(ref, atlas.atlas)

    def _take(self, found: OpenAtlas) -> None:
        self.state.atlas = found
        self.state.paint = self.state.paint or "outlines"
        self._ask_registration(self._actions.looking.volume())
        for note in found.atlas.volume.warnings:
            self._actions.tell(Message(note.text, "warning", topic=f"{TOPIC} {note.code}"))

    def _another(self, opened: Any) -> None:
        """Another volume meets the atlas in its own way; a collection's volume may bring its own atlas."""
        if opened is None or not opened.is_volume:
            return
        atlas = self.state.atlas
        if atlas is not None and atlas.ref.registration is not None:
            self.state.atlas = OpenAtlas(atlas.ref.model_copy(update={"registration": None}), atlas.atlas)
        self._actions.dismiss(REGISTRATION)
        if opened.ref.source.startswith(COLLECTION):
            brought = f"{COLLECTION}{opened.ref.source.removeprefix(COLLECTION).partition('/')[0]}"
            if atlas is None or atlas.ref.source != brought:
                self.open(AtlasRef(source=brought), quietly=True)
                return
        elif atlas is not None and atlas.ref.source.startswith(COLLECTION):
            self.close()  # it came with the collection that was left
            return
        self._ask_registration(opened.picture)

    def _ask_registration(self, volume: Volume | None) -> None:
        """Where nothing says how `volume` meets the atlas, ask: until then nothing of it is painted."""
        atlas = self.state.atlas
        if atlas is not None and volume is not None and not atlas.is_settled(volume):
            self.registering.ask(volume)

    @property
    def placed(self) -> OpenAtlas | None:
        """The open atlas where it is known how the volume on the screen meets it."""
        atlas, volume = self.state.atlas, self._actions.looking.volume()
        return atlas if atlas is not None and (volume is None or atlas.is_settled(volume)) else None

    # -- painting -----------------------------------------------------------------------------------------------

    def paint(self, what: str) -> None:
        """Paint this of the regions, one of PAINTS."""
        self.state.paint = what if what in PAINTS else ""

    def painted(self) -> Labels | None:
        """What of the regions the slices show; None for nothing."""
        from salviewer.kit.volume_scene import Labels  # noqa: PLC0415 - loads the kit

        atlas, colours = self.placed, self.colours()
        if atlas is None or not colours:
            return None
        return Labels(atlas.atlas.volume.array, atlas.affine, colours, self.state.paint == "outlines")

    def colours(self) -> Mapping[int, tuple[int, int, int, int]]:
        """Red, green, blue and opacity by label, as they are painted now."""
        atlas, what, table = self.placed, self.state.paint, region_table(self._window)
        if atlas is None or not what:
            return {}
        if what == "outlines":
            return dict.fromkeys(atlas.by_label, OUTLINE)
        if table is None:
            return {}
        rows = rows_of(table)
        return rank_colours(rows) if what == "ranks" else impact_colours(rows, lut(self._window.display.sequential))

    def bar(self) -> Bar | None:
        """Which colour is which impact; None unless regions are filled with theirs."""
        from salviewer.kit.printed_bar import Bar  # noqa: PLC0415 - loads the kit

        table = region_table(self._window)
        if self.state.paint != "impact" or table is None or not self.colours():
            return None
        ends = impact_range(rows_of(table))
        return Bar(*ends, lut(self._window.display.sequential), impact_words(table)) if ends is not None else None


def read(shelf: Shelf, ref: AtlasRef) -> OpenAtlas:
    """The atlas that `ref` names, on a worker's thread. Raises `SalViewerError`."""
    found = shelf.atlas(ref)
    return OpenAtlas(ref.model_copy(update={"sha256": found.volume.sha256}), found)
