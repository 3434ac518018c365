"""Decides about results: the list of them, showing one again, saving one as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.explanation import Explanation
from salviewer.gui import errands
from salviewer.gui.kept import Contents, Kept, model_key
from salviewer.gui.running import TOPIC as EXPLAIN
from salviewer.gui.running import shown_from
from salviewer.gui.values import InputItem, Message, OpenPicture, ResultItem

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf


QUIETLY = ""  # the title of errands that nobody waits for


class Keeping:
    """What happens to finished explanations. `take_picture`: makes a picture the open one."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        kept: Kept,
        dialogs: Any,
        tell: Callable[[Message], None],
        take_picture: Callable[[OpenPicture], None],
    ) -> None:
        self._state, self._desk, self._shelf = state, desk, shelf
        self._kept, self._dialogs, self._tell = kept, dialogs, tell
        self._take_picture = take_picture

    def list_results(self) -> None:
        """Bring the lists up to date with the workspace file."""
        kept = self._kept
        self._desk.ask("rows", lambda progress: kept.contents(), QUIETLY, self._listed, uses_model=False)

    def _listed(self, contents: Contents) -> None:
        kept = tuple(self._item(row) for row in contents.rows)
        unkept = tuple(item for item in self._state.results if item.id < 0)
        self._state.results = (*unkept, *kept)
        self._state.inputs = contents.inputs
        known = {model_key(card): card for card in self._state.models}
        self._state.models = tuple(known.get(model_key(card), card) for card in contents.models)

    def _item(self, row: Any) -> ResultItem:
        title = self._title(row.method)
        digest, label = row.input_sha256, row.label
        return ResultItem(
            row.id, row.created, title, row.target, row.model, row.input, row.spec, input_sha256=digest, label=label
        )

    def keep(self, event: Any) -> None:
        """Put a finished explanation on the list; the engine has stored it, or says why not."""
        if event.message and event.stored is None:
            self._tell(Message(event.message, "warning", topic="keep"))
        if event.stored is not None:
            self.list_results()
            return
        about = event.result.provenance
        item = ResultItem(
            id=-event.number,
            created=datetime.now(UTC),
            method=self._title(event.spec.method),
            target=str(about.get("target", {}).get("label", "")),
            model=str(about.get("model", {}).get("architecture", "")),
            input=str(about.get("input", {}).get("name", "")),
            spec=event.spec,
            input_sha256=str(about.get("input", {}).get("sha256") or event.spec.input.sha256),
        )
        self._kept.hold(item.id, event.result, event.spec)
        self._state.results = (item, *self._state.results)

    def _title(self, method: str) -> str:
        """The method's title, or its key where its plugin is gone."""
        info = self._shelf.host.explainers.get(method)
        return info.title if info else method

    def show(self, item: ResultItem) -> None:
        """Show a result again, over its own picture where that can still be read."""
        kept, shelf = self._kept, self._shelf
        self._desk.ask(
            "result",
            lambda progress: kept.with_picture(item, shelf),
            "Opening the result",
            lambda found: self._fetched(item, *found),
            uses_model=False,
        )

    def thumbnail(self, item: ResultItem | InputItem, then: Callable[[bytes], None]) -> None:
        """Have `then` called with a small PNG of a result's first map, or of an input; empty where there is none."""
        kept, shelf = self._kept, self._shelf

        def make(progress: Any) -> bytes:
            return kept.map_thumbnail(item.id) if isinstance(item, ResultItem) else kept.input_thumbnail(item, shelf)

        def failed(error: BaseException) -> bool:
            then(b"")
            return True

        key = item.id if isinstance(item, ResultItem) else item.sha256
        self._desk.ask(f"thumbnail {key}", make, QUIETLY, then, uses_model=False, otherwise=failed)

    def fetch(
        self,
        item: ResultItem,
        then: Callable[[Explanation, OpenPicture | None], None],
        otherwise: Callable[[BaseException], bool],
    ) -> None:
        """Have `then(explanation, its picture if that is still the same)` called; what is on the screen stays there."""
        kept, shelf = self._kept, self._shelf
        self._desk.ask(
            f"fetch {item.id}",
            lambda progress: kept.with_picture(item, shelf),
            QUIETLY,
            lambda found: then(*found),
            uses_model=False,
            otherwise=otherwise,
        )

    def _fetched(self, item: ResultItem, explanation: Explanation, opened: OpenPicture | None) -> None:
        self._desk.forget(EXPLAIN)
        shown = shown_from(explanation, opened, item.id)
        if opened is None:
            gone = f"The picture {item.input} is not where it was, or has changed: the map is shown alone."
            shown = replace(shown, notes=(gone, *shown.notes))
        elif self._state.picture is None or opened.picture.sha256 != self._state.picture.picture.sha256:
            self._take_picture(opened)
        self._state.shown = shown

    # -- out of the window --------------------------------------------------------------------------------------

    def save_explanation(self) -> None:
        """Ask where, and save the explanation on screen with all its maps, parameters and provenance."""
        shown = self._state.shown
        if shown is None or shown.explanation is None:
            return
        suggestion = f"{_file_name(shown.title)}.safetensors"
        path = self._dialogs.save_file("Save explanation", suggestion, "SalViewer explanation (*.safetensors)")
        if path is None:
            return
        explanation = shown.explanation
        self._desk.ask(
            "save",
            lambda progress: errands.save_explanation(explanation, path),
            f"Saving {path.name}",
            self._saved,
            uses_model=False,
        )

    def _saved(self, path: Path) -> None:
        self._tell(Message(f"Saved {path.name}.", "info", topic="save"))


def _file_name(title: str) -> str:
    """`title` as a file's name: letters, digits and hyphens."""
    kept = "".join(c if c.isalnum() else "-" for c in title.lower())
    return "-".join(part for part in kept.split("-") if part) or "explanation"
