"""The controls: maps that any method must beat."""

from __future__ import annotations

from salviewer.api import ExplainerInfo

OFFERS: tuple[ExplainerInfo, ...] = ()
