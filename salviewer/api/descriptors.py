"""What a plugin says about itself before anything heavy is imported: plain frozen values.

`params` and `run` are import paths, "package.module:Name". `params` must load without torch (the window imports it);
`run` is imported by the worker when it is first used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")

NEEDS = frozenset({"gradients", "module", "class-index", "trained", "annotation", "collection", "rerun"})
"""All that a method can ask for beyond an input and the model's outputs."""
ASSETS = frozenset({"atlas"})
"""All that a method can make use of where it is there."""


@dataclass(frozen=True)
class Source:
    """Where a method comes from: `citation` for people, `equations` as the paper numbers them, `url` if it has one."""

    citation: str
    equations: str = ""
    url: str = ""


@dataclass(frozen=True)
class Info:
    """What every descriptor has. `key`: lower case with hyphens, unique among its kind; `title`: as shown to people."""

    key: str
    title: str
    summary: str
    run: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"key {self.key!r} must be lower case words joined by hyphens")
        for path in (self.run, getattr(self, "params", self.run)):
            if not _PATH.fullmatch(path):
                raise ValueError(f"{self.key}: {path!r} is no import path of the form 'package.module:Name'")


@dataclass(frozen=True)
class ExplainerInfo(Info):
    """An explanation method. `run` names an `Explainer`, `params` a `Params` model.

    `dims`: spatial dimensions it works in; `needs`: see `NEEDS`; `evidence`: kinds it returns, a heatmap first;
    `answers`: the question its map answers, one sentence; `output`: what the target is by default.
    `family`: the heading under which lists show it ("Gradients"); without one it stands under its plugin's name.
    `assets`: what else it can make use of: "atlas". `sources`: which earlier results it puts together, in words
    ("one explanation per subject"); "" where it needs none.
    `trained_by`: the key of the trainer whose results it takes; with "trained" in `needs` it cannot do without one.
    `late_target`: it learns the predicted class from a pass that it makes anyway (`Request.target_from`); where nobody
    names a class, none is made for it before.
    """

    params: str
    source: Source
    answers: str
    dims: tuple[int, ...] = (2,)
    needs: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ("heatmap",)
    output: str = "probability"
    family: str = ""
    assets: frozenset[str] = frozenset()
    sources: str = ""
    trained_by: str = ""
    late_target: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_needs(self.key, self.needs)
        if "trained" in self.needs and not self.trained_by:
            raise ValueError(f"{self.key}: it needs something trained, and trained_by does not say by which trainer")
        if unknown := self.assets - ASSETS:
            raise ValueError(f"{self.key}: unknown assets {sorted(unknown)}; known are {sorted(ASSETS)}")
        if self.output not in ("probability", "logit"):
            raise ValueError(f"{self.key}: output must be 'probability' or 'logit', not {self.output!r}")


@dataclass(frozen=True)
class TrainerInfo(Info):
    """What learns something about a model from a collection. `run` names a `Trainer`, `params` a `Params` model.

    Its key need not be a method's: methods name it in `trained_by`.
    `learns`: what comes out of it, one sentence.
    `dims`: as for an explainer; `needs`: see `NEEDS`; "annotation" where it compares with boxes or masks.
    """

    params: str
    source: Source
    learns: str
    dims: tuple[int, ...] = (2,)
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_needs(self.key, self.needs)


@dataclass(frozen=True)
class MetricInfo(Info):
    """A measure of an explanation. `run` names a `Metric`, `params` a `Params` model.

    `given`: what it reads - the "heatmap" alone (any array will do), the whole "explanation" (other evidence too), or
    the "explainer" (it runs the method again; add "rerun" to `needs`).
    `answers`: the question that its headline number answers, one sentence.
    `better`: "higher", "lower", or "" where neither is; `bounds`: the least and greatest possible headline, or None.
    `needs`: see `NEEDS`; "annotation" where it compares with boxes or a mask. `dims`: as for an explainer.
    `output`: what the target is by default.
    """

    params: str
    source: Source
    answers: str
    given: str = "heatmap"
    better: str = "higher"
    bounds: tuple[float | None, float | None] = (None, None)
    dims: tuple[int, ...] = (2, 3)
    needs: frozenset[str] = frozenset()
    output: str = "probability"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_needs(self.key, self.needs)
        for name, known in (
            ("given", ("heatmap", "explanation", "explainer")),
            ("better", ("higher", "lower", "")),
            ("output", ("probability", "logit")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{self.key}: {name} must be one of {known}, not {getattr(self, name)!r}")


@dataclass(frozen=True)
class CollectionInfo(Info):
    """A labelled collection. `run` names a `Collection`; `classes` are its class names in index order."""

    params: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class ArchitectureInfo(Info):
    """A family of networks. `run` names an `ArchitectureFamily`; `names` lists it where that is cheap."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReaderInfo(Info):
    """A file format. `run` names a `Reader`; `patterns` as in "*.npy"; `magic`: what such a file may begin with."""

    patterns: tuple[str, ...] = ()
    magic: tuple[bytes, ...] = ()


def _check_needs(key: str, needs: frozenset[str]) -> None:
    if unknown := needs - NEEDS:
        raise ValueError(f"{key}: unknown needs {sorted(unknown)}; known are {sorted(NEEDS)}")
