"""Probabilities as people read them."""

from __future__ import annotations


def as_percent(probability: float) -> str:
    """`probability` (0..1) in words: never "0.0 %" for what is not zero, nor "100 %" for what is not certain."""
    percent = probability * 100
    if percent == 100:
        return "100 %"
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %"
