"""`salviewer.put_back`: a mask put back into its model; `salviewer.write_masks`: masks as files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.opened import OpenedInput, OpenedModel, OpenedVolume, held
from salviewer.shelves import Report, as_progress, named, shelf_for

if TYPE_CHECKING:
    from salviewer.api import Explanation, Progress
    from salviewer.jobs.putting_back import PutBack


def put_back(
    result: Explanation | str | Path,
    model: OpenedModel | None = None,
    input: OpenedInput | OpenedVolume | None = None,  # noqa: A002 - the word that everyone will type
    *,
    sparsity: float | None = None,
    complementary: bool = False,
    progress: Report | Progress | None = None,
) -> PutBack:
    """What the model says of the masked input now: `.said`, `.score`, and `.agrees` with what was stored, `.verdict`.

    Args:
        result: what `explain` returned, or a file of it.
        model: what `load_model` returned. None: the architecture with the weights that come with it.
        input: what `load_input` returned. None: the collection's sample that it was, or a file of that name beside
            the result's file.
        sparsity: of the masks that were kept on the way, that of this sparsity. None: the answer.
        complementary: put back what the mask leaves out instead.
        progress: called as `progress(fraction, message)`, with fractions from 0 to 1.

    Raises:
        InvalidChoice: the result holds no such mask, or the model or the input has to be given, or is of another size.
    """
    from salviewer.jobs.putting_back import put_result_back  # noqa: PLC0415 - loads torch

    shelf = model.shelf if model is not None else shelf_for()
    explanation, beside = _read(result)
    what = where = None
    with ExitStack() as kept:
        if model is not None:
            name = kept.enter_context(named(shelf, model.ref.architecture, model.loaded))
            what = model.ref.model_copy(update={"architecture": name})
        if input is not None:
            name = kept.enter_context(named(shelf, input.ref.source, held(input)))
            where = input.ref.model_copy(update={"source": name})
        found = put_result_back(explanation, shelf, model=what, source=where, sparsity=sparsity, beside=beside,
                                progress=as_progress(progress))  # fmt: skip
    return found[complementary]


def write_masks(
    result: Explanation | str | Path, out: str | Path, *, sparsity: float | None = None, every: bool = False
) -> tuple[Path, ...]:
    """The paths of the mask as NPY and safetensors and, of a picture, of its views as PNG, in the folder `out`.

    Args:
        result: what `explain` returned, or a file of it.
        out: the folder, which is made.
        sparsity: of the masks that were kept on the way, that of this sparsity. None: the answer.
        every: also those kept on the way, each in a folder of its sparsity.

    Raises:
        InvalidChoice: the result holds no such mask.
        Unavailable: the folder cannot be made or written to.
    """
    from salviewer.jobs.mask_files import write_result_masks  # noqa: PLC0415 - loads numpy

    return write_result_masks(_read(result)[0], Path(out).expanduser(), sparsity=sparsity, every=every)


def _read(result: Explanation | str | Path) -> tuple[Explanation, Path | None]:
    """The explanation, and the folder that its file is in."""
    if not isinstance(result, str | Path):
        return result, None
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

    path = Path(result).expanduser()
    return read(path), path.absolute().parent
