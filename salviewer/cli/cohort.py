"""`salviewer cohort`: explain a collection's subjects of one class, and rank the regions over them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salviewer.cli import atlas_option, options
from salviewer.cli.failures import plainly
from salviewer.cli.result_files import free_stem, with_ending
from salviewer.cli.terminal import progress_bar, say, say_json
from salviewer.errors import Unavailable
from salviewer.numeric.counted import counted

if TYPE_CHECKING:
    from salviewer.api import Explanation, Heatmap, RegionTable

SHOWN = 10
"""Regions that the terminal shows; the table has all."""


@plainly
def cohort(
    collection: Annotated[str, typer.Option("--collection", help="Volumes; see `salviewer list collections`.")],
    target: Annotated[str, typer.Option("--target", help="The class whose subjects are taken and explained.")],
    model: options.Model = None,
    weights: options.Weights = None,
    method: Annotated[str, typer.Option("--method", help="That explains each subject.")] = "glas-3d",
    atlas: Annotated[
        str | None,
        typer.Option("--atlas", help='Labels of regions, or "collection:KEY"; by default the collection\'s own.'),
    ] = None,
    atlas_names: Annotated[Path | None, typer.Option("--atlas-names", help="The regions' names.")] = None,
    registration: atlas_option.CohortRegistration = None,
    template: atlas_option.Template = None,
    reference: Annotated[
        Path | None,
        typer.Option("--reference", help="The volume that the maps are laid over; by default the template."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Subjects at most; 0 takes all.")] = 0,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="KEY=VALUE", help="A parameter: sigma_light=10.")
    ] = None,
    collection_param: Annotated[
        list[str] | None,
        typer.Option("--collection-param", metavar="KEY=VALUE", help="A parameter of the collection."),
    ] = None,
    folder: Annotated[Path, typer.Option("-o", "--out", help="Folder for the results.")] = Path(),
    output: Annotated[str | None, typer.Option("--output", help="Explain the probability or the logit.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")] = 0,
    device: options.Device = None,
    as_json: options.AsJson = False,
) -> None:
    """Rank an atlas's regions over subjects: the summed map, the regions with intervals of their ranks, as files."""
    import salviewer as sv  # noqa: PLC0415 - loads torch

    with progress_bar("Opening the model") as progress:
        opened = options.open_model(model, weights, None, None, device, None, progress)
    labels = sv.load_atlas(atlas, atlas_names) if atlas is not None else None
    way = atlas_option.way_of_all(registration, template)
    over: Any = sv.load_input(reference) if reference is not None else None
    with progress_bar("Explaining the subjects") as progress:
        found = sv.cohort(
            opened, collection, method, target=target, params=options.pairs(param, "-p"), atlas=labels, reference=over,
            registration=way, template=template,
            collection_params=options.pairs(collection_param, "--collection-param"), limit=limit, seed=seed,
            output=output,  # type: ignore[arg-type]  # checked with the rest of the job
            progress=progress,
        )  # fmt: skip
    files = write_cohort(found, folder, collection)
    if as_json:
        say_json(_facts(found) | {"files": [str(f) for f in files]})
    else:
        _tell(found, files)


def write_cohort(found: Explanation, folder: Path, name: str) -> tuple[Path, ...]:
    """The paths of the arrays, the summed map and the region-wise map as NIfTI, and the regions as CSV, once written.

    Raises:
        Unavailable: the folder cannot be made or written to.
    """
    from salviewer.data.region_csv import region_csv  # noqa: PLC0415 - loads numpy
    from salviewer.data.whole_file import write_whole  # noqa: PLC0415 - the same

    by_region: Heatmap = found.evidence[1]  # type: ignore[assignment]  # as the ranking has it
    text = region_csv(_table(found))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stem = free_stem(folder, name, found)
        arrays = found.save(with_ending(stem, ".safetensors"))
    except OSError as e:
        raise Unavailable(
            f"The results cannot be written to {folder} ({e.strerror or e}): choose another folder with -o.",
            code="cannot-write",
        ) from e
    maps = (
        found.save_nifti(with_ending(stem, ".nii.gz")),
        found.save_nifti(with_ending(stem, "-regions.nii.gz"), by_region),
    )
    regions = with_ending(stem, "-regions.csv")
    write_whole(regions, lambda draft: draft.write_text(text, encoding="utf-8", newline=""))
    return (arrays, *maps, regions)


def _table(found: Explanation) -> RegionTable:
    from salviewer.api import RegionTable  # noqa: PLC0415 - with the evidence

    return next(e for e in found.evidence if isinstance(e, RegionTable))


def _rows(found: Explanation) -> list[dict[str, Any]]:
    """The regions, best first, as plain values; None where a number is not known."""
    table, rows = _table(found), []
    ranks = table.ranks()
    for i in ranks.argsort():
        numbers = {"impact": table.impact[i], "rank_low": table.rank_low[i], "rank_high": table.rank_high[i]}
        plain = {name: float(v) if v == v else None for name, v in numbers.items()}
        rows.append({"rank": int(ranks[i]), "region": table.regions[i], "side": table.sides[i], **plain})
    return rows


def _facts(found: Explanation) -> dict[str, Any]:
    about = found.provenance
    return {
        "target": about["target"],
        "subjects": [s["name"] for s in about["subjects"]["inputs"]],
        "regions": _rows(found),
        "notes": list(found.notes),
    }


def _tell(found: Explanation, files: tuple[Path, ...]) -> None:
    about = found.provenance
    names = about["subjects"]["inputs"]
    say(f"{counted(len(names), 'subject')}, “{about['target']['label']}” ({about['target']['output']})")
    for row in _rows(found)[:SHOWN]:
        known = row["rank_low"] is not None
        between = f"  (rank {row['rank_low']:.0f} to {row['rank_high']:.0f})" if known else ""
        named = " ".join(part for part in (row["region"], row["side"]) if part)
        impact = f"{row['impact']:.4g}" if row["impact"] is not None else "not known"
        say(f"  {row['rank']:3}  {named}: {impact}{between}")
    for note in found.notes:
        say(f"  note: {note}")
    for path in files:
        say(f"  {path}")
