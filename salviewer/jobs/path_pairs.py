"""Two explanations with a path through the network each, set against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from salviewer.api import Explanation
from salviewer.api.neurons import NeuronPath
from salviewer.errors import InvalidChoice
from salviewer.numeric.path_difference import Difference, differ

By = Literal["auto", "units", "places"]


@dataclass(frozen=True, eq=False)
class PathPair:
    """Two paths and what they share. names: what tells them apart ("tabby", "tiger cat"). notes: what must be known."""

    first: NeuronPath
    second: NeuronPath
    names: tuple[str, str]
    difference: Difference
    notes: tuple[str, ...] = ()

    @property
    def parting(self) -> tuple[int, int] | None:
        """The layer after which they part, as its number in the first and the second path; None where they do not."""
        at = self.difference.parting
        return None if at is None else (self.difference.steps[at].first, self.difference.steps[at].second)

    def rows(self) -> list[dict[str, Any]]:
        """The layers from the class down, as plain values; None where chance shares everything."""
        at = self.difference.parting
        return [
            {
                "layer": step.name, "by": step.by, "first": step.counts[0], "second": step.counts[1],
                "shared": step.shared, "chance": step.chance,
                "beyond_chance": step.beyond if step.beyond == step.beyond else None, "parting": i == at,
            }
            for i, step in enumerate(self.difference.steps)
        ]  # fmt: skip


def path_of(explanation: Explanation) -> NeuronPath:
    """The path in `explanation`. Raises `InvalidChoice` where it has none."""
    for one in explanation.evidence:
        if isinstance(one, NeuronPath) and len(one.layer):
            return one
    named = explanation.provenance.get("title") or explanation.provenance.get("method") or "This explanation"
    raise InvalidChoice(
        f"{named} has no path through the network: take a method that has, such as discernible-neurons or "
        f"cnn-fixations.",
        code="no-path",
    )


def compare_paths(first: Explanation, second: Explanation, by: By = "auto") -> PathPair:
    """The paths of two explanations, what they share layer by layer, and where they part.

    Args:
        first: an explanation with a path.
        second: another one.
        by: "units" compares channels and places layer by layer, for one network; "places" compares where on the
            picture the two look, for two networks; "auto" takes units where both come from the same weights.

    Raises:
        InvalidChoice: there is no path in one of them, or one is of a picture and the other of a volume.
    """
    one, two = path_of(first), path_of(second)
    if one.fields.shape[1] != two.fields.shape[1]:
        raise InvalidChoice(
            "One path is of a picture and the other of a volume: choose two of the same kind.", code="other-dimensions"
        )
    same = by == "units" or (by == "auto" and _hash(first, "model") == _hash(second, "model"))
    found = differ(one, two, same_network=same, frames=(None, None) if same else (_frame(first), _frame(second)))
    return PathPair(one, two, names_of(first, second), found, _notes(first, second, found, same=same))


def names_of(first: Explanation, second: Explanation) -> tuple[str, str]:
    """What tells two explanations apart: the class, else the model, else the input, else nothing but their order."""
    for kind, key in (("target", "label"), ("model", "architecture"), ("input", "name")):
        a, b = (str(_facts(e, kind).get(key, "")) for e in (first, second))
        if a != b and a and b:
            return a, b
    return "first", "second"


def _notes(first: Explanation, second: Explanation, found: Difference, *, same: bool) -> tuple[str, ...]:
    notes = []
    if not same:
        notes.append(
            "The two networks differ, so that their units cannot be set against each other: compared is where on the "
            "picture their units look, at equal depth."
        )
        if _hash(first, "input") != _hash(second, "input"):
            notes.append("The pictures differ too: places are compared in parts of each picture.")
    if found.left_out:
        notes.append(f"Only one of the two paths has these layers, which were left out: {', '.join(found.left_out)}.")
    return tuple(notes)


def _facts(explanation: Explanation, kind: str) -> Mapping[str, Any]:
    return explanation.provenance.get(kind) or {}


def _hash(explanation: Explanation, kind: str) -> str:
    return str(_facts(explanation, kind).get("sha256", ""))


def _frame(explanation: Explanation) -> Sequence[tuple[float, float]] | None:
    """Where the model's grid lies on the picture, (x, y), in parts of it; None of a volume, or where nobody knows."""
    grid = explanation.grid
    if grid is None or len(grid.source_shape) != 2:
        return None
    parts = [(low / n, high / n) for (low, high), n in zip(grid.box(), grid.source_shape, strict=True)]
    return parts[::-1]
