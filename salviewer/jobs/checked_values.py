"""Values as a pydantic model has them, or a sentence that names the value, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from salviewer.errors import InvalidChoice

M = TypeVar("M", bound=BaseModel)


def checked_params(model: type[M], values: Mapping[str, Any], whose: str) -> M:
    """`values` as `model` has them. Raises `InvalidChoice` naming each wrong value; `whose` begins the sentence."""
    try:
        return model(**values)
    except ValidationError as e:
        faults = "; ".join(dict.fromkeys(_fault(model, fault) for fault in e.errors()))
        raise InvalidChoice(f"{whose}: {faults}.", code="bad-parameter") from e


def _fault(model: type[BaseModel], fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return f"there is no parameter “{name}” (there are {', '.join(model.model_fields) or 'none'})"
    message = fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    message = message.replace("a valid tuple", "a list, as in [1, 2]")
    if not name:
        return message
    bounds = allowed_range(model.model_fields[name])
    if bounds and fault["type"].startswith(("greater_than", "less_than")):
        message = f"must be {bounds}"
    return f"{name} = {fault['input']!r} is not allowed, it {message}"


def allowed_range(field: FieldInfo) -> str:
    """The range of a number field in words, as in "at least 2 and at most 64"; "" if it has no bounds."""
    words = {"ge": "at least {:g}", "gt": "more than {:g}", "le": "at most {:g}", "lt": "less than {:g}"}
    bounds = [
        text.format(getattr(mark, name))
        for name, text in words.items()
        for mark in field.metadata
        if getattr(mark, name, None) is not None
    ]
    return " and ".join(bounds)
