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

    def passes(self, size: tuple[int, ...]) -> int | None:
        """How many inputs a run with these values passes through the network; None where only the run can tell.

        From this and the measured speed of earlier runs the time is estimated before Run. It is asked in the window:
        it must be quick and load no torch. Inputs are counted one by one, however they are batched, without the one
        that finds the predicted class.

        Args:
            size: the spatial shape (*S) of the model's input, in pixels.
        """
        return None


def param(
    default: Any, description: str, *, unit: str = "", advanced: bool = False, kind: str = "", **bounds: Any
) -> Any:
    """A field of `Params`: a pydantic `Field` with its unit and place in the form. `bounds` are ge, gt, le, lt.

    `kind`: "layer" where the value is the dotted name of a module of the network ("" for the method's own choice);
    "folder" where it is a folder's path.
    """
    extra: dict[str, Any] = {"unit": unit, "advanced": advanced, "kind": kind}
    return Field(default, description=description, json_schema_extra=extra, **bounds)
