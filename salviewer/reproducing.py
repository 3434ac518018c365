"""`salviewer.reproduce`: a saved explanation, run again and compared."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from salviewer.jobs.shelf import Shelf
from salviewer.opened import OpenedInput, OpenedModel, OpenedVolume, held
from salviewer.trainings import trained_ref

if TYPE_CHECKING:
    from salviewer.api import Trained
    from salviewer.atlases import OpenedAtlas
    from salviewer.jobs.reproduction import Reproduction


def reproduce(
    path: str | Path,
    model: OpenedModel | None = None,
    input: OpenedInput | OpenedVolume | None = None,  # noqa: A002 - the word that everyone will type
    atlas: OpenedAtlas | None = None,
    trained: Trained | str | Path | None = None,
) -> Reproduction:
    """The saved explanation's second run: `.verdict` says how the two compare, `.identical`, `.again`, `.remarks`.

    Args:
        path: what `Explanation.save` or an export wrote.
        model: what `load_model` returned. None: the architecture with the weights that come with it.
        input: what `load_input` returned. None: the collection's sample that it was, or a file of that name beside
            the file.
        atlas: what `load_atlas` returned, for a map that was made with one. None: likewise.
        trained: what `train` or `load_trained` returned, or a file, for a map that was made with a trained state. None:
            likewise, or the one of that content that is kept for the model.

    Raises:
        InvalidChoice: the explanation does not say how it was made, or the model or the input has to be given.
    """
    from salviewer.api.archive import read  # noqa: PLC0415 - importing this package loads no numpy
    from salviewer.jobs.reproduce import reproduce as run_again  # noqa: PLC0415 - the same

    shelf = model.shelf if model is not None else Shelf()
    where, what = Path(path), None
    if model is not None:
        live = model.ref.architecture.startswith("live:")
        what = model.ref.model_copy(update={"architecture": shelf.keep_live(model.loaded)}) if live else model.ref
    source = None
    if input is not None:
        live = input.ref.source.startswith("live:")
        source = input.ref.model_copy(update={"source": shelf.keep_live(held(input))}) if live else input.ref
    try:
        regions = atlas.ref if atlas is not None else None
        with ExitStack() as kept:
            learned = trained_ref(shelf, kept, trained) if trained is not None else None
            return run_again(read(where), shelf, model=what, source=source, atlas=regions, trained=learned,
                             beside=where.absolute().parent)  # fmt: skip
    finally:
        for reference in (what and what.architecture, source and source.source):
            if reference and reference.startswith("live:"):
                shelf.drop_live(reference)
