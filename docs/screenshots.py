"""Makes the pictures of the README and the guide from real runs on the built-in sample: `make screenshots`.

The window runs on Qt's offscreen platform, so that the pictures are the same on every machine with the same fonts.
`--out`, `--size`, `--scheme` and `--scenes` make others; `QT_SCALE_FACTOR=2` makes them for screens of double density.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="salviewer-screenshots-")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from salviewer.api import ModelRef
from salviewer.gui import theme
from salviewer.gui.app import Session
from salviewer.gui.values import Answer, Message, explaining
from salviewer.jobs.workspace import Workspace

IMAGES = Path(__file__).resolve().parent / "images"
FLOWER = "collection:an8flower-single-6c/red-05"
WAIT_S = 300.0
SETTLE_S = 0.4


class Stage:
    """One window, its scenes in the order in which a person would see them."""

    def __init__(self, out: Path, scheme: theme.Scheme, size: tuple[int, int]) -> None:
        self._out = out
        self.session = Session(workspace=Workspace(Path(tempfile.mkdtemp()) / "workspace.sqlite3"))
        self.window, self.state, self.actions = self.session.window, self.session.state, self.session.actions
        self.window.resize(*size)
        self.window.show()
        self.wait(lambda: self.window.heatmap is not None and bool(self.state.choice.method))
        self.window.set_scheme(scheme)

    def wait(self, is_so: Callable[[], Any]) -> None:
        """Let the window live until `is_so()`."""
        loop, ticks, deadline = QEventLoop(), QTimer(interval=10), time.monotonic() + WAIT_S

        def look() -> None:  # what is so now may be over again when the loop has ended
            if is_so():
                loop.exit(0)
            elif time.monotonic() > deadline:
                loop.exit(1)

        ticks.timeout.connect(look)
        ticks.start()
        in_vain = loop.exec()
        ticks.stop()
        if in_vain:
            raise SystemExit("waited in vain: " + "; ".join(m.text for m in self.state.messages))

    def grab(self, name: str) -> None:
        """Write the window as `name`.png once it has settled."""
        until = time.monotonic() + SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        self.window.grab().save(str(self._out / f"{name}.png"))
        sys.stdout.write(f"{self._out / name}.png\n")

    def _explain(self, method: str) -> None:
        had = len(self.state.results)
        self.actions.choose_method(method)
        self.actions.run()
        self.wait(lambda: len(self.state.results) == had + 1 and not self.state.busy)

    # -- scenes -------------------------------------------------------------------------------------------------

    def welcome(self) -> None:
        """The first start."""
        self.grab("welcome")

    def loaded(self) -> None:
        """Model and picture open, nothing run."""
        self.actions.opening.open_sample()
        self.actions.opening.open_picture(FLOWER)
        self.wait(lambda: self.state.grid is not None and self.state.prediction is not None and not self.state.busy)
        self.grab("loaded")

    def running(self) -> None:
        """A partial map."""
        self.actions.running.set_params({"grid": 40}, True)
        self.actions.run()
        self.wait(lambda: (r := explaining(self.state.busy)) and r.fraction > 0.3 and self.state.shown is not None)
        self.window.grab().save(str(self._out / "running.png"))
        self.actions.cancel()
        self.wait(lambda: not self.state.busy)
        self.grab("cancelled")
        self.actions.running.set_params({}, True)

    def workbench(self) -> None:
        """A finished map."""
        self._explain("glas")
        self.grab("workbench")

    def rounds(self) -> None:
        """A map per round."""
        self._explain("rglas")
        self.actions.show_map(2)
        self.grab("rounds")

    def trust(self) -> None:
        """A map judged beside the controls and other pictures."""
        self.window.show_panel("trust")
        self._explain("glas")
        self.actions.judging.judge()
        self.wait(lambda: self.state.judged is not None and self.state.judged.rows and not self.state.busy)
        self.actions.judging.compare()
        self.wait(lambda: not self.state.busy)
        self.grab("trust")
        self.window.docks.docks["trust"].hide()

    def sanity(self) -> None:
        """A map that stays as it is when the model's weights are random, and its likeness by layer."""
        self._explain("centred-gaussian")
        self.window.show_panel("trust")
        self.actions.judging.judge(("randomisation",))
        self.wait(lambda: self.state.judged is not None and self.state.judged.rows and not self.state.judged.waiting)
        self.grab("sanity")
        self.window.docks.docks["trust"].hide()

    def caption(self) -> None:
        """One word of a caption."""
        self.actions.opening.open_model(ModelRef(architecture="flower-captions"))
        self.actions.opening.open_picture("collection:captioned-flowers/red-thick-blue-20")
        self.wait(lambda: self.state.prediction is not None and len(self.state.prediction.classes) == 11)
        self.wait(lambda: not self.state.busy)
        self.actions.set_target(5)
        self._explain("glas")
        self.grab("caption")

    def evaluation(self) -> None:
        """Methods by metrics, and the pictures of one cell."""
        actions, state = self.actions, self.state
        self.window.open_evaluation()
        shown = self.window.evaluation.window
        shown.resize(self.window.size())
        actions.evaluating.choose_collection("an8flower-single-6c")
        self.wait(lambda: state.pictures is not None and not state.busy)
        actions.evaluating.choose(limit=12, methods=("gradient", "integrated-gradients", "gradcam", "occlusion"))
        actions.evaluating.run()
        self.wait(
            lambda: state.evaluation is None and (b := state.board) and all(e.n == 12 for e in b.table.seconds.values())
        )
        actions.evaluating.dismiss("evaluate")
        shown.table.setCurrentIndex(shown.table.board.place_of("occlusion", "deletion"))
        until = time.monotonic() + 8 * SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        shown.grab().save(str(self._out / "evaluation.png"))
        shown.close()

    def reader_study(self) -> None:
        """A reader before two maps."""
        actions, state = self.actions, self.state
        actions.opening.open_sample()
        self.wait(lambda: state.model is not None and state.grid is not None and not state.busy)
        self.window.open_study()
        shown = self.window.study.window
        shown.resize(self.window.size())
        self.wait(lambda: state.study_pictures is not None and not state.busy)
        for method in ("occlusion", "guided-backprop"):
            actions.study_setup.add_arm(0, method)
        for _ in range(2):
            actions.study_setup.remove_arm(0)
        actions.study_setup.choose(limit=12, repeats=2, folder=Path(tempfile.mkdtemp()))
        actions.study_setup.prepare()
        self.wait(lambda: state.study is not None)
        reading = actions.study_reading
        reading.begin("Reader 1")
        for _ in range(4):
            reading.choose("left")
            reading.digit(4)
            reading.digit(2)
            if state.study.at < 4:
                reading.hand_in()
        until = time.monotonic() + SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        shown.grab().save(str(self._out / "reader-study.png"))
        shown.close()
        actions.study_reading.close()

    def messages(self) -> None:
        """An error and a question."""
        self.actions.opening.open_picture(__file__)
        self.wait(lambda: bool(self.state.messages) and not self.state.busy)
        answers = tuple(Answer(text, "", None) for text in ("One of many", "Several at once", "Ordered grades"))
        text = "net does not say what its outputs mean; taken as “one of many” for now. What does it tell of a picture?"
        self.actions.tell(Message(text, "question", answers=answers, topic="outputs"))
        self.grab("messages")

    def model_dialog(self) -> None:
        """Which model to open."""
        self.actions.opening.ask_model()
        dialog = self.window.findChild(__import__("salviewer.gui.model_dialog").gui.model_dialog.ModelDialog)
        self.wait(lambda: not self.state.busy)
        dialog.architecture.setEditText("an8flower-cnn")
        self.wait(lambda: not self.state.busy and dialog.weights.count() > 2)
        dialog._fold.setChecked(True)
        until = time.monotonic() + SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        dialog.grab().save(str(self._out / "model-dialog.png"))
        dialog.reject()


SCENES = (
    "welcome",
    "loaded",
    "running",
    "workbench",
    "rounds",
    "trust",
    "sanity",
    "evaluation",
    "reader_study",
    "caption",
    "messages",
    "model_dialog",
)
SHIPPED = ("welcome", "loaded", "workbench", "rounds", "trust", "evaluation", "reader_study", "caption")


def main() -> None:
    """Play the scenes and write their pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=IMAGES)
    options.add_argument("--size", default="1366x768")
    options.add_argument("--scheme", default="light", choices=("light", "dark"))
    options.add_argument("--scenes", nargs="*", default=SHIPPED, choices=SCENES)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(["salviewer"])
    theme.apply(app, chosen.scheme)
    width, _, height = chosen.size.partition("x")
    stage = Stage(chosen.out, chosen.scheme, (int(width), int(height)))
    try:
        for scene in chosen.scenes:
            getattr(stage, scene)()
    finally:
        stage.session.close()
        stage.window.deleteLater()


if __name__ == "__main__":
    main()
