"""The panels of the window, in one table: what each is called, where it stands at first, and who makes it.

A new panel is one line here and one class that `make` names: it is given the window, holds the panel's widget as
`view`, and may have `dress()` (take on the theme's colours) and `close()` (let go).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from salviewer.gui.late import load

if TYPE_CHECKING:
    from salviewer.gui.window import Window

Area = Literal["left", "centre", "right", "bottom"]
AREAS: tuple[Area, ...] = ("left", "centre", "right", "bottom")


@dataclass(frozen=True)
class Panel:
    """One dockable view.

    key: its name in saved layouts; help: what it is for; make: "module:class", "" where the window puts it in itself;
    shown: whether the first layout shows it; share: of its column's height at first, in lines of text, 0 as it comes.
    Panels of one area stand below each other (left) or as tabs.
    """

    key: str
    title: str
    area: Area
    help: str
    make: str = ""
    shown: bool = False
    shortcut: str = ""
    share: int = 0

    def create(self, window: Window) -> Any:
        """The object behind the panel, made for `window`."""
        return load(self.make)(window)


PANELS: tuple[Panel, ...] = (
    Panel("open", "Model and input", "left", "What is open now.", shown=True, share=12),
    Panel("prediction", "Prediction", "left", "What the model says; click a class to explain it.",
          shown=True, share=12),
    Panel("workspace", "Workspace", "left", "Models, pictures and every finished explanation.",
          "salviewer.gui.workspace_wiring:WorkspaceWiring", shown=True, share=26),
    Panel("heatmap", "Heatmap", "centre", "The picture with the map on it.", shown=True, shortcut="Ctrl+1"),
    Panel("compare", "Compare", "centre", "Several explanations beside each other.",
          "salviewer.gui.comparison_wiring:ComparisonWiring", shortcut="Ctrl+2"),
    Panel("batch", "Folder results", "centre", "What the model says of a whole folder: right and wrong by class.",
          "salviewer.gui.batch_wiring:BatchWiring", shortcut="Ctrl+3"),
    Panel("training", "Training", "centre", "Learn something about the open model from many pictures.",
          "salviewer.gui.training.wiring:TrainingWiring", shortcut="Ctrl+Shift+R"),
    Panel("neurons", "Neurons", "centre", "Which units of the network carried the decision, layer by layer.",
          "salviewer.gui.neurons.wiring:NeuronsWiring", shortcut="Ctrl+4"),
    Panel("masks", "Masks", "centre", "What a mask per pixel and colour keeps of the picture, and if the model agrees.",
          "salviewer.gui.masks.wiring:MasksWiring", shortcut="Ctrl+6"),
    Panel("filters", "Filters", "centre", "The filters that matter for a class: what excites them, which fired.",
          "salviewer.gui.filters.wiring:FiltersWiring", shortcut="Ctrl+7"),
    Panel("controller", "Controller", "centre", "How a mask's scores are distributed, for the settings that one tries.",
          "salviewer.gui.controller.wiring:ControllerWiring", shortcut="Ctrl+9"),
    Panel("fundus", "Fundus", "centre", "A photograph of the eye at full size, proposed lesions, and experts' marks.",
          "salviewer.gui.fundus.wiring:FundusWiring", shortcut="Ctrl+8"),
    Panel("paths", "Two paths", "centre", "Two explanations of one picture, and where their paths part company.",
          "salviewer.gui.paths.wiring:PathsWiring", shortcut="Ctrl+5"),
    Panel("method", "Method", "right", "How to explain, and with what settings.", shown=True),
    Panel("truth", "Truth", "right", "Draw where the truth lies: boxes, polygons, lesions.",
          "salviewer.gui.truth_wiring:TruthWiring", shortcut="Ctrl+Shift+D"),
    Panel("folder", "Folder", "bottom", "The pictures of the open folder, to go through.",
          "salviewer.gui.batch_wiring:StripWiring", shortcut="Ctrl+Shift+L"),
    Panel("trust", "Trust", "bottom", "How far the map on the screen can be believed.",
          "salviewer.gui.trust_wiring:TrustWiring", shortcut="Ctrl+T"),
    Panel("regions", "Regions", "right", "What an explanation of a volume says of an atlas's regions.",
          "salviewer.gui.volumes.regions_wiring:RegionsWiring", shortcut="Ctrl+Shift+G"),
    Panel("jobs", "Jobs", "bottom", "What runs, what waits, what has ended.",
          "salviewer.gui.jobs_wiring:JobsWiring", shortcut="Ctrl+J"),
    Panel("log", "Log", "bottom", "What happened, with its time.", "salviewer.gui.log_wiring:LogWiring",
          shortcut="Ctrl+L"),
    Panel("history", "History", "bottom", "What was done here, to go back and forth in.",
          "salviewer.gui.history_wiring:HistoryWiring"),
)  # fmt: skip
