"""What is remembered of the Controller panel, as frozen plain values, and the memory that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from salviewer.gui.state import remembered
from salviewer.numeric.score_controller import ETA, H

if TYPE_CHECKING:
    import numpy as np

ETA_RANGE, H_RANGE = (0.1, 5.0), (0.2, 6.0)
"""Where the sliders go."""
LEAST, MOST = 0.01, 20.0
"""What eta and h may be: as much as the methods' own forms take, so that no result's setting is shown as another."""
TITLES = {
    "customized": "Customized: sigmoid(eta z)^h",
    "basic": "Basic: max(0, z)",
    "basic-clamped": "Basic, ended at 1",
}
"""The transformers by key, as they are offered."""


@dataclass(frozen=True)
class Setting:
    """A transformer and its two numbers, which only the customized one uses."""

    transformer: str = "customized"
    eta: float = ETA
    h: float = H

    @property
    def is_customized(self) -> bool:
        """Whether the two numbers matter."""
        return self.transformer == "customized"


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of the result on the screen before the transformer: z (h, w), standardised; `title` says whose.

    made: the setting that the result was made with, as far as it says so.
    """

    z: np.ndarray
    title: str
    made: Setting | None = None


class ControllerState(QObject):
    """What the panel shows."""

    setting_changed = Signal(object)
    scores_changed = Signal(object)

    setting = remembered("setting", Setting(), Setting)
    scores = remembered("scores", None, Scores | None)
