"""What a form must know of each field of a params model: read from pydantic's own field info, no widgets here."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from salviewer.api.params import Params

Kind = Literal["int", "float", "bool", "choice", "text", "layer", "json"]


@dataclass(frozen=True)
class FieldSpec:
    """One field of a form.

    low, high: bounds a value may take (None: unbounded); strict_low, strict_high: whether the bound itself is barred.
    choices: what a "choice" field may be. optional: whether None is allowed (shown as "automatic").
    """

    name: str
    title: str
    help: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    strict_low: bool = False
    strict_high: bool = False
    choices: tuple[Any, ...] = ()
    unit: str = ""
    advanced: bool = False
    optional: bool = False

    @property
    def bounded(self) -> bool:
        """Whether the field has both bounds, so that a slider can show its range."""
        return self.kind in ("int", "float") and self.low is not None and self.high is not None

    def allowed(self, number: float) -> float:
        """`number`, or one near it that the bounds allow."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        apart = 1 if self.kind == "int" else min(1.0, (high - low) / 2)  # from a bound that is barred itself
        if number < low or (self.strict_low and number == low):
            return low + apart * self.strict_low
        if number > high or (self.strict_high and number == high):
            return high - apart * self.strict_high
        return number


def fields_of(model: type[Params]) -> tuple[FieldSpec, ...]:
    """The fields of `model`, in its order."""
    return tuple(_spec(name, info) for name, info in model.model_fields.items())


def faults(model: type[Params], values: Mapping[str, Any]) -> dict[str, str]:
    """A sentence per wrong field; "" names what is wrong with all fields together. Empty when all is well."""
    try:
        model(**values)
    except ValidationError as e:
        titles = {spec.name: spec.title for spec in fields_of(model)}
        found: dict[str, str] = {}
        for fault in e.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            found.setdefault(name, _sentence(titles.get(name, ""), fault))
        return found
    return {}


def folder_field(model: type[Params] | None) -> str:
    """The name of the field of `model` that takes a folder; "" where none does."""
    for name, info in model.model_fields.items() if model else ():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("kind") == "folder":
            return name
    return ""


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    kind, choices, optional = _kind_of(info.annotation)
    if extra.get("kind") == "layer" and kind == "text":
        kind = "layer"
    bounds = _bounds(info)
    return FieldSpec(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        kind=kind,
        default=info.get_default(call_default_factory=True),
        low=bounds.get("ge", bounds.get("gt")),
        high=bounds.get("le", bounds.get("lt")),
        strict_low="gt" in bounds,
        strict_high="lt" in bounds,
        choices=choices,
        unit=str(extra.get("unit") or ""),
        advanced=bool(extra.get("advanced")),
        optional=optional,
    )


def _bounds(info: FieldInfo) -> dict[str, float]:
    found = {}
    for mark in info.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if (value := getattr(mark, name, None)) is not None:
                found[name] = value
    return found


def _kind_of(annotation: Any) -> tuple[Kind, tuple[Any, ...], bool]:
    optional = False
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        optional = len(parts) < len(typing.get_args(annotation))
        annotation = parts[0] if len(parts) == 1 else object
    if typing.get_origin(annotation) is Literal:
        return "choice", typing.get_args(annotation), optional
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "choice", tuple(annotation), optional
    simple: dict[Any, Kind] = {bool: "bool", int: "int", float: "float", str: "text"}
    return simple.get(annotation, "json"), (), optional


def _sentence(title: str, fault: Any) -> str:
    context, given = fault.get("ctx") or {}, fault["input"]
    rules = {
        "greater_than_equal": ("must be at least {ge}", "ge"),
        "greater_than": ("must be more than {gt}", "gt"),
        "less_than_equal": ("must be at most {le}", "le"),
        "less_than": ("must be less than {lt}", "lt"),
    }
    if fault["type"] in rules:
        text, bound = rules[fault["type"]]
        return f"{title} {text.format(**{bound: f'{context[bound]:g}'})}; {given:g} is given."
    if fault["type"] == "value_error":
        words = str(context.get("error", fault["msg"]))
        return words if words.endswith(".") else f"{words}."
    words = fault["msg"].replace("Input should be", "must be")
    return f"{title} {words}; {given!r} is given.".strip()
