"""What an explanation was made from and how, by what it says of itself: found again, or asked for in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api import AtlasRef, Explanation, InputRef, JobSpec, ModelRef, Preprocessing, VolumePreprocessing
from salviewer.errors import InvalidChoice, SalViewerError

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf

_SHORT = 12


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


def model_of(before: Explanation) -> ModelRef:
    """The architecture of `before` with the weights that come with it, be they those that were explained or not."""
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
    found = model_of(before)
    check_weights(before, shelf, found)
    return found


def like(before: Explanation, architecture: str | None, weights: str | None) -> ModelRef:
    """The model of `before` under another name or from the weights file given."""
    own = model_of(before)
    return own.model_copy(update={"architecture": architecture or own.architecture, "weights": weights})


def own_input(before: Explanation, shelf: Shelf, beside: Path | None) -> InputRef:
    """Where the picture of `before` is: a sample, or the same file in `beside`. Raises `InvalidChoice`."""
    about = before.provenance.get("input", {})
    if sample := about.get("sample"):
        return InputRef(source=sample)
    name = str(about.get("name", ""))
    path = file_beside(beside, name)
    if path is not None:
        ref = InputRef(source=str(path), options=about.get("options", {}))
        if shelf.source(ref).sha256 == about.get("sha256"):
            return ref
    raise InvalidChoice(
        f"The explanation does not say where its input ({name or 'without a name'}) is: give it with --input.",
        code="no-input",
    )


def own_atlas(before: Explanation, shelf: Shelf, given: AtlasRef | None, beside: Path | None) -> AtlasRef | None:
    """The atlas of `before` as it met the input; `given`: where it is. Raises `InvalidChoice` where nobody knows."""
    about = before.provenance.get("atlas")
    if not about:
        return None
    name, how = str(about.get("name", "")), about.get("registration")
    path = file_beside(beside, name)
    ref = given
    if ref is None and about.get("collection"):
        ref = AtlasRef(source=str(about["collection"]))
    elif ref is None and path is not None:
        ref = AtlasRef(source=str(path))
    if ref is None or shelf.atlas(ref).volume.sha256 != about.get("sha256"):
        raise InvalidChoice(
            f"The explanation was made with the atlas {name or 'without a name'}, which is not at hand: give it with "
            f"--atlas.",
            code="no-atlas",
        )
    return AtlasRef.model_validate({**ref.model_dump(), "registration": None if how == "headers" else how})


def check_weights(before: Explanation, shelf: Shelf, ref: ModelRef) -> None:
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


def file_beside(folder: Path | None, name: str) -> Path | None:
    """The file called `name` in `folder`; None where there is none, or the name is a path that leads elsewhere."""
    if folder is None or not name or Path(name).name != name:
        return None
    return folder / name if (folder / name).is_file() else None
