"""What the reader study's window has done on the engine's threads: plain values in, plain values out, no widget."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.api.progress import Preview, Progress
from salviewer.errors import Cancelled, SalViewerError
from salviewer.gui.study_values import Findings
from salviewer.study.answers import Answers
from salviewer.study.key import FILE, Study, read_study
from salviewer.study.spec import StudySpec

if TYPE_CHECKING:
    from salviewer.jobs.shelf import Shelf


class _Polite(Progress):
    """Lets short jobs go first between two maps."""

    def __init__(self, whole: Progress, give_way: Callable[[], None]) -> None:
        super().__init__()
        self._whole, self._give_way = whole, give_way

    def __call__(self, fraction: float, message: str = "", preview: Preview | None = None) -> None:
        self._whole(fraction, message)
        self._give_way()

    def check(self) -> None:
        self._whole.check()


def prepare(
    spec: StudySpec, shelf: Shelf, folder: Path, *, exactly: bool, progress: Progress, give_way: Callable[[], None]
) -> tuple[Path, Study] | None:
    """Prepare `spec` in `folder`, or, unless `exactly` there, in one beside it where another study has it.

    None where it was stopped.
    """
    from salviewer.study.prepare import prepare as make  # noqa: PLC0415 - loads torch, on the worker thread

    place = folder if exactly else _free(folder, spec)
    try:
        return place, make(spec, shelf, place, _Polite(progress, give_way))
    except Cancelled:
        return None


def read_findings(folder: Path) -> Findings:
    """What the study in `folder` has come to so far."""
    from salviewer.study.results import summarise, unblind  # noqa: PLC0415 - loads numpy
    from salviewer.study.words import as_table, sentences  # noqa: PLC0415 - the same

    study = read_study(folder)
    with Answers(folder) as answers:
        rows = unblind(study, answers)
    found = summarise(rows, [arm.label for arm in study.spec.arms])
    table = tuple(tuple(line) for line in as_table(found))
    return Findings(folder, study.spec.title, table, sentences(found), len(rows))


def export(folder: Path, path: Path) -> Path:
    """Write every answer in `folder`, with the arms' names, to `path`."""
    from salviewer.study.results import unblind, write_csv  # noqa: PLC0415 - loads numpy

    with Answers(folder) as answers:
        write_csv(unblind(read_study(folder), answers), path)
    return path


def _free(folder: Path, spec: StudySpec) -> Path:
    """`folder`, or the first numbered one beside it, that holds no study or this one."""
    for number in itertools.count(2):
        if not (folder / FILE).exists() or _holds(folder, spec):
            return folder
        folder = folder.with_name(f"{folder.name.rpartition(' #')[0] or folder.name} #{number}")
    return folder


def _holds(folder: Path, spec: StudySpec) -> bool:
    try:
        return read_study(folder, ready=False).spec == spec
    except SalViewerError:
        return False
