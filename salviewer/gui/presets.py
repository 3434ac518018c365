"""Decides about presets: values of a method's form under a name, the person's own beside those that come with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from salviewer.api.params import Params
from salviewer.gui.settings import Settings

RECOMMENDED, QUICK = "Recommended", "Quick look"
LONGEST = 60


@dataclass(frozen=True)
class Preset:
    """A name and what the form holds under it. `own`: whether the person made it, and may rename or delete it."""

    name: str
    values: Mapping[str, Any]
    own: bool = False


class Presets:
    """The presets of every method, the person's own in their settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def of(self, method: str, model: type[Params]) -> tuple[Preset, ...]:
        """The presets of `method`, whose params are `model`: those that come with it first.

        Of the person's own those that the method no longer understands are left out.
        """
        defaults = {name: info.get_default(call_default_factory=True) for name, info in model.model_fields.items()}
        found = [Preset(RECOMMENDED, defaults)]
        if model.quick:
            found.append(Preset(QUICK, {**defaults, **model.quick}))
        for name, values in self._own(method).items():
            if isinstance(values, dict) and (checked := _checked(model, values)) is not None:
                found.append(Preset(name, checked, own=True))
        return tuple(found)

    def matching(self, method: str, model: type[Params], values: Mapping[str, Any]) -> str:
        """The name of the preset whose values `values` are; "" where there is none."""
        wanted = _as_json(model, values)
        presets = self.of(method, model)
        own_first = sorted(presets, key=lambda preset: preset.name != RECOMMENDED)
        return next((p.name for p in own_first if _as_json(model, p.values) == wanted), "")

    def save(self, method: str, model: type[Params], name: str, values: Mapping[str, Any]) -> str:
        """Keep `values` under `name`, over an own preset of that name; why not, in a sentence, or ""."""
        if why := self._bad_name(name):
            return why
        self._put(method, {**self._own(method), name.strip(): _as_json(model, values)})
        return ""

    def rename(self, method: str, name: str, new: str) -> str:
        """Call an own preset otherwise; why not, in a sentence, or ""."""
        new, own = new.strip(), self._own(method)
        if new == name:
            return ""
        if why := self._bad_name(new):
            return why
        if new in own:
            return f"There is a preset called “{new}” already: choose another name, or delete that one first."
        self._put(method, {new if known == name else known: values for known, values in own.items()})
        return ""

    def delete(self, method: str, name: str) -> None:
        """Forget an own preset."""
        self._put(method, {known: values for known, values in self._own(method).items() if known != name})

    def _own(self, method: str) -> dict[str, Any]:
        kept = self._settings.get("presets", {}).get(method, {})
        return dict(kept) if isinstance(kept, dict) else {}

    def _put(self, method: str, presets: dict[str, Any]) -> None:
        kept = {**self._settings.get("presets", {}), method: presets}
        self._settings.put("presets", {key: found for key, found in kept.items() if found})

    @staticmethod
    def _bad_name(name: str) -> str:
        name = name.strip()
        if not name:
            return "A preset needs a name: type one."
        if len(name) > LONGEST:
            return f"The name has {len(name)} letters: {LONGEST} are the most."
        if name.lower() in (RECOMMENDED.lower(), QUICK.lower()):
            return f"“{name}” comes with the method and stays as it is: choose another name."
        return ""


def _as_json(model: type[Params], values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` as JSON would give them back, the wrong ones too."""
    return dict(TypeAdapter(dict[str, Any]).dump_python(dict(values), mode="json"))


def _checked(model: type[Params], kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """`kept` with the defaults of what it does not name; None where the method does not take it."""
    try:
        return {name: getattr(model(**kept), name) for name in model.model_fields}
    except ValidationError:
        return None
