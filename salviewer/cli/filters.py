"""`salviewer filters`: the contact sheet of filters, of what was learned about a model or of one explanation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salviewer.cli.failures import plainly
from salviewer.cli.terminal import say
from salviewer.errors import InvalidChoice


@plainly
def filters(
    file: Annotated[Path, typer.Argument(help="A trained state or an explanation (.safetensors).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="A file: .png or .pdf.")],
    label: Annotated[str, typer.Option("--class", help="Of what was learned, this class alone.")] = "",
    source: Annotated[
        str | None, typer.Option("--input", help='The explained picture, or "collection:KEY/ID", to lay heatmaps over.')
    ] = None,
) -> None:
    """Put filters on one sheet: what excites them on average, how much they matter, and which fired."""
    from salviewer.api import InputRef, Trained  # noqa: PLC0415 - loads numpy
    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - the same
    from salviewer.jobs.filter_files import fired_sheet, learned_sheet, read_either  # noqa: PLC0415 - loads Pillow
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins

    found, ending = read_either(file), out.suffix.lower()
    if isinstance(found, Trained):
        sheet = learned_sheet(found, ending, label)
    elif label:
        raise InvalidChoice(f"{file.name} is an explanation of one class: leave out --class.", code="no-class")
    else:
        picture = Shelf().picture(InputRef(source=source)) if source else None
        sheet = fired_sheet(found, picture, ending)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, lambda draft: draft.write_bytes(sheet))
    say(str(out))
