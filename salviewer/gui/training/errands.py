"""What training has done for it on the engine's threads: plain values in, plain values out, no widget, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.errors import InvalidChoice
from salviewer.gui.training.values import SavedState

if TYPE_CHECKING:
    from salviewer.jobs.trained_library import TrainedEntry

PLAIN_FOLDER = "image-folder"
"""The collection that any folder of pictures is."""


def saved_for(model: str, opened: Sequence[str] = ()) -> tuple[SavedState, ...]:
    """What was learned about the model with the SHA-256 `model`, newest first.

    opened: files beside the library's that were chosen by hand; those of other models, or gone, are left out.
    """
    from salviewer.jobs.trained_library import trained_states  # noqa: PLC0415 - reads heads, on a worker thread

    listed = tuple(_listed(entry) for entry in trained_states(model))
    beside = [source for source in opened if source and source not in {one.source for one in listed}]
    return (*listed, *(one for one in map(_quietly, beside) if one is not None and one.model == model))


def saved_at(path: Path, trainer: str, model: str) -> SavedState:
    """The state in the file at `path`, for a method that takes what `trainer` learned about `model`.

    Raises `UnreadableInput` where it holds none, `InvalidChoice` where it is another trainer's or another model's.
    """
    found = _read(path)
    if found.trainer != trainer:
        raise InvalidChoice(
            f"{path.name} was learned by “{found.trainer}”, and this method takes what “{trainer}” learned: open one "
            f"of those.",
            code="other-trainer",
        )
    if found.model != model:
        raise InvalidChoice(
            f"{path.name} was learned about another model ({found.architecture or 'its name is not known'}): open that "
            f"model, or train for this one.",
            code="other-model",
        )
    return found


def _quietly(source: str) -> SavedState | None:
    from salviewer.errors import SalViewerError  # noqa: PLC0415 - beside its one use

    try:
        return _read(Path(source))
    except SalViewerError:
        return None


def _read(path: Path) -> SavedState:
    from datetime import datetime  # noqa: PLC0415 - on a worker thread

    from salviewer.api.trained_file import read_head  # noqa: PLC0415

    about: dict[str, Any] = read_head(path)["provenance"]
    collection, model = about.get("collection", {}), about.get("model", {})
    try:
        created = datetime.fromisoformat(str(about.get("began")))
    except ValueError:
        created = None
    return SavedState(
        str(path),
        str(about.get("trainer", "")),
        str(model.get("sha256", "")),
        path.name,
        created,
        str(collection.get("key", "")),
        int(collection.get("samples", 0)),
        str(model.get("architecture", "")),
    )


def _listed(entry: TrainedEntry) -> SavedState:
    return SavedState(
        str(entry.path), entry.trainer, entry.model, entry.path.name, entry.created, entry.collection, entry.samples,
        entry.architecture, entry.shipped,
    )  # fmt: skip
