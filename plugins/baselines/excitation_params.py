"""The parameters of excitation backprop. Loads no torch."""

from __future__ import annotations

from salviewer.api import Params, param


class ExcitationParams(Params):
    """Where the walk back stops."""

    layer: str = param(
        "",
        "The layer whose winning probabilities are shown; empty: the last one that all probability passes and that is "
        "at most 16 times coarser than the picture.",
        kind="layer",
    )
