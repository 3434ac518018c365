"""Methods that rewrite the backward pass: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import ExplainerInfo

OFFERS: tuple[ExplainerInfo, ...] = ()
