"""What trainings learned, kept per model: saved, listed, removed and brought back."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import platformdirs

from salviewer.api import Trained
from salviewer.api.trained_file import read_head
from salviewer.errors import InvalidChoice, SalViewerError, Unavailable

ENDING = ".safetensors"
_SHORT = 16
_REMOVED = "removed"


def library_folder() -> Path:
    """Where trained states are kept, one folder per model."""
    return Path(platformdirs.user_data_dir("salviewer", appauthor=False)) / "trained"


@dataclass(frozen=True)
class TrainedEntry:
    """One trained state, as a list shows it; its arrays stay in the file.

    path: the file. trainer: its key; title: as shown to people. collection: the key of what it learned from; samples:
    how many. created: when. model: the SHA-256 of the weights that it belongs to, whose network is `architecture`.
    params: the trainer's, all of them. stopped: why it ended, where the trainer says. shipped: whether it came with the
    program and cannot be removed.
    """

    path: Path
    trainer: str
    title: str
    collection: str
    samples: int
    created: datetime
    model: str
    architecture: str
    params: dict[str, Any]
    stopped: str = ""
    shipped: bool = False

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.name.removesuffix(ENDING)


def save_to_library(trained: Trained) -> Path:
    """The file under which `trained` is offered from now on when its model is open.

    Raises `Unavailable` where it cannot be written.
    """
    about = trained.provenance
    model = str(about.get("model", {}).get("sha256", ""))
    began = datetime.fromisoformat(about["began"]) if about.get("began") else datetime.now(UTC)
    name = f"{about.get('trainer', 'trained')}-{began:%Y%m%d-%H%M%S}-{str(about.get('fingerprint', ''))[:8]}"
    folder = library_folder() / model[:_SHORT]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return trained.save(_free(folder / f"{name}{ENDING}"))
    except OSError as e:
        raise Unavailable(
            f"What was learned cannot be kept in {folder} ({e.strerror or e}): make room there, or name a file.",
            code="cannot-write",
        ) from e


def keep(trained: Trained, path: Path | None = None) -> Path:
    """Where `trained` was written: `path`, or None for the library.

    Raises `Unavailable` where that cannot be written; then it is kept in the library all the same, which is said.
    """
    if path is None:
        return save_to_library(trained)
    try:
        return trained.save(path)
    except OSError as e:
        saved = save_to_library(trained)
        raise Unavailable(
            f"{path} cannot be written ({e.strerror or e}). What was learned is kept in {saved}.", code="cannot-write"
        ) from e


def check_place(path: Path) -> None:
    """Raise `Unavailable` where a file at `path` could not be written: known before hours of work, not after."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        with TemporaryFile(dir=path.parent):
            return
    except OSError as e:
        raise Unavailable(
            f"{path} cannot be written ({e.strerror or e}): name another file.", code="cannot-write"
        ) from e


def trained_states(model: str = "", trainer: str = "") -> tuple[TrainedEntry, ...]:
    """Those of `model` (its SHA-256; "": of any) by `trainer` ("": by any), newest first; shipped ones are the last.

    Files that cannot be read are left out; `unreadable` names them.
    """
    own = [_entry(path) for path in _files(library_folder(), model)]
    shipped = [_entry(path, shipped=True) for path in _shipped()]
    found = [e for e in own + shipped if e is not None and model in ("", e.model) and trainer in ("", e.trainer)]
    return tuple(sorted(found, key=lambda e: (not e.shipped, e.created), reverse=True))


def unreadable() -> tuple[Path, ...]:
    """Files among the trained states that hold none."""
    return tuple(path for path in _files(library_folder(), "") if _entry(path) is None)


def remove(path: Path) -> Path:
    """Where the trained state at `path` lies from now on, no longer listed; `restore` takes that. Its undo.

    Raises `InvalidChoice` where it is none of the library's, `Unavailable` where it cannot be moved.
    """
    folder = library_folder()
    if path.parent.parent != folder or path.parent.name == _REMOVED or not path.is_file():
        raise InvalidChoice(
            f"{path.name} is none of the trained states that are kept here: “salviewer list trained” shows them.",
            code="not-in-library",
        )
    return _moved(path, folder / _REMOVED / path.parent.name / path.name)


def restore(path: Path) -> Path:
    """Where the trained state that `remove` moved to `path` lies again. Raises as `remove`."""
    folder = library_folder()
    if path.parent.parent != folder / _REMOVED or not path.is_file():
        raise InvalidChoice(f"{path.name} is none of the trained states that were removed.", code="not-in-library")
    return _moved(path, folder / path.parent.name / path.name)


def _moved(path: Path, to: Path) -> Path:
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        place = _free(to)
        path.replace(place)
    except OSError as e:
        raise Unavailable(f"{path.name} cannot be moved ({e.strerror or e}).", code="cannot-write") from e
    return place


def _free(path: Path) -> Path:
    """`path`, or with a number where that is taken."""
    stem, n = path.name.removesuffix(ENDING), 1
    while path.exists():
        n += 1
        path = path.with_name(f"{stem}-{n}{ENDING}")
    return path


def _files(folder: Path, model: str) -> Iterator[Path]:
    for place in sorted(folder.glob(f"{model[:_SHORT] or '*'}/*{ENDING}")):
        if place.parent.name != _REMOVED:
            yield place


def _shipped() -> Iterator[Path]:
    """Those that come with the program."""
    with suppress(ModuleNotFoundError, OSError):
        folder = Path(str(resources.files("salviewer_resources"))) / "trained"
        yield from sorted(folder.glob(f"*{ENDING}"))


def _entry(path: Path, *, shipped: bool = False) -> TrainedEntry | None:
    """What the head of the file at `path` says; None where it holds no trained state."""
    try:
        head = read_head(path)
        about = head["provenance"]
        return TrainedEntry(
            path,
            str(about["trainer"]),
            str(about.get("title", about["trainer"])),
            str(about.get("collection", {}).get("key", "")),
            int(about.get("collection", {}).get("samples", 0)),
            datetime.fromisoformat(about["began"]),
            str(about["model"]["sha256"]),
            str(about["model"].get("architecture", "")),
            dict(about.get("params", {})),
            str(head.get("stopped", "")),
            shipped,
        )
    except (SalViewerError, KeyError, TypeError, ValueError, AttributeError):
        return None
