"""What the window remembers, as frozen plain values: nothing live (model, tensor, widget) is kept in the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.api.descriptors import ExplainerInfo
from salviewer.api.evidence import Heatmap
from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import InputRef, JobSpec, ModelRef
from salviewer.api.params import Params
from salviewer.api.preprocessing import Preprocessing, VolumePreprocessing
from salviewer.api.space import GridMap
from salviewer.api.values import Note, Picture, Volume
from salviewer.bench.judgement import Judgement

if TYPE_CHECKING:
    import numpy as np

NOTICE = (
    "Research use only. Not a medical device. "
    "Heatmaps show what the model reacted to; they are not a diagnosis or a lesion map."
)

OUTPUT_WORDS: Mapping[str, str] = {
    "softmax": "one of many",
    "sigmoid": "several at once",
    "ordinal": "ordered grades",
    "binary": "yes or no",
    "probabilities": "probabilities as given",
    "caption": "in captions",
}
"""What a model's outputs are, in words."""


@dataclass(frozen=True)
class ModelCard:
    """An opened model, as far as the window needs to know. `parameters`: how many numbers were learned.

    dims: 2 for a model of pictures, 3 for one of volumes; None where nothing in it says so.
    """

    ref: ModelRef
    title: str
    classes: tuple[str, ...]
    outputs: str
    preprocessing: Preprocessing | VolumePreprocessing | None = None
    parameters: int = 0
    sha256: str = ""
    device: str = ""
    notes: tuple[Note, ...] = ()
    dims: int | None = None

    @property
    def outputs_assumed(self) -> bool:
        """Whether nobody said what the outputs mean."""
        return any(note.code == "outputs-assumed" for note in self.notes)

    @property
    def input_size(self) -> tuple[int, ...] | None:
        """(H, W) or (D, H, W) that the model is fed, where it does not depend on the picture."""
        if self.preprocessing is None:
            return None
        if isinstance(self.preprocessing, VolumePreprocessing):
            shape, turned = self.preprocessing.shape, self.preprocessing.tensor == "DHW"
            return shape[::-1] if shape is not None and turned else shape
        if self.preprocessing.crop:
            return self.preprocessing.crop
        return self.preprocessing.resize if isinstance(self.preprocessing.resize, tuple) else None


@dataclass(frozen=True, eq=False)
class OpenPicture:
    """A picture or volume and where it came from. `truth`: its known class, `siblings`: sources beside it, in order."""

    ref: InputRef
    picture: Picture | Volume
    truth: str = ""
    siblings: tuple[str, ...] = ()

    @property
    def is_volume(self) -> bool:
        """Whether it is 3D."""
        return isinstance(self.picture, Volume)

    def neighbour(self, step: int) -> str | None:
        """The source `step` places further in the collection; None at its ends."""
        if self.ref.source not in self.siblings:
            return None
        at = self.siblings.index(self.ref.source) + step
        return self.siblings[at] if 0 <= at < len(self.siblings) else None


@dataclass(frozen=True, eq=False)
class Shown:
    """What the canvas shows: the maps of one answer over one picture; `at` is the map on top.

    size: of the picture, (H, W), or of the volume, (X, Y, Z), also where that itself is not at hand; result: the row in
    the results list.
    """

    maps: tuple[Heatmap, ...]
    grid: GridMap
    picture: Picture | Volume | None = None
    title: str = ""
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    partial: bool = False
    at: int = 0
    explanation: Explanation | None = None
    result: int | str | None = None

    @property
    def top(self) -> Heatmap:
        """The map on top."""
        return self.maps[self.at]

    @property
    def size(self) -> tuple[int, ...]:
        """(H, W) of the picture, (X, Y, Z) of the volume."""
        return self.grid.source_shape

    @property
    def is_volume(self) -> bool:
        """Whether the maps are 3D."""
        return self.top.values.ndim == 3

    def step_to(self, at: int) -> Shown:
        """The same with map number `at` on top."""
        return replace(self, at=max(0, min(at, len(self.maps) - 1)))


@dataclass(frozen=True, eq=False)
class SeenByModel:
    """What a model is fed of `picture`: `pixels` (h, w, C) at its own resolution, on `grid`, before normalisation."""

    picture: Picture
    grid: GridMap
    pixels: np.ndarray


@dataclass(frozen=True)
class Offer:
    """A method and its params model."""

    info: ExplainerInfo
    params: type[Params]


@dataclass(frozen=True)
class Answer:
    """A button under a message: what it says and what is done when it is pressed (a command's id and its value)."""

    text: str
    wish: str
    value: Any = None


@dataclass(frozen=True)
class ResultItem:
    """A finished explanation as the workspace lists it. `id` below zero: not stored, gone with the window.

    input_sha256: the content of the input that it is about; label: a name given by hand, or "".
    """

    id: int
    created: datetime
    method: str
    target: str
    model: str
    input: str
    spec: JobSpec
    input_sha256: str = ""
    label: str = ""


@dataclass(frozen=True)
class InputItem:
    """An input as the workspace lists it. `missing`: its file is not where it was; `label`: a name given by hand."""

    sha256: str
    name: str
    ref: InputRef
    opened: datetime
    label: str = ""
    missing: bool = False


@dataclass(frozen=True)
class OpenWorkspace:
    """The workspace that is open. `own`: the one that everybody has; `read_only`: new results stay in memory."""

    path: Path | None
    own: bool = True
    read_only: bool = False


@dataclass(frozen=True)
class Message:
    """A sentence for the person. `level`: "error", "warning", "info" or "question"; `details`: for "Copy details"."""

    text: str
    level: str = "info"
    details: str = ""
    answers: tuple[Answer, ...] = ()
    topic: str = ""


MODES = ("original", "model", "overlay", "heatmap", "masked")
"""How picture and map are shown: the picture alone, what the model is fed, map over picture, map alone, and the
picture dimmed where the map is outside the band."""


LAYOUTS = ("four", "row", "axial", "coronal", "sagittal")
"""How a volume is laid out: three slices and the map's maximum, three in a row, one of them large."""
WINDOWS = ("automatic", "full", "ct-brain", "ct-bone", "ct-soft", "own")
"""Which of a volume's values are black and white: see `salviewer.gui.volumes.windows`; "own": chosen by hand."""


@dataclass(frozen=True)
class Display:
    """How things are shown: numbers, words and yes or no only, so that it can be stored anywhere.

    opacity: of the map, 0..1.
    sequential, diverging: names of colour maps, for maps without and with a sign.
    common_scale: whether all maps of an answer share one range.
    frame: whether what the model sees is outlined; helps: whether each setting has its small text.
    mode: one of `MODES`.
    brightness, contrast: of the picture: (v - 1/2) contrast + 1/2 + brightness for a value v in 0..1.
    band_low, band_high: which part of the map is shown, 0..100; of signed maps, by the size of the values.
    band_of: what these two are: "percentile" of the map's numbers, or percent of its colours' "range".
    smooth: whether the map is interpolated between its cells.
    contours: percentiles of the map (of sizes, if signed) at which lines are drawn, 0..100.
    layout, window: of volumes, of `LAYOUTS` and `WINDOWS`; window_low, window_high: the values of the window "own".
    letters: whether slices carry R L A P S I; crosshair: whether lines show where the slices meet; filmstrip: whether
    a row of evenly spaced slices is below them.
    """

    opacity: float = 0.55
    sequential: str = "inferno"
    diverging: str = "vik"
    common_scale: bool = False
    frame: bool = True
    helps: bool = True
    mode: str = "overlay"
    brightness: float = 0.0
    contrast: float = 1.0
    band_low: float = 0.0
    band_high: float = 100.0
    band_of: str = "percentile"
    smooth: bool = False
    contours: tuple[float, ...] = ()
    layout: str = "four"
    window: str = "automatic"
    window_low: float = 0.0
    window_high: float = 0.0
    letters: bool = True
    crosshair: bool = True
    filmstrip: bool = False

    def __post_init__(self) -> None:
        # JSON knows lists only; two displays that look the same are to be the same.
        object.__setattr__(self, "contours", tuple(self.contours))

    @property
    def overlay(self) -> bool:
        """Whether the map is over the picture."""
        return self.mode == "overlay"


@dataclass(frozen=True)
class Choice:
    """What is asked: the method, its parameters as typed, and how it is run. `target` None: the predicted class.

    trained: the file of the trained state that the method is given, "" for none.
    """

    method: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    target: int | None = None
    output: str | None = None
    seed: int = 0
    precision: str = "full"
    valid: bool = True
    trained: str = ""


@dataclass(frozen=True, eq=False)
class Judged:
    """What is known of the map on the screen. `waiting`: metrics under way; `comparing`: whether the reference is."""

    explanation: Explanation
    rows: tuple[Judgement, ...] = ()
    waiting: tuple[str, ...] = ()
    comparing: bool = False
