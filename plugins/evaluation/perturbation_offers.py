"""Metrics that change the input where the map says: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo

OFFERS: tuple[MetricInfo, ...] = ()
