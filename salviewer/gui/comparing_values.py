"""What a comparison is made of, and what its cells are called, as frozen plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from salviewer.api.evidence import Heatmap
from salviewer.api.explanation import Explanation
from salviewer.api.jobspec import JobSpec, ModelRef
from salviewer.api.space import GridMap
from salviewer.api.values import Picture

if TYPE_CHECKING:
    import numpy as np

    from salviewer.bench.comparison import Pair

Status = Literal["waiting", "running", "done", "failed", "stopped"]


@dataclass(frozen=True)
class About:
    """What tells a cell from others.

    settings: all parameters by name; knob: the step of a sweep that it is.
    weights: the name of the model's file, "" where it is not known; digest: the hash of what is in it.
    """

    method: str = ""
    target: str = ""
    model: str = ""
    input: str = ""
    part: str = ""
    knob: str = ""
    weights: str = ""
    digest: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Tile:
    """One cell of the comparison.

    key: its number here; job: its number at the engine; result: the row in the results list.
    spec: what was asked, where it was asked here. strip: cells of one sweep share it and stand in one row.
    sentence: why it failed or was stopped, or what must be known of it.
    """

    key: int
    about: About
    status: Status = "waiting"
    job: int = 0
    fraction: float = 0.0
    sentence: str = ""
    spec: JobSpec | None = None
    strip: int = 0
    heatmap: Heatmap | None = None
    grid: GridMap | None = None
    picture: Picture | None = None
    explanation: Explanation | None = None
    result: int | None = None

    @property
    def under_way(self) -> bool:
        """Whether its map is still to come."""
        return self.status in ("waiting", "running")

    @property
    def size(self) -> tuple[int, int] | None:
        """(H, W) of the picture, once it is known."""
        return None if self.grid is None else (self.grid.source_shape[0], self.grid.source_shape[1])

    def filled(self, explanation: Explanation, picture: Picture | None, result: int | None) -> Tile:
        """The same with its map."""
        heatmap = explanation.evidence[0]
        if not isinstance(heatmap, Heatmap) or heatmap.values.ndim != 2:
            return replace(self, status="failed", sentence="This is a volume: only maps of pictures are compared here.")
        shape = picture.shape if picture is not None else heatmap.values.shape
        grid = explanation.grid or GridMap.identity(tuple(int(n) for n in shape))
        weights = self.about.weights or (weights_name(self.spec.model) if self.spec is not None else "")
        about = about_of(explanation, knob=self.about.knob, part=self.about.part, weights=weights)
        gone = "" if picture is not None else "The picture is not where it was, or has changed: the map is shown alone."
        return replace(
            self, about=about, status="done", fraction=1.0, sentence=gone, heatmap=heatmap, grid=grid, picture=picture,
            explanation=explanation, result=result,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Compared:
    """Cells `a` and `b` set against each other. pair: None while it is worked out, or where `sentence` says why not."""

    a: int
    b: int
    pair: Pair | None = None
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Rank correlation of every cell in `keys` with every other, (n, n); None while it is worked out."""

    keys: tuple[int, ...]
    values: np.ndarray | None = None
    sentence: str = ""


def about_of(explanation: Explanation, *, knob: str = "", part: str = "", weights: str = "") -> About:
    """What an explanation's provenance says of it."""
    known = explanation.provenance
    return About(
        method=str(known.get("title") or known.get("method", "")),
        target=str(known.get("target", {}).get("label", "")),
        model=str(known.get("model", {}).get("architecture", "")),
        input=str(known.get("input", {}).get("name", "")),
        part=part,
        knob=knob,
        weights=weights,
        digest=str(known.get("model", {}).get("sha256", "")),
        settings=dict(known.get("params", {})),
    )


def weights_name(ref: ModelRef) -> str:
    """The name of the file with the model's weights, without its ending; "" for weights that are no file."""
    name = (ref.weights or "").replace("\\", "/").rpartition("/")[2]
    return "" if name == "default" else name.rpartition(".")[0] or name


def told_apart(tiles: Sequence[Tile]) -> list[Tile]:
    """The same cells; models of one architecture with different weights are called by their files or their hashes."""
    contents: dict[str, dict[str, str]] = {}
    for tile in tiles:
        contents.setdefault(tile.about.model, {})[tile.about.digest] = tile.about.weights
    return [
        tile if not (word := _weights_word(tile.about, contents[tile.about.model]))
        else replace(tile, about=replace(tile.about, model=f"{tile.about.model} ({word})"))
        for tile in tiles
    ]  # fmt: skip


def _weights_word(about: About, files: Mapping[str, str]) -> str:
    """What tells these weights from those of the other `files` (names by hash); "" where there are no others."""
    known = {digest: name for digest, name in files.items() if digest}
    if len(known) < 2 or not about.digest:
        return ""
    named = all(known.values()) and len(set(known.values())) == len(known)
    return known[about.digest] if named else about.digest[:DIGITS]


DIGITS = 7
"""So many letters of a hash tell models apart for a person."""


def names(tiles: Sequence[Tile]) -> dict[int, str]:
    """What each cell is called beside the others, by key: only what is not the same in all of them.

    The first words of the one that is alone, or of twins, are its method and its class.
    """
    tiles = told_apart(tiles)
    differ = [name for name in FACETS if len({getattr(t.about, name) for t in tiles}) > 1]
    settings = _settings(tiles)
    found = {}
    for tile in tiles:
        words = [getattr(tile.about, name) for name in differ]
        words.append("" if tile.about.knob else settings[tile.key])
        said = " · ".join(word for word in words if word)
        found[tile.key] = said or " · ".join(w for w in (tile.about.method, tile.about.target) if w)
    return found


def shared(tiles: Sequence[Tile]) -> str:
    """What is the same in all cells, once for all of them; "" for fewer than two cells."""
    if len(tiles) < 2:
        return ""
    tiles = told_apart(tiles)
    alike = [getattr(tiles[0].about, name) for name in FACETS if len({getattr(t.about, name) for t in tiles}) == 1]
    return " · ".join(word for word in alike if word)


FACETS = ("knob", "method", "target", "model", "part", "input")


def _settings(tiles: Sequence[Tile]) -> dict[int, str]:
    """The parameters in which cells of one method differ, as text by key."""
    found = {}
    for tile in tiles:
        peers = [t.about.settings for t in tiles if t.about.method == tile.about.method and t.about.settings]
        mine = tile.about.settings
        differ = [name for name in mine if any(other.get(name, mine[name]) != mine[name] for other in peers)]
        found[tile.key] = ", ".join(f"{name.replace('_', ' ')} {_short(mine[name])}" for name in differ)
    return found


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def rows_of(tiles: Sequence[Tile], columns: int) -> list[list[int]]:
    """Which cells (by key) stand in which row: `columns` in each, but the cells of one sweep all in one."""
    rows: list[list[int]] = []
    last: int | None = None
    for tile in tiles:
        full = bool(rows) and last == 0 and len(rows[-1]) >= columns
        if last != tile.strip or full:
            rows.append([])
        rows[-1].append(tile.key)
        last = tile.strip
    return rows


def columns_for(count: int, width: float, height: float, aspect: float, head: float) -> int:
    """How many cells beside each other make the pictures largest.

    aspect: width over height of a picture; head: what a cell needs besides, in the units of `width` and `height`.
    """
    sizes = [
        (min(width / columns, (height / -(-count // columns) - head) * aspect), columns)
        for columns in range(1, max(1, count) + 1)
    ]
    best = max(size for size, _ in sizes)
    return next(columns for size, columns in sizes if size >= best - 1e-9)


def sensible(keys: Collection[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of `wanted` that there are, in that order; the first few of all where there are none."""
    return tuple(key for key in wanted if key in keys) or tuple(list(keys)[:4])
