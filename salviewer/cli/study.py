"""`salviewer study ...`: what readers said about maps whose makers they did not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salviewer.cli import options
from salviewer.cli.failures import plainly
from salviewer.cli.terminal import progress_bar, say, say_json, say_table
from salviewer.cli.whole_sentences import WholeSentences
from salviewer.errors import InvalidChoice
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.study.spec import StudySpec

app = typer.Typer(help="Prepare reader studies, and see what they came to.", cls=WholeSentences, no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(help="The study's folder.")]


@app.command()
@plainly
def results(
    folder: Folder,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write every answer, with the arms' names.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Show which maps the readers chose, how reliable they found them, and how far they agree."""
    from salviewer.study.answers import Answers  # noqa: PLC0415 - needed here only
    from salviewer.study.key import read_study  # noqa: PLC0415 - the same
    from salviewer.study.results import summarise, unblind, write_csv  # noqa: PLC0415 - the same
    from salviewer.study.words import as_table, sentences  # noqa: PLC0415 - the same

    study = read_study(folder)
    with Answers(folder) as answers:
        rows = unblind(study, answers)
    summary = summarise(rows, [arm.label for arm in study.spec.arms])
    if csv is not None:
        write_csv(rows, csv)
    if as_json:
        say_json({"answers": [row._asdict() for row in rows], "said": list(sentences(summary))})
        return
    say_table(as_table(summary), "")
    for sentence in sentences(summary):
        say(sentence)


@app.command()
@plainly
def prepare(
    folder: Folder,
    spec: Annotated[Path, typer.Option("--spec", help="JSON file that says what is compared; see the guide.")],
) -> None:
    """Make the maps of a study; readers then judge them in the window. Stopped and started again, it goes on."""
    from salviewer.jobs.shelf import Shelf  # noqa: PLC0415 - finds the plugins
    from salviewer.study.prepare import prepare as make  # noqa: PLC0415 - loads torch

    wanted = _spec(spec)
    with progress_bar("Preparing") as progress:
        study = make(wanted, Shelf(), folder, progress)
    pairs = sum(1 for _ in study.pairs())
    say(f"{counted(len(study.items), 'picture')} and {counted(pairs, 'comparison')} are ready in {folder}.")
    say("Readers judge them in the window: Run > Reader study.")
    for picture, why in study.left_out.items():
        say(f"{picture} was left out: {why}")
    for sentence in study.failures:
        say(sentence)


def _spec(path: Path) -> StudySpec:
    """What the JSON file at `path` asks for. Raises `InvalidChoice`."""
    from salviewer.jobs.checked_values import checked_params  # noqa: PLC0415 - needed here only
    from salviewer.study.spec import StudySpec  # noqa: PLC0415 - the same

    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise InvalidChoice(f"{path} cannot be read ({e.strerror}): give a JSON file.", code="bad-spec") from e
    except ValueError as e:
        raise InvalidChoice(f"{path} is no JSON ({e}): see the example in the guide.", code="bad-spec") from e
    if not isinstance(values, dict):
        raise InvalidChoice(f"{path} holds no object with arms and a collection: see the guide.", code="bad-spec")
    return checked_params(StudySpec, values, "The study")
