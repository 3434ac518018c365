"""An engine that does what a test says, a shelf without torch, dialogs that answer at once."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from salviewer.api import (
    IMAGENET,
    Atlas,
    AtlasRef,
    CollectionInfo,
    ExplainerInfo,
    Explanation,
    GridMap,
    Heatmap,
    InputRef,
    JobSpec,
    Note,
    Params,
    Picture,
    Prediction,
    Progress,
    Region,
    Sample,
    Source,
    Volume,
    hookimpl,
    param,
)
from salviewer.errors import InvalidChoice, NeedsChoice, Unavailable, UnreadableInput, UnreadableModel
from salviewer.host import Found, Host
from salviewer.jobs.register import Register

CLASSES = ("tabby", "tiger cat", "Egyptian cat", "lynx", "remote control", "mouse", "carton")
PROBABILITIES = (0.05, 0.62, 0.2, 0.06, 0.03, 0.025, 0.015)
GRID = GridMap((60, 100), (30, 30), ((2.0, 0.0, 0.5), (0.0, 2.0, 20.5), (0.0, 0.0, 1.0)), ("cropped to 60 x 60",))


class LightParams(Params):
    """Fields of every kind."""

    dials = {"fine to coarse": ("light", "shadow")}  # noqa: RUF012 - ClassVar by inheritance
    points: int = param(15, "Points along each side.", ge=2, le=64)
    light: float = param(0.1, "Width of the light.", unit="shorter side", ge=0.005, le=2.0)
    shadow: float = param(0.2, "Width of the shadow.", unit="shorter side", gt=0, le=0.5)
    mode: Literal["both", "light"] = param("both", "What is used.")
    twice: bool = param(False, "Do it twice.", advanced=True)


class OtherParams(Params):
    rounds: int = param(3, "Rounds.", ge=1, le=9)


def host() -> Host:
    """A host with two methods and a collection."""
    here = __name__
    source = Source("A. Uthor: A paper")
    light = ExplainerInfo(
        "light", "Light", "Lights up places.", f"{here}:Nothing", f"{here}:LightParams", source, "Where?"
    )
    other = ExplainerInfo("other", "Other", "Does else.", f"{here}:Nothing", f"{here}:OtherParams", source, "What?")
    flowers = CollectionInfo(
        "an8flower-single-6c", "Flowers", "", f"{here}:Nothing", f"{here}:OtherParams", ("red", "blue")
    )
    plugin = SimpleNamespace(
        salviewer_explainers=hookimpl(lambda: [light, other], specname="salviewer_explainers"),
        salviewer_collections=hookimpl(lambda: [flowers], specname="salviewer_collections"),
    )
    return Host([Found("light", "test", "1.0", lambda: plugin)])


class Nothing:
    """What the fake plugins name as their code."""


def picture(name: str = "cat.png", value: int = 120, shape: tuple[int, int] = (60, 100)) -> Picture:
    return Picture(np.full((*shape, 3), value, np.uint8), name, f"sha-{name}-{value}", ())


def volume(name: str = "t1.nii", shape: tuple[int, int, int] = (20, 24, 18), **more: Any) -> Volume:
    """Values that grow to the right (a step of 1 mm each), to the front and to the top (2 mm), axes L A S."""
    x, y, z = np.indices(shape, np.float32)
    affine = np.array([[-1.0, 0, 0, 9], [0, 1, 0, -12], [0, 0, 2, -18], [0, 0, 0, 1]])
    known: dict[str, Any] = {"axcodes": ("L", "A", "S"), "geometry": "sform"} | more
    return Volume(shape[0] - x + 10 * y + 100 * z, affine, name, f"sha-{name}", **known)


def atlas(name: str = "labels.nii") -> Atlas:
    """Two regions on the grid of `volume`: the patient's left half is 1, the right half 2."""
    grid = volume(name)
    labels = np.where(np.indices(grid.shape)[0] >= 10, 1, 2).astype(np.int32)
    return Atlas(replace(grid, array=labels), (Region(1, "Left half", "left"), Region(2, "Right half", "right")))


def heatmap(name: str = "Light", peak: tuple[int, int] = (3, 4), **more: Any) -> Heatmap:
    """0 everywhere but 2.5 at `peak`, on a 30 x 30 grid."""
    values = np.zeros((30, 30), np.float32)
    values[peak] = 2.5
    return Heatmap(name, values, unit=more.pop("unit", "probability"), **more)


def explanation(*maps: Heatmap, label: str = "tiger cat", notes: tuple[str, ...] = ()) -> Explanation:
    about = {
        "method": "light",
        "title": "Light",
        "target": {"label": label, "index": 1, "output": "probability"},
        "model": {"architecture": "net", "sha256": "m" * 8},
        "input": {"name": "cat.png", "sha256": "sha-cat.png-120"},
    }
    return Explanation(maps or (heatmap(),), notes, "", GRID, about)


class FakeShelf:
    """Opens by name: a picture whose path contains "bad" is refused, one with "pages" asks for a page."""

    def __init__(self) -> None:
        self.host = host()
        self.assumed = False
        self.opened: list[Any] = []
        self.answers: list[tuple[JobSpec, Explanation]] = []

    def keep_answer(self, spec: JobSpec, explanation: Explanation) -> None:
        self.answers.append((spec, explanation))

    def model(self, ref: Any, progress: Progress | None = None) -> Any:
        self.opened.append(ref)
        if "bad" in str(ref.weights):
            raise UnreadableModel("bad.pth holds a web page, not weights: download the file itself.", code="html")
        assumed = self.assumed and ref.outputs is None
        return SimpleNamespace(
            architecture=ref.architecture,
            classes=CLASSES,
            outputs=ref.outputs or "softmax",
            preprocessing=IMAGENET,
            parameters_count=1_248_424,
            sha256="a1b2" * 16,
            device="cpu",
            notes=(Note("outputs-assumed", "Softmax was assumed."),) if assumed else (),
            dims=None,
        )

    def picture(self, ref: InputRef) -> Picture:
        if "bad" in ref.source:
            raise UnreadableInput("bad.png is cut off: copy the file again.", code="truncated")
        if "broken" in ref.source:
            raise RuntimeError("a fault of our own")
        if "pages" in ref.source and "page" not in ref.options:
            raise NeedsChoice(
                "pages.tif has 3 pages: choose one.", code="pages", option="page", choices=("1", "2", "3")
            )
        return picture(Path(ref.source).name)

    def source(self, ref: InputRef) -> Picture | Volume:
        return volume(Path(ref.source).name) if ref.source.endswith(".nii") else self.picture(ref)

    def atlas(self, ref: AtlasRef) -> Atlas:
        if "bad" in ref.source or ref.source.startswith("collection:"):
            raise InvalidChoice("There is no atlas.", code="no-atlas")
        return atlas(ref.source)

    def collection(self, key: str, params: Any = None) -> tuple[()]:
        return ()

    def sample_ids(self, key: str, params: Any = None) -> tuple[str, ...]:
        return ("red-00", "red-01", "blue-00")

    def sample(self, ref: InputRef) -> Sample:
        name = ref.source.rpartition("/")[2]
        return Sample(name, picture(name, 90), int(name.startswith("blue")))

    def input(self, ref: InputRef, model: Any) -> Any:
        return SimpleNamespace(grid=GRID)

    def architecture_names(self) -> dict[str, tuple[str, ...]]:
        return {"torchvision": ("resnet18", "squeezenet1_0"), "Phantoms": ("an8flower-cnn",)}


@dataclass(frozen=True)
class FakeEvent:
    number: int
    kind: str
    title: str
    fraction: float = 0.0
    message: str = ""
    evidence: tuple[Any, ...] = ()
    result: Any = None
    error: BaseException | None = None
    spec: JobSpec | None = None
    stored: int | None = None
    place: Path | None = None


class FakeEngine:
    """Runs calls and predictions on a thread at once; explanations wait for `progress`, `finish` or `fail`."""

    def __init__(self, shelf: Any, workspace: Any, listener: Any) -> None:
        self._listener, self._workspace = listener, workspace
        self._numbers = itertools.count(1)
        self.events: dict[int, FakeEvent] = {}
        self.explaining: list[int] = []
        self.cancelled: list[int] = []
        self.abandoned: list[int] = []
        self.paused: list[int] = []
        self.gone_on: list[int] = []
        self.ended_early: list[int] = []
        self.closed = False
        self.hold = False
        self._held: list[Any] = []

    def submit(self, spec: JobSpec) -> int:
        number = next(self._numbers)
        event = self.events[number] = FakeEvent(number, "started", f"{spec.verb}", spec=spec)
        if spec.verb == "predict":
            logits = tuple(float(np.log(p)) for p in PROBABILITIES)
            self._later(lambda: replace(event, kind="done", result=Prediction(CLASSES, logits, PROBABILITIES)))
        else:
            self.explaining.append(number)
            self._listener(event)
        return number

    def call(self, function: Any, title: str, *, uses_model: bool = True) -> int:
        number = next(self._numbers)
        event = self.events[number] = FakeEvent(number, "started", title)

        def work() -> FakeEvent:
            try:
                return replace(event, kind="done", result=function(Progress()))
            except Exception as e:  # noqa: BLE001 - as the engine does
                return replace(event, kind="failed", error=e)

        self._later(work)
        return number

    def progress(self, number: int, fraction: float, *evidence: Heatmap, message: str = "") -> None:
        self._tell(number, kind="progress", fraction=fraction, evidence=evidence, message=message)

    def finish(self, number: int, result: Explanation | None = None) -> None:
        result = result or explanation()
        stored = self._workspace.add(result, self.events[number].spec) if self._workspace else None
        self._tell(number, kind="done", result=result, stored=stored)

    def fail(self, number: int, error: BaseException) -> None:
        self._tell(number, kind="failed", error=error)

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)
        if number in self.explaining:
            self._tell(number, kind="cancelled")

    def abandon(self, number: int) -> bool:
        self.abandoned.append(number)
        self.fail(number, Unavailable("It did not answer.", code="no-answer"))
        return True

    def pause(self, number: int) -> None:
        self.paused.append(number)

    def go_on(self, number: int) -> None:
        self.gone_on.append(number)

    def end_early(self, number: int) -> None:
        self.ended_early.append(number)

    def give_way(self) -> None:
        pass

    def release(self) -> None:
        """Let what was held back be done, the newest first."""
        self.hold = False
        for work in reversed(self._held):
            self._later(work)
        self._held.clear()

    def close(self, wait_s: float = 5.0) -> bool:
        self.closed = True
        return True

    def _tell(self, number: int, **changes: Any) -> None:
        event = replace(self.events[number], **changes)
        thread = threading.Thread(target=self._listener, args=(event,))
        thread.start()
        thread.join()

    def _later(self, work: Any) -> None:
        if self.hold:
            self._held.append(work)
            return
        thread = threading.Thread(target=lambda: self._listener(work()))
        thread.start()
        thread.join()


class FakeWorkspace:
    """Keeps explanations in memory; what else a workspace knows is kept by a real register, in memory too."""

    notice = ""
    read_only = False

    def __init__(self) -> None:
        self.path = Path("fake.sqlite3")
        self.register = Register.in_memory()
        self.kept: dict[int, tuple[Explanation, JobSpec, datetime]] = {}
        self.removed: set[int] = set()
        self.closed = False

    def add(self, result: Explanation, spec: JobSpec) -> int:
        number = len(self.kept) + 1
        self.kept[number] = (result, spec, datetime.now(UTC))
        return number

    def rows(self) -> tuple[Any, ...]:
        names = self.register.names("explanation")
        return tuple(
            SimpleNamespace(
                id=number, created=at, method=spec.method, target=result.provenance["target"]["label"], model="net",
                input="cat.png", spec=spec, input_sha256=result.provenance["input"]["sha256"],
                label=names.get(str(number), ""),
            )
            for number, (result, spec, at) in sorted(self.kept.items(), reverse=True)
            if number not in self.removed
        )  # fmt: skip

    def load(self, number: int) -> Explanation:
        return self.kept[number][0]

    def remove(self, numbers: Any) -> None:
        self.removed |= set(numbers)

    def restore(self, numbers: Any) -> None:
        self.removed -= set(numbers)

    def close(self) -> None:
        self.closed = True


class FakeDialogs(QObject):
    """Answers what it was told to answer, and remembers what was asked."""

    asked_model = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.parent_widget = None
        self.model: Any = None
        self.path: Path | None = None
        self.choice: str | None = None
        self.folder: Path | None = None
        self.may_close = True
        self.may_go_on = True
        self.sure = True
        self.name: str | None = None
        self.group: Any = None
        self.layer: str | None = None
        self.wanted_sweep: Any = None
        self.asked: list[Any] = []

    def open_model(self, file: Path | None, lookup: Any, then: Any) -> None:
        self.asked.append(("model", file))
        if self.model is not None:
            then(self.model)

    def open_picture(self, patterns: Any = ()) -> Path | None:
        self.asked.append(("picture", tuple(patterns)))
        return self.path

    def sweep(self, title: str, knobs: Any, fault: Any, then: Any) -> None:
        self.asked.append(("sweep", title))
        if self.wanted_sweep is not None:
            then(self.wanted_sweep(knobs))

    def open_file(self, title: str, kinds: str) -> Path | None:
        self.asked.append(("open", title))
        return self.path

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        self.asked.append(("save", suggestion))
        return self.path

    def choose_folder(self, title: str, at: Path) -> Path | None:
        self.asked.append(("folder", at))
        return self.folder

    def show_file(self, path: Path) -> None:
        self.asked.append(("show", path))

    def choose(self, text: str, option: str, choices: Any) -> str | None:
        self.asked.append(("choose", option, tuple(choices)))
        return self.choice

    def confirm(self, title: str, text: str, more: str, yes: str, no: str) -> bool:
        self.asked.append(("confirm", text))
        return self.may_go_on

    def confirm_close(self, text: str) -> bool:
        self.asked.append(("close", text))
        return self.may_close

    def about(self, diagnostics: str) -> None:
        self.asked.append(("about", diagnostics))

    def acknowledge(self, notice: str, then: Any) -> None:
        self.asked.append(("acknowledge", notice))
        then(self.sure)

    def judge_registration(self, fit: Any, then: Any) -> None:
        self.asked.append(("registration", fit))
        then(self.sure)

    def cohort(self, subjects: Any, methods: Any, method: str, then: Any) -> None:
        self.asked.append(("cohort", subjects, tuple(methods), method))
        if self.group is not None:
            then(self.group)

    def ask_name(self, title: str, text: str, suggestion: str) -> str | None:
        self.asked.append(("name", suggestion))
        return self.name

    def pick_layer(self, listing: Any, current: str, then: Any) -> None:
        self.asked.append(("layer", listing, current))
        if self.layer is not None:
            then(self.layer)
