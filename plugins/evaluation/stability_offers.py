"""Metrics that run the method again or change the network: what each is and where it comes from."""

from __future__ import annotations

from salviewer.api import MetricInfo

OFFERS: tuple[MetricInfo, ...] = ()
