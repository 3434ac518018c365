"""A collection written to a folder by all cores: pictures, masks, a table of what they are. What is there stays."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salviewer.api import Progress, Sample
from salviewer.data.sample_files import write_sample
from salviewer.data.whole_file import replace_text, write_whole
from salviewer.errors import InvalidChoice, SalViewerError
from salviewer.jobs.labels import spread
from salviewer.jobs.shelf import Shelf

TABLE, ABOUT = "samples.csv", "collection.json"
COLUMNS = ("id", "file", "label", "class", "group", "masks", "boxes")
_FEW = 64
"""Up to so many samples no further processes are started, each of which takes a second to begin."""

Row = dict[str, str]
Portion = list[Row | str]
"""A row per sample; of one that could not be made, why."""


@dataclass(frozen=True)
class Rendered:
    """How many samples were written now, how many were there already, and the table of them all.

    failed: a sentence for each sample that could not be made.
    """

    written: int
    kept: int
    table: Path
    failed: tuple[str, ...] = ()


def render_collection(
    shelf: Shelf,
    key: str,
    params: Mapping[str, Any],
    folder: Path,
    *,
    limit: int = 0,
    processes: int = 0,
    progress: Progress | None = None,
) -> Rendered:
    """Write the samples of collection `key` below `folder`, as `salviewer.data.sample_files` says, and `samples.csv`.

    A run that was stopped goes on where it was when it is asked for again: what the table has and the disk holds stays.

    limit: samples at most, spread over the collection; 0: all. processes: 0 for one per core.

    Raises:
        InvalidChoice: there is no such collection, its parameters are wrong, or `folder` holds another one.
        SalViewerError: "unwritable".
    """
    progress = progress or Progress()
    samples = shelf.collection(key, params)
    classes = tuple(getattr(samples, "classes", ()) or shelf.host.collection(key).classes)
    _claim(folder, {"collection": key, "params": dict(params), "classes": classes})
    labels, groups = (getattr(samples, name, None) for name in ("labels", "groups"))
    wanted = list(spread(len(samples), limit, labels))
    ids = shelf.sample_ids(key, params)
    known = _rows(folder)
    missing = [i for i in wanted if ids[i] not in known]
    source = (key, dict(params), classes, folder)
    failed: list[str] = []
    with _Table(folder, known) as table:
        done = 0
        for portion in _written(source, samples, _portions(missing, groups), processes or os.cpu_count() or 1):
            table.add([row for row in portion if not isinstance(row, str)])
            failed += [row for row in portion if isinstance(row, str)]
            done += len(portion)
            progress(done / len(missing), f"{done:,} of {len(missing):,}")
    order = {name: i for i, name in enumerate(ids)}
    table.sort(lambda row: order.get(row["id"], len(order)))
    progress(1.0, "Done")
    return Rendered(len(missing) - len(failed), len(wanted) - len(missing), folder / TABLE, tuple(failed))


def _claim(folder: Path, about: Mapping[str, Any]) -> None:
    """Say in the folder what it holds. Raises `InvalidChoice` where it holds something else."""
    path, text = folder / ABOUT, json.dumps(about, indent=1, ensure_ascii=False)
    try:
        if path.exists():
            if json.loads(path.read_text(encoding="utf-8")) != json.loads(text):
                raise InvalidChoice(
                    f"The folder “{folder.name}” holds another collection, or the same with other parameters: choose "
                    f"another folder, or delete it.",
                    code="other-collection",
                )
        else:
            replace_text(path, text)
    except (OSError, ValueError) as e:
        if isinstance(e, InvalidChoice):
            raise
        raise SalViewerError(f"“{folder.name}” cannot be used ({e}): choose another folder.", code="unwritable") from e


def _rows(folder: Path) -> dict[str, Row]:
    """The rows of the table whose files are there, by id."""
    path = folder / TABLE
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if None not in row.values() and None not in row]
    return {row["id"]: row for row in rows if tuple(row) == COLUMNS and (folder / row["file"]).is_file()}


class _Table:
    """`samples.csv`: rows are added as samples are finished, and put in order at the end."""

    def __init__(self, folder: Path, rows: Mapping[str, Row]) -> None:
        self._path, self._rows = folder / TABLE, dict(rows)

    def __enter__(self) -> _Table:
        self.sort(lambda _: 0)  # without the half line that a run may have left
        self._file = self._path.open("a", encoding="utf-8", newline="")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: Sequence[Row]) -> None:
        self._rows.update((row["id"], row) for row in rows)
        csv.DictWriter(self._file, COLUMNS).writerows(rows)
        self._file.flush()

    def sort(self, order: Any) -> None:
        def write(draft: Path) -> None:
            with draft.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(sorted(self._rows.values(), key=order))

        write_whole(self._path, write)


def _portions(places: Sequence[int], groups: Sequence[str] | None) -> list[list[int]]:
    """`places` in portions for one process each: a group (a viewpoint) together, as it is made together."""
    if groups is None:
        return [list(places[i : i + _FEW]) for i in range(0, len(places), _FEW)]
    found: dict[str, list[int]] = {}
    for place in places:
        found.setdefault(groups[place], []).append(place)
    return list(found.values())


Source = tuple[str, dict[str, Any], tuple[str, ...], Path]


def _written(source: Source, samples: Sequence[Sample], portions: list[list[int]], processes: int) -> Iterator[Portion]:
    """The rows of each portion as it is finished."""
    classes, folder = source[2:]
    if processes == 1 or sum(map(len, portions)) <= _FEW:
        for portion in portions:
            yield [_keep(samples, i, classes, folder) for i in portion]
        return
    spawn = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(min(processes, len(portions)), spawn, _open, source) as pool:
        waiting = [pool.submit(_portion, portion) for portion in portions]
        try:
            for one in as_completed(waiting):
                yield one.result()
        finally:
            pool.shutdown(cancel_futures=True)


_opened: dict[str, Any] = {}
"""In a process of the pool: what `_open` opened for all its portions."""


def _open(key: str, params: dict[str, Any], classes: tuple[str, ...], folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells it
    _opened.update(samples=Shelf().collection(key, params), classes=classes, folder=folder)


def _portion(places: Sequence[int]) -> Portion:
    return [_keep(_opened["samples"], i, _opened["classes"], _opened["folder"]) for i in places]


def _keep(samples: Sequence[Sample], place: int, classes: Sequence[str], folder: Path) -> Row | str:
    try:
        sample = samples[place]
    except SalViewerError as e:
        return str(e)
    name = classes[sample.label] if 0 <= sample.label < len(classes) else ""
    file = write_sample(sample, name, folder)
    boxes = ";".join(" ".join(f"{edge:g}" for edge in box) for box in sample.boxes)
    about = (sample.id, file, str(sample.label), name, sample.group, " ".join(sample.masks), boxes)
    return dict(zip(COLUMNS, about, strict=True))
