"""Decides about exports of volumes: the map as NIfTI, the slices as PNG, the table of regions as CSV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.regions import RegionTable
from salviewer.data.whole_file import write_whole
from salviewer.gui.exporting import TOPIC, file_name
from salviewer.gui.values import Message
from salviewer.gui.volumes.region_rows import as_csv
from salviewer.jobs.deidentified import cleaned

if TYPE_CHECKING:
    from salviewer.api.evidence import Heatmap
    from salviewer.api.explanation import Explanation
    from salviewer.gui.actions import Actions
    from salviewer.gui.state import State
    from salviewer.gui.volumes.sheet import Sheet


class VolumeExporting:
    """What leaves the window of a volume. `sheet`: gives the slices as they are on the screen."""

    def __init__(self, actions: Actions, sheet: Callable[[], Sheet]) -> None:
        self._actions, self._state, self._sheet = actions, actions.state, sheet

    def save_nifti(self) -> None:
        """Ask where, and write the map on top on the volume's own grid, with its facts beside it."""
        shown = self._state.shown
        if shown is None or shown.explanation is None or not shown.is_volume:
            return
        explanation, heatmap = shown.explanation, shown.top
        path = self._ask("Export NIfTI", f"{file_name(shown.title)}.nii.gz", "NIfTI volume (*.nii.gz *.nii)")
        if path is not None:
            self._write(path, lambda: write_nifti(explanation, heatmap, path))

    def save_slices(self) -> None:
        """Ask where, and write the slices as they are on the screen, with letters, convention and colour bar."""
        shown = self._state.shown
        title = shown.title if shown is not None else "slices"
        path = self._ask("Export slices", f"{file_name(title)}-slices.png", "PNG picture (*.png)")
        if path is None:
            return
        sheet = self._sheet()

        def make() -> Any:
            from salviewer.gui.volumes.sheet import drawn, png_bytes  # noqa: PLC0415 - on the worker's thread

            return write_whole(path, lambda draft: draft.write_bytes(png_bytes(drawn(sheet))))

        self._write(path, make)

    def save_regions(self) -> None:
        """Ask where, and write the table of regions."""
        table = region_table(self._state)
        if table is None:
            return
        path = self._ask("Export regions", "regions.csv", "Table (*.csv)")
        if path is not None:
            self._write(path, lambda: write_whole(path, lambda draft: draft.write_text(as_csv(table), "utf-8")))

    def _ask(self, title: str, suggestion: str, kinds: str) -> Path | None:
        found: Path | None = self._actions.dialogs.save_file(title, suggestion, kinds)
        return found

    def _write(self, path: Path, make: Callable[[], Any]) -> None:
        said = Message(f"Saved {path.name}.", "info", topic=TOPIC)
        self._actions.desk.ask(TOPIC, lambda progress: make(), f"Exporting {path.name}",
                               lambda _: self._actions.tell(said), uses_model=False)  # fmt: skip


def region_table(state: State) -> RegionTable | None:
    """What the answer on the screen says of regions; None where it says nothing of them."""
    shown = state.shown
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return next((e for e in evidence if isinstance(e, RegionTable)), None)


def write_nifti(explanation: Explanation, heatmap: Heatmap, path: Path) -> Path:
    """Write one map of `explanation` as NIfTI, without paths and without the name of the volume's file."""
    clean, at = cleaned(explanation), explanation.evidence.index(heatmap)
    return clean.save_nifti(path, clean.evidence[at])  # type: ignore[arg-type]
