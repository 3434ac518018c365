"""The model and the input of a saved explanation, as a person names them in a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import InputRef, ModelRef

if TYPE_CHECKING:
    from salviewer.api import Explanation

Source = Annotated[
    str | None,
    typer.Option(
        "--input", help='What was explained: a file, or "collection:KEY/ID"; looked for beside the result if not given.'
    ),
]
Sparsity = Annotated[
    float | None,
    typer.Option("--sparsity", help="Of the masks kept on the way that of this sparsity; by default the answer."),
]


def named_model(before: Explanation, model: str | None, weights: str | None) -> ModelRef | None:
    """The model of `before` under the name or from the weights given; None where neither is."""
    from salviewer.jobs.origins import like  # noqa: PLC0415 - loads numpy

    if model is None and weights is None:
        return None
    if weights is not None and Path(weights).is_file():
        weights = str(Path(weights).absolute())
    return like(before, model, weights)


def named_input(before: Explanation, source: str | None, settings: dict[str, Any]) -> InputRef | None:
    """The input given, read as that of `before` was; None where none is."""
    if source is None:
        return None
    if source.startswith("collection:"):
        return InputRef(source=source, options=settings)
    kept = dict(before.provenance.get("input", {}).get("options", {}))
    return InputRef(source=str(Path(source).absolute()), options={**kept, **settings})
