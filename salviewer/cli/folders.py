"""Folders and tables in place of single pictures: what they hold, and how often a model is right about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salviewer.cli.failures import say_error
from salviewer.cli.terminal import say, say_table
from salviewer.data.files import is_folder
from salviewer.errors import InvalidChoice
from salviewer.jobs.batches import TABLES, Batch, Looked, read_batch
from salviewer.jobs.class_names import match_names, say_unknown
from salviewer.numeric.confusion import UNKNOWN, Confusion, tally
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf

WIDEST = 12
"""Classes up to which the confusion table is shown in the terminal."""


def is_many(name: str) -> bool:
    """Whether `name` is a folder or a table of pictures; a folder of slices is one volume."""
    path = Path(name)
    if is_folder(path):
        from salviewer.data.volume_kind import is_volume  # noqa: PLC0415 - loads numpy

        return not is_volume(path)
    return path.suffix.lower() in TABLES and path.is_file()


def expanded(names: Sequence[str], shelf: Shelf) -> list[str]:
    """`names`, with the files of folders and tables in their places.

    Raises whatever `read_batch` does.
    """
    found: list[str] = []
    for name in names:
        if is_many(name):
            found += [_file(item.key, item.ref.options) for item in read_batch(shelf, Path(name)).items]
        else:
            found.append(name)
    return found


def _file(key: str, options: Mapping[str, Any]) -> str:
    """The path of a picture, also of a sample that lies in a folder."""
    if not key.startswith("collection:"):
        return key
    folder, name = Path(str(options["collection"]["folder"])), key.partition("/")[2]
    return str(next((p for p in (folder / name, folder / "images" / name) if p.is_file()), folder / name))


def batch_of(names: Sequence[str], labels: Path | None, shelf: Shelf) -> Batch:
    """The pictures of one folder, whose classes `labels` may name, or of one table.

    Raises:
        InvalidChoice: several were given. Whatever `read_batch` raises.
    """
    if len(names) != 1 or not is_many(names[0]):
        raise InvalidChoice(
            "--labels and --confusion count the pictures of one folder or table: give just that.", code="one-folder"
        )
    if labels is None:
        return read_batch(shelf, Path(names[0]))
    return read_batch(shelf, labels, {"folder": names[0]})


def count(batch: Batch, looked: Iterable[Looked], classes: Sequence[str]) -> Confusion:
    """True against predicted classes of what could be read; names that mean no class are said on stderr."""
    named = {item.key: item.truth for item in batch.items}
    known = [(one, named[one.key] or one.truth) for one in looked if one.predicted >= 0]
    matched = match_names((truth for _, truth in known), classes)
    if matched.unknown:
        say_error(f"{say_unknown(matched.unknown)} Their pictures do not count.")
    return tally((matched.found.get(truth, UNKNOWN), one.predicted) for one, truth in known)


def say_counts(found: Confusion, classes: Sequence[str]) -> None:
    """Write accuracy, balanced accuracy and, where it fits, the table."""
    from salviewer.jobs.batch_tables import confusion_rows  # noqa: PLC0415 - after the model

    if not found.n:
        say(f"{counted(found.unlabelled, 'picture')} predicted; no true class is known.")
        return
    say(f"accuracy {found.accuracy:.4f}, balanced accuracy {found.balanced_accuracy:.4f}, n {found.n}")
    if len({*found.truths, *found.predictions}) <= WIDEST:
        say_table([[str(cell) for cell in row] for row in confusion_rows(found, classes)], "")
