"""The colours of the window, light and dark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tones:
    """The colours of one scheme.

    sunk: behind pictures; faint: lines; quiet: text of second rank; thumb: scroll bars; field: where one types.
    """

    window: str
    panel: str
    sunk: str
    faint: str
    text: str
    quiet: str
    disabled: str
    accent: str
    on_accent: str
    hover: str
    error: str
    error_back: str
    warning: str
    warning_back: str
    ask: str
    ask_back: str
    chosen: str
    thumb: str
    button: str
    field: str
    tick: str
    scheme: str


LIGHT = Tones(
    window="#f3f4f6", panel="#ffffff", sunk="#e6e8ec", faint="#d9dce1", text="#1d2127", quiet="#5b636e",
    disabled="#9aa1aa", accent="#2f62c9", on_accent="#ffffff", hover="#e9edf5", error="#b3261e", error_back="#fdecea",
    warning="#8a5a00", warning_back="#fff4dc", ask="#23509f", ask_back="#e8effc", chosen="#d8e3f8", thumb="#c2c7cf",
    button="#ffffff", field="#ffffff", tick="tick-light", scheme="light",
)  # fmt: skip
DARK = Tones(
    window="#1a1c20", panel="#23262b", sunk="#121316", faint="#383c44", text="#e7e9ec", quiet="#a2a9b3",
    disabled="#6a717b", accent="#7aa5ff", on_accent="#10141c", hover="#2d3138", error="#ff9d94", error_back="#3d2322",
    warning="#f2c56b", warning_back="#38301d", ask="#a9c5ff", ask_back="#222d44", chosen="#2b3a57", thumb="#4a4f58",
    button="#31353d", field="#17191c", tick="tick-dark", scheme="dark",
)  # fmt: skip
