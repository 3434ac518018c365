"""Metrics that compare a map with boxes or masks: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo

OFFERS: tuple[MetricInfo, ...] = ()
