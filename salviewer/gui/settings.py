"""What a person prefers, kept in one JSON file of their configuration folder: versioned, written whole or not at all.

Keys that this version does not know are kept as they are; a value that makes no sense is passed over for its default; a
file that cannot be read at all is set aside and said so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from salviewer.data.whole_file import replace_text, set_aside

VERSION = 1
SCHEMES = ("system", "light", "dark")
CONVENTIONS = ("", "radiological", "neurological")
TEXT_SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
MEMORY_SHARES = (25, 50, 75, 90)


@dataclass(frozen=True)
class Preferences:
    """What the preferences dialog shows.

    scheme: "system", "light" or "dark"; text_size: in percent of the system's.
    sequential, diverging: names of colour maps, for maps without and with a sign; opacity: of a map, 0..1.
    common_scale: whether the maps of an answer share one range; helps: whether each setting has its small text.
    method: key of the method that a new window offers; memory_share: percent of the free memory for one batch.
    reopen: whether the workspace that was open last is opened at the start.
    convention: "radiological", "neurological", or "" until the person has said which; nose_left: of sagittal slices.
    """

    scheme: str = "system"
    text_size: int = 100
    sequential: str = "inferno"
    diverging: str = "vik"
    opacity: float = 0.55
    common_scale: bool = False
    helps: bool = True
    method: str = "glas"
    memory_share: int = 50
    reopen: bool = True
    convention: str = ""
    nose_left: bool = True


ALLOWED: Mapping[str, Any] = {
    "scheme": lambda v: v in SCHEMES,
    "text_size": lambda v: TEXT_SIZES[0] <= v <= TEXT_SIZES[-1],
    "opacity": lambda v: 0 <= v <= 1,
    "memory_share": lambda v: 1 <= v <= 95,
    "convention": lambda v: v in CONVENTIONS,
}
"""Which values of a preference make sense, where its type alone does not say."""


def default_path() -> Path:
    """Where the settings are kept."""
    import platformdirs  # noqa: PLC0415 - asked for once

    return Path(platformdirs.user_config_dir("salviewer", appauthor=False)) / "settings.json"


class Settings(QObject):
    """The settings of one person. `changed` carries the name of what is new: "preferences", "shortcuts", ...

    `notice` is a sentence where the file had to be set aside or cannot be written.
    """

    changed = Signal(str)

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self.path = path or default_path()
        self.notice = ""
        self._kept = self._read()
        self._preferences = _preferences(self._kept.get("preferences"))

    @property
    def preferences(self) -> Preferences:
        """What is preferred now."""
        return self._preferences

    def prefer(self, **changes: Any) -> None:
        """Change preferences, and keep them."""
        self._preferences = replace(self._preferences, **changes)
        known = self._kept.get("preferences")
        self.put("preferences", {**(known if isinstance(known, dict) else {}), **asdict(self._preferences)})

    def get(self, name: str, default: Any) -> Any:
        """What is kept under `name`; `default` where there is nothing, or something of another type."""
        value = self._kept.get(name, default)
        return value if isinstance(value, type(default)) else default

    def put(self, name: str, value: Any) -> None:
        """Keep `value` (plain JSON) under `name`, on disk too where that can be written."""
        self._kept[name] = value
        self._write()
        self.changed.emit(name)

    def reset(self) -> None:
        """All preferences as they are by default; layouts, presets and favourites stay."""
        self.prefer(**asdict(Preferences()))

    # -- the file -----------------------------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            kept = None
        if isinstance(kept, dict) and isinstance(kept.get("version"), int):
            return kept
        self._set_aside()
        return {}

    def _set_aside(self) -> None:
        try:
            aside = set_aside(self.path)
            self.notice = (
                f"Your preferences could not be read, so the defaults hold: {self.path.name} was set aside as "
                f"{aside.name}."
            )
        except OSError:
            self.notice = f"Your preferences ({self.path.name}) could not be read, so the defaults hold."

    def _write(self) -> None:
        self._kept["version"] = max(VERSION, self._kept.get("version", VERSION))
        try:
            replace_text(self.path, json.dumps(self._kept, indent=1, ensure_ascii=False))
        except OSError as e:
            self.notice = f"Preferences hold for now only: {self.path.name} cannot be written ({e.strerror})."


def reset_file(path: Path | None = None) -> Path | None:
    """Begin with the defaults: the settings file is set aside. Where it is now; None where there was none.

    Raises:
        OSError: the file cannot be moved.
    """
    path = path or default_path()
    try:
        return set_aside(path, ".old")
    except FileNotFoundError:
        return None


def _preferences(kept: Any) -> Preferences:
    """The preferences in `kept`; the default for each that is missing or makes no sense."""
    taken: dict[str, Any] = {}
    for field in fields(Preferences) if isinstance(kept, dict) else ():
        value = kept.get(field.name, field.default)
        kinds = (int, float) if isinstance(field.default, float) else type(field.default)
        fits = isinstance(value, kinds) and isinstance(value, bool) == isinstance(field.default, bool)
        if fits and ALLOWED.get(field.name, lambda _: True)(value):
            taken[field.name] = value
    return Preferences(**taken)
