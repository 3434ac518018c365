"""Runs a saved explanation again from what it says about itself, and compares the two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from salviewer.api import (
    AtlasRef,
    Explanation,
    Heatmap,
    InputRef,
    JobSpec,
    ModelRef,
    Preprocessing,
    Progress,
    TrainedRef,
    VolumePreprocessing,
)
from salviewer.errors import InvalidChoice, SalViewerError

if TYPE_CHECKING:
    from salviewer.jobs.plan import Plan
    from salviewer.jobs.shelf import Shelf

TOLERANCE = 1e-5
"""Of a map's range: what another machine's rounding may change. Larger differences are differences."""
_SHORT = 12


@dataclass(frozen=True)
class Difference:
    """What became of one piece of evidence.

    largest: the largest absolute difference, in the map's unit; infinite where the arrays do not compare.
    span: of the first run's values, largest minus smallest.
    """

    name: str
    largest: float
    span: float

    @property
    def share(self) -> float:
        """`largest` as a share of the range; 0 where nothing differs."""
        if not self.largest:
            return 0.0
        return self.largest / self.span if self.span else math.inf


@dataclass(frozen=True, eq=False)
class Reproduction:
    """Both runs, how far apart they are, and what was not the same about them, in sentences."""

    before: Explanation
    again: Explanation
    differences: tuple[Difference, ...]
    remarks: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether every array is the same to the last bit."""
        return all(not d.largest for d in self.differences)

    def same(self, tolerance: float = TOLERANCE) -> bool:
        """Whether no map differs by more than `tolerance` of its range."""
        return all(d.share <= tolerance for d in self.differences)

    @property
    def verdict(self) -> str:
        """How the two compare, in a sentence."""
        if self.identical:
            return "The same: every value is identical."
        worst = max(self.differences, key=lambda d: d.share)
        if math.isinf(worst.largest):
            return f"Different: “{worst.name}” has another shape or other gaps, or is missing."
        how = f"by at most {worst.largest:.3g} ({worst.share:.2g} of the range of “{worst.name}”)"
        return f"The same but for rounding: values differ {how}." if self.same() else f"Different: values differ {how}."


def reproduce(
    before: Explanation,
    shelf: Shelf,
    *,
    model: ModelRef | None = None,
    source: InputRef | None = None,
    atlas: AtlasRef | None = None,
    trained: TrainedRef | None = None,
    beside: Path | None = None,
    progress: Progress | None = None,
) -> Reproduction:
    """`before` and its second run.

    Args:
        before: an explanation that SalViewer made.
        shelf: opens model, input and atlas.
        model: where the model is; None: the architecture with the weights that come with it.
        source: where the input is; None: the collection's sample that it was, or the file of its name in `beside`.
        atlas: where the atlas is, if there was one; None: the collection's, or the file of its name in `beside`.
        trained: where the trained state is, if there was one; None: among those that are kept, or the file of its name
            in `beside`.
        beside: the folder in which input, atlas and trained state are looked for.
        progress: of the second run.

    Raises:
        InvalidChoice: the explanation does not say how it was made, or the model or the picture has to be named.
    """
    from salviewer.jobs.run import run  # noqa: PLC0415 - loads torch
    from salviewer.jobs.trained_states import own_trained  # noqa: PLC0415 - the same

    asked = spec_of(before, model or _own_model(before), source or own_input(before, shelf, beside))
    asked = asked.model_copy(update={"atlas": _own_atlas(before, shelf, atlas, beside),
                                     "trained": own_trained(before, shelf, trained, beside)})  # fmt: skip
    if model is None:
        _check_weights(before, shelf, asked.model)
    again = run(asked, shelf, progress, _plan(before, shelf))
    return Reproduction(before, again, compare(before, again), remarks(before.provenance, again.provenance))


def spec_of(before: Explanation, model: ModelRef, source: InputRef) -> JobSpec:
    """What was asked, by the explanation's own provenance. Raises `InvalidChoice` where it does not say."""
    about = before.provenance
    target = about.get("target", {})
    if "method" not in about or "index" not in target:
        raise InvalidChoice(
            "This explanation does not say how it was made: only one that SalViewer ran can be run again.",
            code="no-method",
        )
    if target["index"] < 0:
        raise InvalidChoice(
            f"The target “{target.get('label', '')}” was a function of a Python session, and is gone: run sv.explain "
            f"with that function again.",
            code="live-target",
        )
    if about.get("sources"):
        raise InvalidChoice(
            "This explanation was made from what others found, which it does not hold: run that job again, and give "
            "them to it (--source FILE, in Python sources=).",
            code="sources-gone",
        )
    return JobSpec(
        method=about["method"],
        params=dict(about.get("params", {})),
        model=model,
        input=source,
        target=target["index"],
        output=target.get("output"),
        seed=about.get("seed", 0),
        precision=about.get("precision", "full"),
    )


def compare(before: Explanation, again: Explanation) -> tuple[Difference, ...]:
    """Per piece of evidence of the first run how far the second's is from it; arrays are matched by their order."""
    found = []
    for i, old in enumerate(before.evidence):
        new = again.evidence[i].arrays() if i < len(again.evidence) else {}
        parts = [_apart(a, new.get(name)) for name, a in old.arrays().items()]
        values = (
            old.values if isinstance(old, Heatmap) else np.concatenate([np.ravel(a) for a in old.arrays().values()])
        )
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        span = float(finite.max() - finite.min()) if finite.size else 0.0
        found.append(Difference(old.name, max(parts, default=0.0), span))
    if len(again.evidence) > len(before.evidence):
        extra = again.evidence[len(before.evidence)]
        found.append(Difference(extra.name, math.inf, 0.0))
    return tuple(found)


def remarks(before: Mapping[str, Any], again: Mapping[str, Any]) -> tuple[str, ...]:
    """What was not the same about the two runs, a sentence each; empty if nothing is known to differ."""
    said = []
    for what, place in (("The input", "input"), ("The model", "model")):
        old, new = (str(about.get(place, {}).get("sha256", "")) for about in (before, again))
        if old and new and old != new:
            said.append(f"{what} is another one: SHA-256 {old[:_SHORT]}… then, {new[:_SHORT]}… now.")
    for name, old in before.get("versions", {}).items():
        new = again.get("versions", {}).get(name)
        if new != old:
            said.append(f"{_named(name)} was {old}, and is {new} now.")
    if before.get("plugin") and before.get("plugin") != again.get("plugin"):
        said.append(f"The method's plugin was {before['plugin']}, and is {again.get('plugin')} now.")
    for name, words in (("device", "ran on {}, and on {} now"), ("precision", "was run in {} precision, now in {}"),
                        ("batch", "ran on batches of {}, and of {} now")):  # fmt: skip
        old, new = (about.get("plan", {}).get(name) for about in (before, again))
        if old is not None and old != new:
            said.append(f"The network {words.format(old, new)}.")
    return tuple(said)


def _apart(old: np.ndarray, new: np.ndarray | None) -> float:
    """The largest absolute difference; infinite where shapes or gaps differ."""
    if new is None or old.shape != new.shape:
        return math.inf
    if old.dtype.kind != "f":
        return 0.0 if np.array_equal(old, new) else math.inf
    if np.array_equal(old, new, equal_nan=True):
        return 0.0
    finite = np.isfinite(old)
    if not np.array_equal(finite, np.isfinite(new)):
        return math.inf
    if not np.array_equal(old[~finite], new[~finite], equal_nan=True):
        return math.inf
    return float(np.abs(old[finite].astype(np.float64) - new[finite]).max(initial=0.0))


def _own_model(before: Explanation) -> ModelRef:
    about = before.provenance.get("model", {})
    shown = about.get("preprocessing", {})
    as_given = "inputs" in shown or not shown
    kind = VolumePreprocessing if shown.get("dims") == 3 else Preprocessing
    return ModelRef(
        architecture=str(about.get("architecture", "")),
        outputs=about.get("outputs"),
        preprocessing="none" if as_given else kind.model_validate(shown),
    )


def own_model(before: Explanation, shelf: Shelf) -> ModelRef:
    """The architecture of `before` with the weights that come with it. Raises `InvalidChoice` where they are others."""
    found = _own_model(before)
    _check_weights(before, shelf, found)
    return found


def like(before: Explanation, architecture: str | None, weights: str | None) -> ModelRef:
    """The model of `before` under another name or from the weights file given."""
    own = _own_model(before)
    return own.model_copy(update={"architecture": architecture or own.architecture, "weights": weights})


def own_input(before: Explanation, shelf: Shelf, beside: Path | None) -> InputRef:
    """Where the picture of `before` is: a sample, or the same file in `beside`. Raises `InvalidChoice`."""
    about = before.provenance.get("input", {})
    if sample := about.get("sample"):
        return InputRef(source=sample)
    name = str(about.get("name", ""))
    path = beside / name if beside is not None and name and Path(name).name == name else None
    if path is not None and path.is_file():
        ref = InputRef(source=str(path), options=about.get("options", {}))
        if shelf.source(ref).sha256 == about.get("sha256"):
            return ref
    raise InvalidChoice(
        f"The explanation does not say where its input ({name or 'without a name'}) is: give it with --input.",
        code="no-input",
    )


def _own_atlas(before: Explanation, shelf: Shelf, given: AtlasRef | None, beside: Path | None) -> AtlasRef | None:
    """The atlas of `before` as it met the input; `given`: where it is. Raises `InvalidChoice` where nobody knows."""
    about = before.provenance.get("atlas")
    if not about:
        return None
    name, how = str(about.get("name", "")), about.get("registration")
    path = beside / name if beside is not None and name and Path(name).name == name else None
    ref = given
    if ref is None and about.get("collection"):
        ref = AtlasRef(source=str(about["collection"]))
    elif ref is None and path is not None and path.is_file():
        ref = AtlasRef(source=str(path))
    if ref is None or shelf.atlas(ref).volume.sha256 != about.get("sha256"):
        raise InvalidChoice(
            f"The explanation was made with the atlas {name or 'without a name'}, which is not at hand: give it with "
            f"--atlas.",
            code="no-atlas",
        )
    return AtlasRef.model_validate({**ref.model_dump(), "registration": None if how == "headers" else how})


def _check_weights(before: Explanation, shelf: Shelf, ref: ModelRef) -> None:
    """Raise `InvalidChoice` where the weights that come with the architecture are not those that were explained."""
    wanted = str(before.provenance.get("model", {}).get("sha256", ""))
    why = "are others"
    try:
        if shelf.model(ref).sha256 == wanted:
            return
    except SalViewerError as e:
        why = f"are not at hand ({e})"
    raise InvalidChoice(
        f"The weights that come with {ref.architecture or 'this model'} {why}: give the file that was explained "
        f"(SHA-256 {wanted[:_SHORT]}…) with --weights.",
        code="no-weights",
    )


def _plan(before: Explanation, shelf: Shelf) -> Plan | None:
    """How the first run was run, where that is possible here too: rounding is then the same."""
    from salviewer.jobs.plan import Plan  # noqa: PLC0415 - loads torch

    try:
        plan = Plan(**before.provenance.get("plan", {}))
    except TypeError:
        return None
    return plan if plan.device == shelf.device and plan.threads <= shelf.max_threads else None


def _named(version: str) -> str:
    return {"salviewer": "SalViewer", "torch": "PyTorch", "numpy": "NumPy", "python": "Python"}.get(version, version)
