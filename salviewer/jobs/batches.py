"""Many pictures at once: what a folder, a table of classes, or some files hold, in the order in which people count."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from salviewer.api import InputRef
from salviewer.data.label_table import LabelTable, read_label_table
from salviewer.data.natural import natural_key
from salviewer.errors import UnreadableInput
from salviewer.jobs.file_stamp import stamp_of
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf

TABLES = (".csv", ".tsv")
PICTURES = ("*.png", "*.jpg", "*.jpeg", "*.tif", "*.tiff", "*.bmp", "*.webp", "*.gif")
"""Files that are pictures without any plugin."""
VOLUMES = (".nii", ".nii.gz", ".mgh", ".mgz")
"""Endings of volumes that are one file each."""
PLAIN = "image-folder"
BOXES = ("annotations.json", "LOC_val_solution.csv", "Annotations")
WNID = re.compile(r"n\d{8}")
NAMED = 3
"""Missing files that are named before the rest is counted."""


@dataclass(frozen=True)
class Item:
    """One picture. name: below its folder; truth: its class as the folder or table has it, "" where they do not say.

    stamp: (time of its last change in ns, bytes), None where there is no file; another stamp is another picture.
    """

    ref: InputRef
    name: str
    truth: str = ""
    stamp: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return self.ref.source


@dataclass(frozen=True)
class Batch:
    """Pictures in order. place: where they came from; missing: files that a table names and nobody found."""

    title: str
    items: tuple[Item, ...]
    place: str = ""
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def truths(self) -> tuple[str, ...]:
        """The classes that are named, in the order in which people count."""
        return tuple(sorted({item.truth for item in self.items} - {""}, key=natural_key))


@dataclass(frozen=True)
class Looked:
    """What a model says of a picture. `key`: the item's; `truth`: its class as its collection has it, "" unknown.

    predicted: class index, -1 where the picture could not be asked about; `error` and `code` say why.
    probability: of that class, in 0..1; top: (class index, probability) of the five most probable.
    """

    key: str
    truth: str = ""
    predicted: int = -1
    probability: float = float("nan")
    top: tuple[tuple[int, float], ...] = ()
    error: str = ""
    code: str = ""


@dataclass(frozen=True)
class Explained:
    """A picture's explanation: its number in the workspace, whether it was there before; or why there is none."""

    key: str
    number: int | None = None
    kept: bool = False
    error: str = ""
    code: str = ""


def read_batch(shelf: Shelf, path: Path, options: Mapping[str, Any] | None = None) -> Batch:
    """What the folder or the table at `path` holds.

    options: for a table as `read_label_table` has them, or {"folder": ...}; for a folder its collection's parameters.

    Raises:
        UnreadableInput, InvalidChoice, NeedsChoice: as the folder's or the table's reader says.
    """
    if path.suffix.lower() in TABLES and not path.is_dir():
        given = dict(options or {})
        folder = Path(given.pop("folder", path.parent))
        return of_table(read_label_table(path, given), folder, path)
    return of_folder(shelf, path, options)


def of_files(paths: Sequence[Path]) -> Batch:
    """The pictures at `paths`."""
    ordered = sorted(paths, key=lambda path: natural_key(path.name))
    place = str(ordered[0].parent) if ordered else ""
    return Batch(counted(len(ordered), "file"), tuple(_plain(path, path.name) for path in ordered), place)


def of_folder(shelf: Shelf, root: Path, options: Mapping[str, Any] | None = None) -> Batch:
    """The pictures or volumes below `root`, by the kind of collection that fits: with boxes, with masks, or plain.

    options: parameters of that collection, as they were asked for.
    """
    for key in _kinds(root):
        known = shelf.host.params(shelf.host.collection(key)).model_fields
        params = {"folder": str(root), **{name: value for name, value in (options or {}).items() if name in known}}
        try:
            shelf.forget_collection(key, params)
            ids = sorted(shelf.sample_ids(key, params), key=natural_key)
        except UnreadableInput:
            if key == PLAIN:
                raise
            continue  # its boxes or masks cannot be used; its pictures can
        items = _plain_items(root, ids) if key == PLAIN else _samples(key, root, ids, params)
        return Batch(root.name or str(root), items, str(root))
    raise UnreadableInput(f"“{root.name}” cannot be read as a folder of pictures.", code="not-a-folder")


def beside(source: str, patterns: Sequence[str] = ()) -> tuple[str, ...]:
    """The picture at `source` and those beside it in its folder, in order; `patterns`: what plugins can read besides.

    Beside a volume the other volumes. By their endings only, none is opened; just `source` where its folder cannot be
    listed.
    """
    path = Path(source)
    endings = tuple(pattern.lstrip("*").lower() for pattern in (*PICTURES, *patterns))
    endings = VOLUMES if path.name.lower().endswith(VOLUMES) else endings
    try:
        with os.scandir(path.parent) as entries:
            found = {e.name for e in entries if e.name.lower().endswith(endings) and not e.name.startswith(".")}
    except OSError:
        return (source,)
    names = sorted(found | {path.name}, key=natural_key)
    return tuple(source if name == path.name else str(path.parent / name) for name in names)


def of_siblings(title: str, sources: Sequence[str], options: Mapping[str, Any]) -> Batch:
    """The samples of a collection that is open already."""
    items = tuple(Item(InputRef(source=s, options=dict(options)), s.partition("/")[2] or s) for s in sources)
    return Batch(title, items)


def of_table(table: LabelTable, folder: Path, path: Path) -> Batch:
    """The pictures that `table` names, looked for in `folder`: at the path given, else by name, with or without ending.

    Raises `UnreadableInput` "no-pictures" where none of them is found.
    """
    places = _Places(folder)
    found, missing = [], []
    for file, label in table.rows:
        at = places.find(file)
        if at is None:
            missing.append(file)
        else:
            found.append(_plain(at, file, label))
    if not found:
        raise UnreadableInput(
            f"None of the {counted(len(missing), 'picture')} that {table.name} names, such as “{missing[0]}”, is in "
            f"the folder “{folder.name}”: put the table beside its pictures.",
            code="no-pictures",
        )
    return Batch(table.name, tuple(found), str(path), tuple(missing), _remarks(table, missing))


def _remarks(table: LabelTable, missing: Sequence[str]) -> tuple[str, ...]:
    said = []
    if missing:
        named = ", ".join(missing[:NAMED])
        more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
        count = f"{len(missing):,} of {counted(len(table.rows), 'picture')}"
        said.append(
            f"{count} that {table.name} names {'was' if len(missing) == 1 else 'were'} not found: {named}{more}."
        )
    if table.repeated:
        said.append(
            f"{counted(table.repeated, 'line')} of {table.name} {'says' if table.repeated == 1 else 'say'} the same "
            f"twice; that counts once."
        )
    return tuple(said)


def _kinds(root: Path) -> Iterator[str]:
    """The collections to try for `root`, the richest first."""
    try:
        inner = [entry.name for entry in os.scandir(root) if entry.is_dir()]
    except OSError:
        inner = []  # whoever reads it says what is wrong
    if "images" in inner and len(inner) > 1:
        yield "masked-folder"
    boxes = any((place / name).exists() for place in (root, root.parent) for name in BOXES)
    if boxes or any(WNID.fullmatch(name) for name in inner):
        yield "ilsvrc"
    yield PLAIN


def _plain_items(root: Path, ids: Sequence[str]) -> tuple[Item, ...]:
    """Files, each by its own path; the first folder below `root` is the class."""
    return tuple(_plain(root / name, name, _class_folder(name)) for name in ids)


def _samples(key: str, root: Path, ids: Sequence[str], params: Mapping[str, Any]) -> tuple[Item, ...]:
    """Samples, whose class, boxes and masks come with the picture when it is read."""
    options = {"collection": dict(params)}
    return tuple(
        Item(
            InputRef(source=f"collection:{key}/{name}", options=options),
            name,
            stamp=stamp_of(root / name) or stamp_of(root / "images" / name),
        )
        for name in ids
    )


def _plain(path: Path, name: str, truth: str = "") -> Item:
    return Item(InputRef(source=str(path)), name, truth, stamp_of(path))


def _bare(name: str) -> str:
    """`name` without the ending of a volume, .nii.gz as a whole."""
    longest = max((e for e in VOLUMES if name.lower().endswith(e)), key=len, default="")
    return name[: len(name) - len(longest)]


def _class_folder(name: str) -> str:
    parts = PurePosixPath(name).parts
    return parts[0] if len(parts) > 1 else ""


class _Places:
    """Finds the files that a table names below a folder, which is looked through once, and only if need be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, list[Path]] | None = None

    def find(self, file: str) -> Path | None:
        """The one file that is meant; None where there is none, or several are."""
        for text in (file, file.replace("\\", "/")):
            path = self._folder / os.path.expanduser(text)  # noqa: PTH111 - Path's raises for unknown people
            if stamp_of(path) is not None and not path.is_dir():
                return path
        name = PurePosixPath(file.replace("\\", "/")).name.casefold()
        meant = self._names().get(name, [])
        return meant[0] if len(meant) == 1 else None

    def _names(self) -> dict[str, list[Path]]:
        """Paths by name, with and without ending."""
        if self._by_name is None:
            self._by_name = {}
            for place, inner, names in os.walk(self._folder):
                inner[:] = sorted(name for name in inner if not name.startswith("."))
                for name in sorted(names):
                    path = Path(place, name)
                    if path.suffix.lower() in (*TABLES, ".txt", ".json", ".xml"):
                        continue
                    for known in {name.casefold(), path.stem.casefold(), _bare(name).casefold()}:
                        self._by_name.setdefault(known, []).append(path)
        return self._by_name
