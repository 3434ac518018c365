"""Decides about opening: models, pictures, samples, saved explanations, whatever is dropped on the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, JobSpec, ModelRef
from salviewer.errors import NeedsChoice
from salviewer.gui import errands
from salviewer.gui.running import TOPIC as EXPLAIN
from salviewer.gui.running import shown_from
from salviewer.gui.values import OUTPUT_WORDS, Answer, Message, ModelCard, OpenPicture

if TYPE_CHECKING:
    from salviewer.gui.desk import Desk
    from salviewer.gui.remembered import Remembered
    from salviewer.gui.state import State
    from salviewer.jobs.shelf import Shelf

SAMPLE_INPUT = "collection:an8flower-single-6c"
SAMPLE_MODEL = ModelRef(architecture="an8flower-cnn", weights="default")
BRAIN_MODEL = ModelRef(architecture="brain-phantom-cnn", weights="default")
BRAIN_INPUT = InputRef(
    source="collection:brain-phantom/subject-001-atrophy", options={"collection": {"subset": "held-out"}}
)
FUNDUS_MODEL = ModelRef(architecture="fundus-phantom-cnn", weights="default")
FUNDUS_INPUT = InputRef(source="collection:fundus-phantom/person-0005-left", options={"collection": {"size": 1024}})
ASKED_OUTPUTS = ("softmax", "sigmoid", "ordinal")


class Lookup:
    """What the model dialog may ask while it is open; answers come on the window's thread."""

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self._desk, self._shelf = desk, shelf

    def names(self, then: Callable[[Mapping[str, tuple[str, ...]]], None]) -> None:
        """Names of all networks, by family."""
        shelf = self._shelf
        self._desk.ask("names", lambda progress: shelf.architecture_names(), "Listing the architectures", then)

    def facts(self, name: str, then: Callable[[Any], None]) -> None:
        """What is known about the network `name`."""
        shelf = self._shelf
        self._desk.ask(
            "facts",
            lambda progress: errands.describe_architecture(shelf, name),
            f"Looking up {name}",
            then,
            otherwise=lambda error: True,
        )

    def close(self) -> None:
        """Nobody waits any more."""
        self._desk.drop("names")
        self._desk.drop("facts")


def _as_it_is(opened: OpenPicture) -> OpenPicture:
    """A picture that lies in no folder that is open."""
    return opened


class Opening:
    """What happens when something is to be opened.

    Whoever looks after folders sets `place_in_folder` (a picture with its true class and its neighbours) and
    `open_folder`, `open_pictures` (what becomes of a folder or table, and of several pictures at once), and
    `before_looking` (what is asked of the model about a new picture before its prediction).
    """

    def __init__(
        self,
        state: State,
        desk: Desk,
        shelf: Shelf,
        dialogs: Any,
        remembered: Remembered,
        tell: Callable[[Message], None],
        hush: Callable[[str], None],
    ) -> None:
        self._state, self._desk, self._shelf, self._dialogs = state, desk, shelf, dialogs
        self._remembered, self._tell, self._hush = remembered, tell, hush
        self.place_in_folder: Callable[[OpenPicture], OpenPicture] = _as_it_is
        self.before_looking: Callable[[], None] = lambda: None
        self.open_folder: Callable[[Path], Any] = lambda path: self.open_picture(str(path))
        self.open_pictures: Callable[[tuple[Path, ...]], Any] = lambda paths: self.open_picture(str(paths[0]))

    # -- models -------------------------------------------------------------------------------------------------

    def ask_model(self, file: Path | None = None) -> None:
        """Ask which model, then open it. `file`: weights that are already chosen."""
        lookup = Lookup(self._desk, self._shelf)
        self._dialogs.open_model(file, lookup, self.open_model)

    def open_weights(self, path: Path) -> None:
        """Open the weights at `path` as the architecture that they name, or ask for it."""

        def named(architecture: str) -> None:
            if architecture:
                self.open_model(ModelRef(architecture=architecture, weights=str(path)))
            else:
                self.ask_model(path)

        title = f"Looking into {path.name}"
        self._desk.ask("model", lambda progress: errands.architecture_of(path), title, named, uses_model=False)

    def open_model(
        self,
        ref: ModelRef,
        then: Callable[[], None] = lambda: None,
        otherwise: Callable[[BaseException], bool] = lambda error: False,
    ) -> None:
        """Open the model that `ref` names, and call `then`; `otherwise(error)` may take a failure (True)."""
        known, shelf = self._remembered.outputs, self._shelf

        def opened(card: ModelCard) -> None:
            self._model_opened(card)
            then()

        self._desk.ask(
            "model",
            lambda progress: errands.open_model(shelf, ref, known, progress),
            f"Opening {ref.architecture}",
            opened,
            otherwise=otherwise,
        )

    def _model_opened(self, card: ModelCard) -> None:
        self._state.choice = replace(self._state.choice, target=None)  # first: the old class is none of the new ones
        self._state.model = card
        self._state.prediction = None
        self._state.grid = None
        self._hush("outputs")
        if card.outputs_assumed and len(card.classes) > 1:
            self._ask_outputs(card)
        self._look()

    def _ask_outputs(self, card: ModelCard) -> None:
        answers = tuple(Answer(OUTPUT_WORDS[kind].capitalize(), "outputs", kind) for kind in ASKED_OUTPUTS)
        text = (
            f"{card.title} does not say what its outputs mean; taken as “{OUTPUT_WORDS[card.outputs]}” for now. "
            f"What does it tell of a picture?"
        )
        self._tell(Message(text, "question", answers=answers, topic="outputs"))

    def answer_outputs(self, outputs: str) -> None:
        """Take `outputs` as the meaning of the open model's outputs, now and whenever it is opened again."""
        card = self._state.model
        if card is None:
            return
        self._remembered.remember(card.sha256, outputs)
        if self._remembered.notice:
            self._tell(Message(self._remembered.notice, "warning", topic="remembered"))
        self.open_model(card.ref.model_copy(update={"outputs": outputs}))

    # -- pictures -----------------------------------------------------------------------------------------------

    def ask_picture(self) -> None:
        """Ask for a file and open it as a picture."""
        patterns = [p for info in self._shelf.host.readers.values() for p in info.patterns]
        if (path := self._dialogs.open_picture(patterns)) is not None:
            self.open_picture(str(path))

    def open_picture(self, source: str, options: Mapping[str, Any] | None = None) -> None:
        """Open the picture at `source` (a path or "collection:KEY/ID"), read with `options`."""
        ref, shelf = InputRef(source=source, options=dict(options or {})), self._shelf
        self._desk.ask(
            "picture",
            lambda progress: errands.open_picture(shelf, ref),
            "Opening the picture",
            self.picture_opened,
            uses_model=False,
            otherwise=lambda error: self.settle(ref, error),
        )

    def settle(self, ref: InputRef, error: BaseException) -> bool:
        """Ask what the file leaves open, and open it so; False where `error` is about something else."""
        if not isinstance(error, NeedsChoice):
            return False
        answer = self._dialogs.choose(error.asks, error.option, error.choices)
        if answer is not None:
            self.open_picture(ref.source, answered(ref, error.option, answer))
        return True

    def picture_opened(self, opened: OpenPicture) -> None:
        """Show the picture that was read, with nothing over it yet."""
        self._state.shown = None  # first: whoever follows from picture to picture sees that no map is there
        self.take_picture(opened)

    def take_picture(self, opened: OpenPicture) -> None:
        """Make `opened` the picture that the model looks at and Run explains."""
        self._desk.forget(EXPLAIN)  # what still runs is about another picture: it goes to the results, not on screen
        self._state.picture = self.place_in_folder(opened)
        self._state.prediction = None
        self._state.grid = None
        self._state.choice = replace(self._state.choice, target=None)
        self._look()

    def leave_picture(self) -> None:
        """No picture is open any more."""
        for topic in (EXPLAIN, "predict", "see"):
            self._desk.forget(topic)
        self._state.shown = self._state.prediction = self._state.grid = None
        self._state.choice = replace(self._state.choice, target=None)
        self._state.picture = None

    def open_sample(self) -> None:
        """Open the built-in model and the first of the built-in pictures."""
        self.open_model(SAMPLE_MODEL)
        self.open_picture(SAMPLE_INPUT)

    def open_sample_brain(self) -> None:
        """Open the built-in 3D network, and a brain of the phantom that it has not been trained on."""
        self.open_model(BRAIN_MODEL)
        self.open_picture(BRAIN_INPUT.source, BRAIN_INPUT.options)

    def open_sample_fundus(self) -> None:
        """Open the built-in network for retinas, and an eye of the phantom that it has not been trained on."""
        self.open_model(FUNDUS_MODEL)
        self.open_picture(FUNDUS_INPUT.source, FUNDUS_INPUT.options)

    # -- both ---------------------------------------------------------------------------------------------------

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open whatever the files and folders are, by their content; several pictures become a folder of their own."""
        given = tuple(paths)
        named = given[0].name if len(given) == 1 else f"{len(given)} files"
        self._desk.ask(
            f"recognise {' '.join(map(str, given))}",
            lambda progress: tuple(errands.recognise(path) for path in given),
            f"Looking at {named}",
            lambda kinds: self._open_as(dict(zip(given, kinds, strict=True))),
            uses_model=False,
        )

    def _open_as(self, kinds: Mapping[Path, str]) -> None:
        pictures = tuple(path for path, kind in kinds.items() if kind == "picture")
        if len(pictures) > 1:
            self.open_pictures(pictures)
        elif pictures:
            self.open_picture(str(pictures[0]))
        opens = {"explanation": self.open_explanation, "model": self.open_weights, "folder": self.open_folder}
        for path, kind in kinds.items():
            if kind in opens:
                opens[kind](path)

    def open_explanation(self, path: Path) -> None:
        """Show the explanation saved at `path` over what it is about: the open input, or one of the workspace."""
        shelf, inputs = self._shelf, self._state.inputs
        known = self._state.picture.picture.sha256 if self._state.picture is not None else ""
        self._desk.ask(
            "result",
            lambda progress: errands.open_explanation(path, shelf, inputs, known),
            f"Opening {path.name}",
            lambda found: self._show(*found),
            uses_model=False,
        )

    def _show(self, explanation: Explanation, found: OpenPicture | None) -> None:
        wanted, here = errands.explained(explanation), self._state.picture
        self._desk.forget(EXPLAIN)
        if here is not None and wanted == here.picture.sha256:
            found = here
        elif found is not None:
            self.take_picture(found)
        self._state.shown = shown_from(explanation, found)

    def _look(self) -> None:
        """Have the model look at the picture: what it says, and which part of the picture it sees."""
        card, opened, shelf = self._state.model, self._state.picture, self._shelf
        if card is None or opened is None:
            return
        self.before_looking()
        spec = JobSpec(verb="predict", model=card.ref, input=opened.ref)
        self._desk.submit("predict", spec, "Asking the model", lambda p: setattr(self._state, "prediction", p))
        self._desk.ask(
            "see",
            lambda progress: errands.see(shelf, card.ref, opened.ref),
            "Placing the model's view",
            lambda grid: setattr(self._state, "grid", grid),
            otherwise=lambda error: True,
        )


def answered(ref: InputRef, option: str, answer: str) -> dict[str, Any]:
    """`ref`'s options with an answer; of a sample it is its collection's, for whose every file it then holds."""
    if not ref.source.startswith(errands.COLLECTION):
        return {**ref.options, option: answer}
    return {**ref.options, "collection": {**ref.options.get("collection", {}), option: answer}}
