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

from PIL import Image
from PySide6.QtWidgets import QApplication, QWidget
from screenshot_states import NAMES, States

from salviewer.api import ModelRef
from salviewer.gui import theme
from salviewer.gui.app import Session
from salviewer.gui.batch_values import Place
from salviewer.gui.export_wiring import open_dialog
from salviewer.gui.sweep import Sweep, knobs_of
from salviewer.gui.under_way import explaining
from salviewer.gui.values import Answer, Message
from salviewer.gui.waiting import live_until
from salviewer.jobs.workspace import Workspace

IMAGES = Path(__file__).resolve().parent / "images"
FLOWER = "collection:an8flower-single-6c/red-05"
BRAIN, FUNDUS = "brain-phantom", "fundus-phantom"
TRAINER, FILTERS = "discernible-neurons", "relevant-filters"
WAIT_S = 300.0
SETTLE_S = 0.4


class Stage(States):
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
        if not live_until(is_so, WAIT_S, every_ms=10):
            raise SystemExit("waited in vain: " + "; ".join(m.text for m in self.state.messages))

    def grab(self, name: str, shown: QWidget | None = None) -> None:
        """Write the window, or `shown`, as `name`.png once it has settled."""
        until = time.monotonic() + SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        (shown or self.window).grab().save(str(self._out / f"{name}.png"))
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
        self.actions.displaying.show_map(2)
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

    def brain(self) -> None:
        """A volume in three slices with its atlas, and one of its methods; nothing where no phantom is installed."""
        if BRAIN not in self.actions.host.collections:
            return
        had = self.state.model.ref if self.state.model is not None else None
        self.actions.opening.open_model(ModelRef(architecture=f"{BRAIN}-cnn"))
        self.actions.opening.open_picture(f"collection:{BRAIN}")
        self.wait(lambda: self.state.is_volume and self.state.grid is not None and not self.state.busy)
        self.actions.looking.set_convention("radiological")
        self._explain("glas-3d")
        self.actions.looking.go_to_peak()
        self.window.show_panel("regions")
        self.grab("brain")
        self.window.show_panel("method")
        if had is not None:
            self.actions.opening.open_model(had)
            self.actions.opening.open_picture(FLOWER)
            self.wait(lambda: not self.state.is_volume and self.state.grid is not None and not self.state.busy)

    def caption(self) -> None:
        """One word of a caption."""
        self.actions.opening.open_model(ModelRef(architecture="flower-captions"))
        self.actions.opening.open_picture("collection:captioned-flowers/red-thick-blue-20")
        self.wait(lambda: self.state.prediction is not None and len(self.state.prediction.classes) == 11)
        self.wait(lambda: not self.state.busy)
        self.actions.set_target(5)
        self._explain("glas")
        self.grab("caption")

    def training(self) -> None:
        """Weights that were learned, with the values that were tried; nothing where no trainer is installed."""
        if TRAINER not in self.actions.host.trainers:
            return
        training = self._sample().actions.training
        panel = self.window.show_panel("training")
        training.choose_trainer(TRAINER)
        training.set_settings({"trials": 40}, True)
        self.wait(lambda: training.state.pictures is not None and not training.why_not())
        training.train()
        self.wait(lambda: (r := training.state.under_way) is None or r.fraction > 0.5)
        self.grab("training-runs")
        self.wait(lambda: training.state.under_way is None and training.state.ended is not None)
        panel.view.choices.pages.show_page("What")
        self.grab("training")
        self.window.show_panel("heatmap")

    def filters(self) -> None:
        """The filters of a class with their average pictures, and the pictures behind one."""
        if FILTERS not in self.actions.host.trainers:
            return
        self._sample()
        training = self.actions.training
        self.window.show_panel("training")
        training.choose_trainer(FILTERS)
        training.set_settings({"averages": 6}, True)
        self.wait(lambda: training.state.pictures is not None and not training.why_not())
        training.train()
        self.wait(lambda: training.state.under_way is None and training.state.ended is not None)
        panel = self.window.show_panel("filters")
        panel.decider.show_trained(training.state.ended.trained, str(training.state.ended.place or ""))
        panel.view.cards.chosen.emit(0)
        self.wait(
            lambda: len(panel.view.crops.grid.images) == len(panel.view.crops.grid.places) and not self.state.busy
        )
        self.grab("filters")
        self._explain("interpretation")
        panel.decider.turn_to("fired")
        self.grab("filters-fired")
        self.window.docks.docks["filters"].hide()
        self.window.show_panel("heatmap")

    def evaluation(self) -> None:
        """Methods by metrics, and the pictures of one cell."""
        actions, state = self.actions, self.state
        self.window.evaluation.open()
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
        self.window.study.open()
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

    def neurons(self) -> None:
        """The units that carried a decision, and the one that is followed."""
        self._sample()
        self._explain("discernible-neurons")
        panel = self.window.show_panel("neurons")
        self.wait(lambda: panel.view.columns.table is not None)
        panel.view.columns.select(int(panel.view.columns.table.units_in(2).start))
        panel.view.columns.selected.emit(panel.view.columns.chosen)
        self.grab("neurons")
        self.window.docks.docks["neurons"].hide()
        self.window.show_panel("heatmap")

    def masks(self) -> None:
        """A mask per pixel and colour, put back into the model; nothing where no method makes one."""
        if "fgvis" not in self.actions.host.explainers:
            return
        self._sample()
        self._explain("fgvis")
        panel = self.window.show_panel("masks")
        panel.decider.put_back()
        self.wait(lambda: panel.decider.memory.answers.found and not self.state.busy)
        self.grab("masks")
        self.window.docks.docks["masks"].hide()
        self.window.show_panel("heatmap")

    def fundus(self) -> None:
        """A rendered eye with what a map proposes; nothing where no phantom is installed."""
        if FUNDUS not in self.actions.host.collections:
            return
        self.actions.opening.open_model(ModelRef(architecture=f"{FUNDUS}-cnn"))
        self.actions.opening.open_picture(f"collection:{FUNDUS}/{self._referable_eye()}")
        self.wait(lambda: self.state.prediction is not None and self.state.grid is not None and not self.state.busy)
        self._explain("fgvis")
        panel = self.window.show_panel("fundus")
        self.wait(lambda: panel.decider.memory.judged is not None and not self.state.busy)
        self.grab("fundus")
        self.window.docks.docks["fundus"].hide()
        self.window.show_panel("heatmap")

    def _referable_eye(self) -> str:
        """The first eye with several types of lesions."""
        samples = self.session.shelf.collection(FUNDUS, {})
        return next(sample.id for sample in samples if len(sample.masks) > 2)

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

    def compare(self) -> None:
        """Several methods beside each other, their agreement, and two of them set against each other."""
        panel = self._sample().window.show_panel("compare")
        panel.decider.clear()
        for method in ("gradient", "integrated-gradients", "gradcam", "guided-backprop", "occlusion"):
            panel.orders.set_mine(method, True)
        panel.orders.my_methods()
        self._filled(panel)
        self.grab("compare")
        memory = panel.decider.memory
        panel.decider.pairing.agree()
        self.wait(lambda: memory.agreement is not None and memory.agreement.values is not None)
        self.grab("agreement")
        panel.decider.pairing.back()
        panel.decider.choose(memory.tiles[0].key, memory.tiles[2].key)
        panel.decider.pairing.compare_chosen()
        self.wait(lambda: memory.compared is not None and memory.compared.pair is not None)
        self.grab("pair")
        panel.decider.clear()

    def sweep(self) -> None:
        """One number of a method from fine to coarse."""
        panel = self._sample().window.show_panel("compare")
        panel.decider.clear()
        self.actions.choose_method("glas")
        self.actions.running.set_params({"grid": 8}, True)
        knob = knobs_of(self.actions.running.params_model("glas"))[0]
        panel.orders.sweep(Sweep(knob, 0.25, 4.0, 5, "powers"))
        self._filled(panel)
        self.grab("sweep")
        self.actions.running.set_params({}, True)
        panel.decider.clear()

    def folder(self) -> None:
        """A folder that the model was asked about: right and wrong by class, and the pictures of one cell."""
        root = Path(tempfile.mkdtemp()) / "flowers"
        samples = self.session.shelf.collection("an8flower-single-6c", {})
        for at, name in list(enumerate(samples.ids))[::5]:
            place = root / name.partition("-")[0] / f"{name}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(samples[at].picture.pixels).save(place)
        actions, memory = self._sample().actions, self.actions.browsing.memory
        actions.open_files([root])
        self.wait(lambda: memory.batch is not None and memory.batch.place and self.state.prediction is not None)
        self.window.show_panel("batch")
        actions.batching.predict_all()
        self.wait(lambda: memory.going is None and memory.said)
        first = memory.table.rows[0]
        actions.counting.choose_place(Place(first, first))
        self.grab("folder")
        self.window.docks.docks["folder"].hide()

    def truth(self) -> None:
        """Boxes, polygons and lesions on a picture."""
        annotating = self._sample().actions.annotating
        self.window.show_panel("heatmap")
        self.window.show_panel("truth")
        self.wait(lambda: annotating.state.shapes is not None)
        height, width = annotating.state.shapes.size
        annotating.set_name("flower")
        annotating.draw("box", ((width * 0.2, height * 0.15), (width * 0.8, height * 0.6)))
        annotating.set_name("stem")
        annotating.draw("polygon", tuple((width * x, height * y) for x, y in ((0.45, 0.6), (0.55, 0.6), (0.52, 0.95))))
        self.grab("truth")

    def export_dialog(self) -> None:
        """What can be handed on, with its preview."""
        self._sample()
        self.window.show_panel("heatmap")
        self._explain("gradcam")
        dialog = open_dialog(self.window)
        self.wait(lambda: not dialog.preview.pixmap().isNull())
        until = time.monotonic() + SETTLE_S
        self.wait(lambda: time.monotonic() > until)
        dialog.grab().save(str(self._out / "export.png"))
        dialog.reject()

    def _sample(self) -> Stage:
        """The same with the sample open, whatever was open before."""
        self.actions.opening.open_sample()
        self.actions.opening.open_picture(FLOWER)
        opened = self.state
        self.wait(
            lambda: opened.picture is not None and opened.picture.ref.source == FLOWER and opened.grid is not None
        )
        self.wait(lambda: opened.prediction is not None and opened.model is not None)
        return self

    def _filled(self, panel: Any) -> None:
        """Wait until every cell of the comparison has its map."""
        memory = panel.decider.memory
        self.wait(lambda: memory.tiles and not any(tile.under_way for tile in memory.tiles))


SCENES = (
    "welcome",
    "loaded",
    "running",
    "workbench",
    "rounds",
    "trust",
    "sanity",
    "training",
    "filters",
    "evaluation",
    "reader_study",
    "neurons",
    "masks",
    "fundus",
    "messages",
    "model_dialog",
    "compare",
    "sweep",
    "folder",
    "truth",
    "export_dialog",
    *NAMES,
    "caption",
    "brain",
)
SHIPPED = tuple(scene for scene in SCENES if scene != "running")
"""All but what is over too soon to look the same each time."""


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
