"""The parameters of a method: a frozen pydantic model that the window turns into a form."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Params(BaseModel):
    """What a method's `params` path names: one field per parameter, each with a default, bounds and a description.

    `dials` gives one slider over several fields, `{"fine to coarse": ("sigma_light", "sigma_shadow")}`: the slider
    multiplies their defaults by a common factor. `quick` gives values for a cheap first look (`{"masks": 400}`).
    A field may carry `unit="shorter side"` (a fraction of the model
    input's shorter side, shown in pixels too) and `advanced=True`, both through `param`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    dials: ClassVar[dict[str, tuple[str, ...]]] = {}
    quick: ClassVar[dict[str, Any]] = {}


def param(
    default: Any, description: str, *, unit: str = "", advanced: bool = False, kind: str = "", **bounds: Any
) -> Any:
    """A field of `Params`: a pydantic `Field` with its unit and place in the form. `bounds` are ge, gt, le, lt.

    `kind`: "layer" where the value is the dotted name of a module of the network ("" for the method's own choice).
    """
    extra: dict[str, Any] = {"unit": unit, "advanced": advanced, "kind": kind}
    return Field(default, description=description, json_schema_extra=extra, **bounds)
