"""`salviewer masks`: the masks of saved explanations as arrays and as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from salviewer.cli import of_a_result, options
from salviewer.cli.failures import plainly
from salviewer.cli.result_files import bare_name
from salviewer.cli.several import for_each
from salviewer.cli.terminal import say, say_json


@plainly
def masks(
    results: Annotated[list[str], typer.Argument(help="Saved explanations (.safetensors) that hold masks.")],
    folder: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for the files; of several results, one in it for each.")
    ],
    sparsity: of_a_result.Sparsity = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also the masks kept on the way, each in a folder of its sparsity.")
    ] = False,
    gain: Annotated[float, typer.Option("--gain", min=0.01, max=1000.0, help="Show masks so many times stronger.")] = 1,
    gamma: Annotated[float, typer.Option("--gamma", min=0.01, max=10.0, help="Show masks raised to this power.")] = 1,
    as_json: options.AsJson = False,
) -> None:
    """Write a mask as NPY and safetensors, and its views as PNG: the explanation, the complement, each colour."""
    from salviewer.data.mask_views import Contrast  # noqa: PLC0415 - loads numpy

    contrast = Contrast(gain, gamma)

    def answer(name: str) -> dict[str, Any]:
        from salviewer.api.archive import read  # noqa: PLC0415 - loads numpy
        from salviewer.jobs.mask_files import write_result_masks  # noqa: PLC0415 - the same

        path = Path(name)
        out = folder / bare_name(path.name) if len(results) > 1 else folder
        files = write_result_masks(read(path), out, sparsity=sparsity, every=every, contrast=contrast)
        if not as_json:
            for file in files:
                say(str(file))
        return {"files": [str(file) for file in files]}

    found, code = for_each(results, answer, "result")
    if as_json:
        say_json({"results": found})
    elif contrast.words:
        say(contrast.words)
    raise typer.Exit(code)
