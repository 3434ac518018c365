"""Methods that read the gradient at the input: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo

OFFERS: tuple[ExplainerInfo, ...] = ()
