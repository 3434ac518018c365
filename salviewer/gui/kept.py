"""Finished explanations by number: in the workspace, or in memory where there is none. Used on the engine's threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.errors import SalViewerError
from salviewer.gui import errands

if TYPE_CHECKING:
    from salviewer.api.explanation import Explanation
    from salviewer.gui.values import OpenPicture, ResultItem
    from salviewer.jobs.shelf import Shelf


class Kept:
    """Numbers below zero are in memory only. `workspace`: None where the file could not be opened."""

    def __init__(self, workspace: Any) -> None:
        self._workspace = workspace
        self._unkept: dict[int, Explanation] = {}

    def rows(self) -> tuple[Any, ...]:
        """What the workspace holds, newest first."""
        return self._workspace.rows() if self._workspace is not None else ()

    def hold(self, number: int, explanation: Explanation) -> None:
        """Keep `explanation` in memory as `number`, below zero."""
        self._unkept[number] = explanation

    def load(self, number: int) -> Explanation:
        """The explanation with this number."""
        return self._unkept[number] if number < 0 else self._workspace.load(number)

    def with_picture(self, item: ResultItem, shelf: Shelf) -> tuple[Explanation, OpenPicture | None]:
        """The explanation, and its picture if that is still there and still the same."""
        explanation = self.load(item.id)
        wanted = explanation.provenance.get("input", {}).get("sha256", "")
        try:
            opened = errands.open_picture(shelf, item.spec.input)
        except SalViewerError:
            return explanation, None
        return explanation, opened if wanted in ("", opened.picture.sha256) else None
