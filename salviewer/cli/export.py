"""`salviewer export` and `report`: files to hand on, made from saved explanations. Only SVG and PDF need Qt."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.api import InputRef
from salviewer.api.nifti_file import ENDINGS
from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import say
from salviewer.errors import InvalidChoice, SalViewerError, Unavailable

if TYPE_CHECKING:
    from salviewer.api import Explanation, Picture, Volume
    from salviewer.data.axial import Flattened
    from salviewer.gui.values import Shown

DRAWN = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
Input = Annotated[
    str | None,
    typer.Option("--input", help='The picture, or "collection:KEY/ID"; looked for beside the file if not given.'),
]
Name = Annotated[bool, typer.Option("--file-name", help="Let the input's file name go along.")]


@plainly
def export(
    file: Annotated[Path, typer.Argument(help="A saved explanation (.safetensors).")],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            help="A file: .png, .svg, .pdf, .npy, .nii.gz (of a volume), .json or .csv (of neurons) or .safetensors.",
        ),
    ],
    source: Input = None,
    scale: Annotated[int, typer.Option("--scale", min=1, max=4, help="How many times larger a PNG is drawn.")] = 2,
    on_picture: Annotated[bool, typer.Option("--on-picture", help="Write an NPY on the input's pixels.")] = False,
    option: options.FileOption = None,
    file_name: Name = False,
) -> None:
    """Write a figure, the numbers or the neurons of a saved explanation, without path, EXIF or file name."""
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.deidentified import cleaned  # noqa: PLC0415 - the same

    explanation, ending = read(file), out.suffix.lower()
    if ending == ".safetensors":
        _writing(out, lambda: cleaned(explanation, with_name=file_name).save(out))
    elif out.name.lower().endswith(ENDINGS):
        _writing(out, lambda: cleaned(explanation, with_name=file_name).save_nifti(out))
    elif ending == ".npy":
        import numpy as np  # noqa: PLC0415 - loaded where it is needed

        values = explanation.on_input() if on_picture else explanation.heatmap
        _writing(out, lambda: np.save(out, values, allow_pickle=False))
    elif ending in (".json", ".csv"):
        from salviewer.jobs.neuron_files import neuron_bytes  # noqa: PLC0415 - loads numpy

        found = neuron_bytes(explanation, ending, with_name=file_name)
        _writing(out, lambda: out.write_bytes(found))
    elif ending in DRAWN:
        from salviewer.data.axial import flattened  # noqa: PLC0415 - loads numpy

        given = _input(explanation, file, source, options.pairs(option, "--option"))
        data = _drawn(flattened(explanation, given), DRAWN[ending], scale, file_name)
        _writing(out, lambda: out.write_bytes(data))
    else:
        raise InvalidChoice(
            f"{out.name} ends in none of .png, .svg, .pdf, .npy, .nii.gz, .json, .csv, .safetensors.", code="bad-ending"
        )
    say(str(out))


@plainly
def report(
    files: Annotated[list[Path], typer.Argument(help="Saved explanations (.safetensors).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A file: .html or .pdf.")],
    source: Input = None,
    file_name: Name = False,
) -> None:
    """Write a report on saved explanations: pictures, settings, hashes, versions, in one file."""
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy
    from salviewer.data.axial import flattened  # noqa: PLC0415 - the same
    from salviewer.jobs.account import account  # noqa: PLC0415 - the same
    from salviewer.jobs.deidentified import cleaned  # noqa: PLC0415 - the same
    from salviewer.jobs.report_page import Entry, report_page  # noqa: PLC0415 - loads Pillow
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    host, today = Shelf().host, date.today()
    made = f"{today.day} {today:%B %Y}"
    read_in = [(read(file), _input_or_none(file, source)) for file in files]
    entries = [Entry(account(cleaned(e, with_name=file_name), host), picture) for e, picture in read_in]
    if out.suffix.lower() == ".html":
        data = report_page(entries, made).encode("utf-8")
    elif out.suffix.lower() == ".pdf":
        data = _pages(entries, [flattened(e, one) for e, one in read_in], made)
    else:
        raise InvalidChoice(f"{out.name} ends in neither .html nor .pdf.", code="bad-ending")
    _writing(out, lambda: out.write_bytes(data))
    say(str(out))


def _input(explanation: Explanation, file: Path, source: str | None, settings: dict[str, Any]) -> Picture | Volume:
    from salviewer.jobs.origins import own_input  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    shelf = Shelf()
    if source is None:
        return shelf.source(own_input(explanation, shelf, file.absolute().parent))
    kept = {} if source.startswith("collection:") else dict(explanation.provenance.get("input", {}).get("options", {}))
    return shelf.source(InputRef(source=source, options={**kept, **settings}))


def _input_or_none(file: Path, source: str | None) -> Picture | Volume | None:
    """The input; None where nobody said where it is and it is not beside the file: the map is then shown alone."""
    from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy

    try:
        return _input(read(file), file, source, {})
    except SalViewerError:
        if source is not None:
            raise
        return None


def _shown(seen: Flattened) -> Shown:
    from salviewer.gui.running import shown_from  # noqa: PLC0415 - the window's part is loaded for figures only
    from salviewer.gui.values import OpenPicture  # noqa: PLC0415 - the same

    picture = OpenPicture(InputRef(source="live:0"), seen.picture) if seen.picture else None
    return shown_from(seen.explanation, picture)


def _lies(seen: Flattened) -> tuple[str, ...]:
    """Of a volume's slice, which it is and where left is, as a line of its own."""
    return (f"The {seen.words}",) if seen.words else ()


def _drawn(seen: Flattened, form: str, scale: int, file_name: bool) -> bytes:
    app = _letters()
    from salviewer.gui.export_figure import figure_of, words_of  # noqa: PLC0415 - loads Qt
    from salviewer.gui.export_values import Wanted  # noqa: PLC0415 - the same
    from salviewer.gui.export_writing import figure_bytes  # noqa: PLC0415 - the same
    from salviewer.gui.values import Display  # noqa: PLC0415 - the same
    from salviewer.jobs.account import changed  # noqa: PLC0415 - loads numpy
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    shown, display = _shown(seen), Display()
    wanted = Wanted(form=form, scale=scale, file_name=file_name)
    words = words_of(shown, display, wanted, changed(seen.explanation.provenance, Shelf().host), "")
    words = replace(words, below=(*words.below, *_lies(seen)))
    return figure_bytes(figure_of(shown, display, wanted, words, app.font().family()), wanted)


def _pages(entries: list[Any], seen: list[Flattened], made: str) -> bytes:
    app = _letters()
    from salviewer.gui.export_figure import bare_figure  # noqa: PLC0415 - loads Qt
    from salviewer.gui.export_report import Leaf, report_pdf  # noqa: PLC0415 - the same
    from salviewer.gui.values import Display  # noqa: PLC0415 - the same

    family = app.font().family()
    leaves = []
    for entry, one in zip(entries, seen, strict=True):
        figure = bare_figure(_shown(one), Display(), family)
        leaves.append(Leaf(entry.account, replace(figure, below=(*figure.below, *_lies(one)))))
    return report_pdf(leaves, made, family)


def _letters() -> Any:
    """Qt's application without a window: it knows the fonts."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - SVG and PDF are the only ones that need Qt

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QApplication.instance() or QApplication([])


def _writing(out: Path, write: Any) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write()
    except OSError as e:
        raise Unavailable(
            f"{out.name} cannot be written ({e.strerror or e}): choose another folder with -o.", code="cannot-write"
        ) from e
