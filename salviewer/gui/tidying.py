"""Decides about the workspace's lists: names given by hand, what is removed, files that were moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.gui.keeping import QUIETLY
from salviewer.gui.kept import Kept, model_key
from salviewer.gui.values import Answer, InputItem, Message, ModelCard, OpenPicture, ResultItem
from salviewer.jobs.relinking import find_again
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.state import State
    from salviewer.gui.undoing import Undoing

RELINK = Answer("Look for it in a folder …", "relink")

WRITES = 512
"""How many writes may wait at once."""


class Tidying:
    """What a person does to the lists. `refresh`: brings the state's lists up to date with the file."""

    def __init__(
        self,
        state: State,
        desk: Desk,
        kept: Kept,
        dialogs: Any,
        undoing: Undoing,
        tell: Callable[[Message], None],
        refresh: Callable[[], None],
    ) -> None:
        self._state, self._desk, self._kept, self._dialogs = state, desk, kept, dialogs
        self._undoing, self._tell, self._refresh = undoing, tell, refresh
        self._writes = 0
        state.model_changed.connect(self._note_model)
        state.picture_changed.connect(self._note_picture)

    # -- what is opened is listed -------------------------------------------------------------------------------

    def _note_model(self, card: ModelCard | None) -> None:
        """List the open model; a model that is opened with other words about its outputs takes its own place."""
        if card is None:
            return
        kept, cards, key = self._kept, list(self._state.models), model_key(card)
        places = [i for i, other in enumerate(cards) if model_key(other) == key]
        if places:
            cards[places[0]] = card
        else:
            cards.append(card)
        self._state.models = tuple(cards)
        self._write(lambda: kept.note_model(card))

    def _note_picture(self, opened: OpenPicture | None) -> None:
        if opened is not None:
            kept = self._kept
            self._write(lambda: kept.note_picture(opened), self._refresh)

    # -- names --------------------------------------------------------------------------------------------------

    def rename(self, item: ResultItem | InputItem, text: str) -> None:
        """Call `item` by a name of the person's own; "" gives it back its first one."""
        old, new = item.label, text.strip()
        if old != new:
            what = new or (item.method if isinstance(item, ResultItem) else item.name)
            self._undoing.do(f"name “{what}”", lambda: self._name(item, new), lambda: self._name(item, old))

    def _name(self, item: ResultItem | InputItem, text: str) -> None:
        kept, state = self._kept, self._state
        if isinstance(item, ResultItem):
            state.results = tuple(replace(r, label=text) if r.id == item.id else r for r in state.results)
            if item.id > 0:
                self._write(lambda: kept.register.name("explanation", str(item.id), text))
        else:
            state.inputs = tuple(replace(i, label=text) if i.sha256 == item.sha256 else i for i in state.inputs)
            self._write(lambda: kept.register.name("input", item.sha256, text))

    # -- removing -----------------------------------------------------------------------------------------------

    def remove(self, items: Sequence[ResultItem]) -> None:
        """Take explanations from the list. Until the workspace is closed this can be undone."""
        if items:
            one = f"removing {items[0].label or f'{items[0].method} · {items[0].target}'}"
            text = one if len(items) == 1 else f"removing {len(items)} explanations"
            self._undoing.do(text, lambda: self._take_out(items), lambda: self._put_back(items))

    def remove_input(self, item: InputItem, results: Sequence[ResultItem]) -> None:
        """Take an input from the list, with its explanations."""
        count = f" and {counted(len(results), 'explanation')}" if results else ""

        def out() -> None:
            self._state.inputs = tuple(i for i in self._state.inputs if i.sha256 != item.sha256)
            self._write(lambda: kept.register.hide_input(item.sha256, hidden=True))
            self._take_out(results)

        def back() -> None:
            self._write(lambda: kept.register.hide_input(item.sha256, hidden=False))
            self._put_back(results)

        kept = self._kept
        self._undoing.do(f"removing {item.label or item.name}{count}", out, back)

    def remove_model(self, card: ModelCard) -> None:
        """Take a model from the list; its explanations stay, and so does the open model."""

        def out() -> None:
            self._state.models = tuple(m for m in self._state.models if model_key(m) != model_key(card))
            self._write(lambda: kept.register.forget_model(model_key(card)))

        def back() -> None:
            self._state.models = (*self._state.models, card)
            self._write(lambda: kept.note_model(card))

        kept = self._kept
        self._undoing.do(f"removing {card.title}", out, back)

    def _take_out(self, items: Sequence[ResultItem]) -> None:
        kept, state, gone = self._kept, self._state, {item.id for item in items}
        state.results = tuple(r for r in state.results if r.id not in gone)
        if state.shown is not None and state.shown.result in gone:
            state.shown = None
        self._write(lambda: kept.remove(gone))

    def _put_back(self, items: Sequence[ResultItem]) -> None:
        kept, state = self._kept, self._state
        numbers = {item.id for item in items}
        everything = (*items, *(r for r in state.results if r.id not in numbers))
        state.results = tuple(sorted(everything, key=lambda r: (r.id < 0, abs(r.id)), reverse=True))
        self._write(lambda: kept.restore(numbers), self._refresh)

    # -- moved files --------------------------------------------------------------------------------------------

    def say_missing(self, item: InputItem) -> None:
        """Say that the file of an input is not where it was, and offer to look for it."""
        text = f"{item.label or item.name} is not where it was. If it was moved or renamed, it can be found again."
        self._tell(Message(text, "question", answers=(RELINK,), topic="relink"))

    def relink(self) -> None:
        """Ask for a folder, and look there for all files that are missing."""
        wanted = {row.sha256: row.size for row in self._kept.register.inputs()}
        missing = {item.sha256 for item in self._state.inputs if item.missing}
        wanted = {sha256: size for sha256, size in wanted.items() if sha256 in missing}
        folder = self._dialogs.choose_folder("Look for missing pictures in", Path.home()) if wanted else None
        if folder is None:
            return
        self._desk.ask(
            "relink",
            lambda progress: find_again(folder, wanted, progress),
            f"Looking for {counted(len(wanted), 'missing picture')} in {folder.name}",
            lambda found: self._found(found, len(wanted), folder),
            uses_model=False,
        )

    def _found(self, found: Mapping[str, Path], wanted: int, folder: Path) -> None:
        kept = self._kept
        for sha256, path in found.items():
            self._write(lambda sha256=sha256, path=path: kept.register.relink(sha256, str(path)), self._refresh)
        if len(found) == wanted:
            what = "picture was" if wanted == 1 else "pictures were"
            self._tell(Message(f"{wanted} missing {what} found again.", "info", topic="relink"))
        else:
            lost = wanted - len(found)
            text = f"{folder.name} does not hold {lost} of {counted(wanted, 'missing picture')} with the same content."
            again = Answer("Look in another folder …", "relink")
            self._tell(Message(text, "warning", answers=(again,), topic="relink"))

    # -- inside -------------------------------------------------------------------------------------------------

    def _write(self, work: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
        """Have `work` done on the files' thread, in order; a topic each, so that none takes another's place."""
        self._writes = (self._writes + 1) % WRITES
        self._desk.ask(f"note {self._writes}", lambda progress: work(), QUIETLY, lambda _: then(), uses_model=False)
