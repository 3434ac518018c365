"""What the workspace's tree shows, as plain values: models, inputs, and under each input its explanations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from salviewer.gui.kept import model_key
from salviewer.gui.values import InputItem, ModelCard, ResultItem

Kind = Literal["section", "model", "input", "result"]
Value = str | ModelCard | InputItem | ResultItem
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One row. `key`: what it is known by among its neighbours; `open`: whether it is what the window works on.

    count: of explanations under an input, of rows under a heading.
    """

    kind: Kind
    key: str
    value: Value
    open: bool = False
    count: int = 0
    children: tuple[Row, ...] = ()


def arrange(
    models: Sequence[ModelCard],
    inputs: Sequence[InputItem],
    results: Sequence[ResultItem],
    *,
    model: ModelCard | None = None,
    open_input: str = "",
    words: str = "",
) -> tuple[Row, ...]:
    """The rows: models as they came, inputs by when they were last opened or explained, explanations newest first.

    model: the open one; open_input: sha256 of the open picture; words: each must occur in a row that is shown.
    """
    wanted = words.casefold().split()
    under = _by_input(inputs, results)
    rows = []
    for item, own in under:
        named = _holds(wanted, (item.name, item.label))
        found = own if named else [r for r in own if _holds(wanted, (*_words(r), item.name, item.label))]
        if named or found:
            children = tuple(Row("result", str(r.id), r) for r in found)
            key = item.sha256 or f"name {item.name}"
            is_open = bool(open_input) and item.sha256 == open_input
            rows.append(Row("input", key, item, is_open, len(found), children))
    cards = [card for card in models if _holds(wanted, (card.title, card.ref.architecture))]
    active = model_key(model) if model is not None else None
    shown = tuple(Row("model", model_key(card), card, model_key(card) == active) for card in cards)
    sections = (("Models", shown), ("Pictures and volumes", tuple(rows)))
    return tuple(Row("section", title, title, count=len(below), children=below) for title, below in sections if below)


def label_of(value: Value) -> str:
    """What a row is called."""
    if isinstance(value, ResultItem):
        return value.label or " · ".join(part for part in (value.method, value.target) if part)
    if isinstance(value, InputItem):
        return value.label or value.name
    return value if isinstance(value, str) else value.title


def _by_input(inputs: Sequence[InputItem], results: Iterable[ResultItem]) -> list[tuple[InputItem, list[ResultItem]]]:
    """Each input with its explanations, the latest first; inputs that are not listed are made of their explanations."""
    found: dict[str, tuple[InputItem, list[ResultItem]]] = {item.sha256: (item, []) for item in inputs}
    for result in results:
        key = result.input_sha256 or f"name {result.input}"
        if key not in found:
            found[key] = (InputItem(result.input_sha256, result.input, result.spec.input, LONG_AGO), [])
        found[key][1].append(result)
    return _latest_first(found.values())


def _latest_first(
    pairs: Iterable[tuple[InputItem, list[ResultItem]]],
) -> list[tuple[InputItem, list[ResultItem]]]:
    return sorted(pairs, key=lambda pair: max([pair[0].opened, *(r.created for r in pair[1])]), reverse=True)


def _words(result: ResultItem) -> tuple[str, ...]:
    return (result.method, result.target, result.model, result.label)


def _holds(wanted: Sequence[str], texts: Iterable[str]) -> bool:
    """Whether every wanted word occurs in one of `texts`."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in wanted)
