"""The parameters of explaining by a mask generator: it has none. Loads no torch."""

from __future__ import annotations

from salviewer.api import Params


class GeneratorParams(Params):
    """All was decided when it was trained."""

    def passes(self, size: tuple[int, ...]) -> int | None:
        """The picture itself."""
        return 1
