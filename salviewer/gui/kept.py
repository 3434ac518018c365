"""What the workspace holds, and what could not be stored. Used on the engine's threads as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef
from salviewer.bench.judgement import Judgement
from salviewer.errors import SalViewerError
from salviewer.gui import errands
from salviewer.gui.small_pictures import small_map, small_picture
from salviewer.gui.values import InputItem, ModelCard, OpenPicture
from salviewer.jobs.register import ModelRow, Register

if TYPE_CHECKING:
    from salviewer.api.explanation import Explanation
    from salviewer.api.jobspec import JobSpec
    from salviewer.gui.values import ResultItem
    from salviewer.jobs.shelf import Shelf


@dataclass(frozen=True)
class Contents:
    """What the workspace's file lists, newest first. `rows`: of explanations."""

    rows: tuple[Any, ...] = ()
    inputs: tuple[InputItem, ...] = ()
    models: tuple[ModelCard, ...] = ()


class Kept:
    """The open workspace, and finished explanations in memory, with numbers below zero, where it takes none.

    `workspace`: None where the file could not be opened. The engine stores by `add`.
    """

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace
        self._alone = Register.in_memory()
        self._unkept: dict[int, tuple[Explanation, JobSpec, datetime]] = {}

    @property
    def register(self) -> Any:
        """Inputs, models, names and the session; in memory where there is no file."""
        return self.workspace.register if self.workspace is not None else self._alone

    @property
    def stores(self) -> bool:
        """Whether finished explanations land in a file."""
        return self.workspace is not None and not self.workspace.read_only

    def take(self, workspace: Any) -> Any:
        """Have another workspace from now on; the one of before, still open."""
        before, self.workspace = self.workspace, workspace
        self._unkept.clear()
        return before

    def close(self) -> None:
        """Close the workspace."""
        self._alone.close()
        if self.workspace is not None:
            self.workspace.close()

    # -- explanations -------------------------------------------------------------------------------------------

    def add(self, explanation: Explanation, spec: JobSpec) -> int | None:
        """Store a finished explanation; its number, None where nothing can be stored."""
        return self.workspace.add(explanation, spec) if self.stores else None

    def hold(self, number: int, explanation: Explanation, spec: JobSpec) -> None:
        """Keep `explanation` in memory as `number`, below zero."""
        self._unkept[number] = (explanation, spec, datetime.now(UTC))

    def unkept(self) -> tuple[tuple[Explanation, JobSpec, datetime], ...]:
        """What is in memory only, the oldest first."""
        return tuple(self._unkept.values())

    def load(self, number: int) -> Explanation:
        """The explanation with this number."""
        return self._unkept[number][0] if number < 0 else self.workspace.load(number)

    def with_picture(self, item: ResultItem, shelf: Shelf) -> tuple[Explanation, OpenPicture | None]:
        """The explanation, and its picture if that is still there and still the same."""
        explanation = self.load(item.id)
        return explanation, self.picture_of(explanation, item.spec.input, shelf)

    def picture_of(self, explanation: Explanation, ref: InputRef, shelf: Shelf) -> OpenPicture | None:
        """The picture at `ref` if it is the one that was explained."""
        wanted = explanation.provenance.get("input", {}).get("sha256", "")
        try:
            opened = errands.open_picture(shelf, ref)
        except SalViewerError:
            return None
        return opened if wanted in ("", opened.picture.sha256) else None

    def remove(self, numbers: Iterable[int]) -> None:
        """Take explanations out of the file's list; those in memory stay until the workspace is closed."""
        if self.stores:
            self.workspace.remove([n for n in numbers if n > 0])

    def restore(self, numbers: Iterable[int]) -> None:
        """Put explanations back on the list; the undo of `remove`."""
        if self.stores:
            self.workspace.restore([n for n in numbers if n > 0])

    # -- judgements ---------------------------------------------------------------------------------------------

    def keep_judgements(self, fingerprint: str, rows: Iterable[Judgement]) -> None:
        """Keep what was said of the explanation with this fingerprint."""
        self.register.keep_judgements(fingerprint, [row.facts() for row in rows])

    def judgements(self, fingerprint: str) -> tuple[Judgement, ...]:
        """What was said of it; nothing where that cannot be understood."""
        try:
            return tuple(Judgement.from_facts(facts) for facts in self.register.judgements(fingerprint))
        except (TypeError, KeyError, ValueError):
            return ()

    # -- lists --------------------------------------------------------------------------------------------------

    def contents(self) -> Contents:
        """What the file lists, and which inputs are not where they were."""
        rows = self.workspace.rows() if self.workspace is not None else ()
        names = self.register.names("input")
        inputs = tuple(
            InputItem(i.sha256, i.name, i.ref, i.opened, names.get(i.sha256, ""), is_missing(i.ref))
            for i in self.register.inputs()
        )
        return Contents(rows, inputs, tuple(_card(row) for row in self.register.models()))

    def note_picture(self, opened: OpenPicture) -> None:
        """List a picture that was opened, with a small picture of it."""
        ref = opened.ref.model_copy(update={"sha256": opened.picture.sha256})
        self.register.note_input(ref, opened.picture.name, _size(ref), small_picture(opened.picture))

    def note_model(self, card: ModelCard) -> None:
        """List a model that was opened."""
        facts = {"classes": list(card.classes), "outputs": card.outputs, "parameters": card.parameters}
        self.register.note_model(ModelRow(model_key(card), card.title, card.sha256, card.ref, facts))

    # -- small pictures -----------------------------------------------------------------------------------------

    def map_thumbnail(self, number: int) -> bytes:
        """The first map of an explanation as a small PNG."""
        return small_map(self.load(number).evidence[0])  # type: ignore[arg-type]

    def input_thumbnail(self, item: InputItem, shelf: Shelf) -> bytes:
        """An input as a small PNG; made and kept where it was not opened in this window yet."""
        known = self.register.input_thumbnail(item.sha256)
        if known or item.missing:
            return known
        opened = errands.open_picture(shelf, item.ref)
        if item.sha256 not in ("", opened.picture.sha256):
            return b""
        made = small_picture(opened.picture)
        self.register.keep_thumbnail(item.sha256, made, _size(item.ref))
        return made


def model_key(card: ModelCard) -> str:
    """What makes a model the same one again: its network and its weights, whatever is said about its outputs."""
    return f"{card.ref.architecture} {card.sha256 or card.ref.weights or ''}"


def is_missing(ref: InputRef) -> bool:
    """Whether `ref` names a file that is not there."""
    path = _path(ref)
    return path is not None and not path.is_file()


def _path(ref: InputRef) -> Path | None:
    """The file that `ref` names; None for what is no file."""
    return None if ref.source.startswith(("collection:", "live:")) else Path(ref.source).expanduser()


def _size(ref: InputRef) -> int:
    """The size of the file in bytes; 0 where there is none."""
    path = _path(ref)
    return path.stat().st_size if path is not None and path.is_file() else 0


def _card(row: ModelRow) -> ModelCard:
    facts = row.facts
    return ModelCard(
        ref=row.ref,
        title=row.title,
        classes=tuple(map(str, facts.get("classes", ()))),
        outputs=str(facts.get("outputs", "")),
        parameters=int(facts.get("parameters", 0)),
        sha256=row.sha256,
    )
