"""Decides about folders: what is in the open one, which picture comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef
from salviewer.errors import NeedsChoice, SalViewerError
from salviewer.gui import errands
from salviewer.gui.batch_values import BatchState
from salviewer.gui.following import Following
from salviewer.gui.values import Message
from salviewer.jobs.batches import Batch, Item, Looked, of_files, of_siblings, read_batch

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.values import OpenPicture

TOPIC = "folder"
PAGE = 10
"""Pictures that Page Up and Page Down go by."""


class Browsing:
    """The folder's decisions. `memory` holds what is known of its pictures."""

    def __init__(self, actions: Actions) -> None:
        self.memory = BatchState()
        self._actions, self._state, self._desk = actions, actions.state, actions.desk
        self._opening, self._shelf = actions.opening, actions.shelf
        self.following = Following(actions, self.memory)
        self._beside: tuple[str, ...] = ()  # the pictures around one that is in no folder that was opened
        self._opening.place_in_folder = self._placed
        self._opening.before_looking = self.following.at_once
        self._state.picture_changed.connect(self._readable)
        self._opening.open_folder, self._opening.open_pictures = self.open, self.open_files

    def close(self) -> None:
        """Follow nobody any more."""
        self.following.close()

    # -- opening ------------------------------------------------------------------------------------------------

    def ask_folder(self) -> None:
        """Ask for a folder and open it."""
        batch = self.memory.batch
        folder = self._actions.dialogs.choose_folder("Folder of pictures", Path(batch.place if batch else Path.home()))
        if folder is not None:
            self.open(folder)

    def ask_table(self) -> None:
        """Ask for a table of pictures and their classes, and open it."""
        path = self._actions.dialogs.open_file("Open a table of pictures and classes", "Tables (*.csv *.tsv)")
        if path is not None:
            self.open(path)

    def open(self, path: Path, options: Mapping[str, Any] | None = None) -> None:
        """Open the folder or the table of classes at `path`, and its first picture."""
        shelf = self._shelf
        self._desk.ask(
            TOPIC,
            lambda progress: read_batch(shelf, path, options),
            f"Looking through {path.name}",
            self.take,
            uses_model=False,
            otherwise=lambda error: self._settle(path, dict(options or {}), error),
        )

    def open_files(self, paths: tuple[Path, ...]) -> None:
        """Take some files as a folder of their own."""
        self.take(of_files(paths))

    def _settle(self, path: Path, options: dict[str, Any], error: BaseException) -> bool:
        """Ask what a table leaves open."""
        if not isinstance(error, NeedsChoice):
            return False
        answer = self._actions.dialogs.choose(error.asks, error.option, error.choices)
        if answer is not None:
            self.open(path, {**options, error.option: answer})
        return True

    def take(self, batch: Batch) -> None:
        """Make `batch` the open folder; its first picture is opened unless one of it is open already."""
        self._take(batch)
        for note in batch.notes:
            self._actions.tell(Message(note, "warning", topic=TOPIC))
        opened = self._state.picture
        if opened is not None and self.item(opened.ref.source) is not None:
            self._state.picture = self._placed(opened)
        else:
            self.go_to(batch.items[0].key)

    def _take(self, batch: Batch) -> None:
        memory = self.memory
        memory.looked = memory.explained = {}
        memory.place, memory.said, memory.at, memory.fault = None, "", "", ""
        memory.batch = batch

    # -- the pictures -------------------------------------------------------------------------------------------

    def item(self, key: str) -> Item | None:
        """The picture called `key` in the open folder."""
        batch = self.memory.batch
        return next((item for item in batch.items if item.key == key), None) if batch else None

    def go_to(self, key: str, *, with_map: bool = False) -> None:
        """Open the picture called `key`; one that cannot be read is marked, and can be left again.

        with_map: show a result of the chosen method on it, if there is one.
        """
        item, opened = self.item(key), self._state.picture
        if item is None and key in self._beside:
            item = Item(InputRef(source=key), Path(key).name)
        if item is None:
            return
        self.memory.at = key
        self.following.wish_map_of(key if with_map else "")
        if with_map and opened is not None and opened.ref.source == key:
            self.following.show_known()
            return
        shelf, ref = self._shelf, item.ref
        self._desk.ask(
            "picture",
            lambda progress: errands.open_picture(shelf, ref),
            f"Opening {item.name}",
            self._opening.picture_opened,
            uses_model=False,
            otherwise=lambda error: self._opening.settle(ref, error) or self._unreadable(item, error),
        )

    def _unreadable(self, item: Item, error: BaseException) -> bool:
        """Nothing of the picture before stays on the screen under this one's name: there stands why there is none."""
        if not self._noted(item, error) or self.memory.at != item.key:
            return False
        self._opening.leave_picture()
        self.memory.fault = str(error)
        return True

    def _readable(self, opened: OpenPicture | None) -> None:
        if opened is not None:
            self.memory.fault = ""

    def _noted(self, item: Item, error: BaseException) -> bool:
        known = isinstance(error, SalViewerError)
        if known and self.item(item.key) is not None:
            self.note(Looked(item.key, item.truth, error=str(error), code=error.code))
        return known

    def neighbour(self, step: int) -> str | None:
        """The key of the picture `step` places further; None where there is none."""
        keys = self._keys()
        if self.memory.at not in keys:
            return None
        at = keys.index(self.memory.at) + step
        return keys[at] if 0 <= at < len(keys) else None

    def _keys(self) -> tuple[str, ...]:
        """The pictures among which one goes about: the open folder's, or those beside one that is not among them."""
        batch = self.memory.batch
        keys = tuple(item.key for item in batch.items) if batch else ()
        return self._beside if self.memory.at not in keys and self.memory.at in self._beside else keys

    def step(self, step: int) -> None:
        """Open the picture `step` places further, or the last one on that side."""
        keys, key = self._keys(), self.neighbour(step)
        if key is None and keys and abs(step) > 1:
            key = keys[0 if step < 0 else -1]
        if key is not None and key != self.memory.at:
            self.go_to(key)

    def go_to_end(self, *, last: bool) -> None:
        """Open the first or the last picture."""
        keys = self._keys()
        if keys and (key := keys[-1 if last else 0]) != self.memory.at:
            self.go_to(key)

    def note(self, *found: Looked) -> None:
        """Keep what was found out about pictures."""
        self.memory.looked = {**self.memory.looked, **{looked.key: looked for looked in found}}

    def thumbnail(self, key: str, whose: str, side: int, then: Callable[[Any], None], lost: Callable[[], None]) -> None:
        """Have `then` called with the picture called `key`, at most `side` pixels wide and high, or `lost`.

        `whose`: the list that wants it; of one list only the newest wish for a picture counts.
        """
        item, shelf = self.item(key), self._shelf
        if item is None:
            lost()
            return

        def errand(progress: Any) -> Any:
            from salviewer.bench.thumbnails import thumbnail  # noqa: PLC0415 - loads Pillow, on the worker's thread
            from salviewer.data.axial import flat  # noqa: PLC0415 - loads numpy, on the worker's thread

            return thumbnail(flat(shelf.source(item.ref)), None, side)

        def failed(error: BaseException) -> bool:
            if key not in self.memory.looked:
                self._noted(item, error)
            lost()
            return True

        def stopped(event: Any) -> bool:
            if event.kind == "cancelled":
                lost()
            return False

        topic = f"thumbnail of {whose} {key}"
        self._desk.ask(topic, errand, "", then, uses_model=False, otherwise=failed, lost=stopped)

    def _placed(self, opened: OpenPicture) -> OpenPicture:
        """`opened` with the open folder's pictures as its neighbours, or else with those of its own folder.

        A sample of another collection opens that one.
        """
        key = opened.ref.source
        if self.item(key) is None and len(opened.siblings) > 1 and key.startswith(errands.COLLECTION):
            options = {k: v for k, v in opened.ref.options.items() if k == "collection"}
            kind = key.removeprefix("collection:").partition("/")[0]
            info = self._shelf.host.collections.get(kind)
            self._take(of_siblings(info.title if info else kind, opened.siblings, options))
        item, batch = self.item(key), self.memory.batch
        if item is None or batch is None:
            self._beside = opened.siblings
            self.memory.at = key if key in opened.siblings else ""
            return opened
        self.memory.at = key
        return replace(opened, truth=opened.truth or item.truth, siblings=tuple(i.key for i in batch.items))
