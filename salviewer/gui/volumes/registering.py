"""Decides about registration: when it is asked, the search on the worker's thread, what is made of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.jobspec import InputRef
from salviewer.api.progress import Progress
from salviewer.api.values import Volume
from salviewer.errors import InvalidChoice, NeedsChoice
from salviewer.gui.values import Answer, Message
from salviewer.numeric.slicing import Convention

if TYPE_CHECKING:
    from salviewer.data.registration_result import Registration
    from salviewer.gui.actions import Actions
    from salviewer.gui.volumes.atlases import Atlases
    from salviewer.jobs.shelf import Shelf

TOPIC = "registration"
QUESTION = (
    "The header of {volume} does not say that it is in the space of the atlas {atlas}. An atlas means nothing on a "
    "head that is not in its space: register the head to the template that the atlas was drawn on, or say that both "
    "are in one space."
)
ANSWERS = (Answer("Register to a template …", TOPIC, "affine"), Answer("They are in one space", TOPIC, "none"))
KINDS = "Heads in the atlas's space (*.nii *.nii.gz *.mgz *.mgh *.img)"


@dataclass(frozen=True, eq=False)
class Fit:
    """What a search found. board: PNG, the head and the template in tiles that take turns; volume: which was moved.

    template: what it was moved to.
    """

    found: Registration
    board: bytes
    volume: Volume
    template: InputRef | None = None


class Registering:
    """Asks, searches, and hands the answer to the open atlas."""

    def __init__(self, actions: Actions, atlases: Atlases) -> None:
        self._actions, self._atlases = actions, atlases
        self._run_then = False
        self.template: InputRef | None = None
        """The head to which the person last judged a registration to fit."""
        actions.running.unsettled = self.settle

    def ask(self, volume: Volume) -> None:
        """Ask how `volume` meets the open atlas."""
        atlas = self._atlases.state.atlas
        if atlas is not None:
            text = QUESTION.format(volume=volume.name, atlas=atlas.atlas.volume.name)
            self._actions.tell(Message(text, "question", answers=ANSWERS, topic=TOPIC))

    def settle(self, error: BaseException) -> bool:
        """A run ended because nobody said how volume and atlas meet: ask, and run it then."""
        volume = self._actions.looking.volume()
        asked = isinstance(error, NeedsChoice) and error.option == TOPIC
        if not asked or volume is None or self._atlases.state.atlas is None:
            return False
        self._run_then = True
        self.ask(volume)
        return True

    def answer(self, value: str) -> None:
        """Register to a template, which is asked for ("affine"), or take both as in one space ("none")."""
        self._actions.dismiss(TOPIC)
        if value == "affine":
            self.ask_template()
        else:
            self._take("none")

    def ask_template(self) -> None:
        """Ask for the template's file, and search."""
        volume = self._actions.looking.volume()
        path: Path | None = self._actions.dialogs.open_file("Open a template in the atlas's space", KINDS)
        if path is None or volume is None:
            return
        shelf, looking = self._actions.shelf, self._actions.looking
        convention = Convention(looking.radiological, looking.nose_left)
        self._actions.desk.ask(
            TOPIC,
            lambda progress: fit(shelf, volume, str(path), progress, convention),
            f"Registering to {path.name}",
            self._judge,
            uses_model=False,
        )

    def _judge(self, found: Fit) -> None:
        """Show the checkerboard; the person says whether it fits."""

        def judged(accepted: bool) -> None:
            if accepted and self._actions.looking.volume() is found.volume:
                self.template = found.template
                self._take(found.found.matrix)

        self._actions.dialogs.judge_registration(found, judged)

    def _take(self, registration: tuple[float, ...] | str) -> None:
        self._atlases.register(registration)
        if self._run_then:
            self._run_then = False
            self._actions.run()


def fit(shelf: Shelf, volume: Volume, template: str, progress: Progress, convention: Convention) -> Fit:
    """`volume` registered to the head in the file `template`, on a worker's thread. Raises `SalViewerError`.

    convention: in which the person judges it.
    """
    import io  # noqa: PLC0415 - beside its one use

    from salviewer.data.checkerboard import board_picture, checkerboard  # noqa: PLC0415 - loads Pillow
    from salviewer.data.registration import moved  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.registering import registered  # noqa: PLC0415 - the same

    ref = InputRef(source=template)
    fixed: Any = shelf.source(ref)
    if not isinstance(fixed, Volume):
        raise InvalidChoice(f"{fixed.name} is a picture: a template is a 3D volume of a head.", code="not-volume")
    found = registered(volume, fixed, progress)
    out = io.BytesIO()
    board = checkerboard(fixed.array, moved(volume, fixed, found.affine))
    board_picture(board, fixed, convention).save(out, "PNG")
    return Fit(found, out.getvalue(), volume, ref)
