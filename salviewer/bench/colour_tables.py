"""What a colour study found, as a table, bars and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from salviewer.bench import charts
from salviewer.bench.colour_bias import CHANNELS, ROTATIONS, ColourBias, ColourClass
from salviewer.bench.experiment import Findings, Lines
from salviewer.bench.statistics import estimate
from salviewer.bench.table import Table

SHARE = "share that keeps its class"
END = 20
"""Of more than twice as many classes, so many from each end have bars."""


def rows(found: ColourBias) -> list[list[str]]:
    """As text, the heading first, the classes that lose most at the top, all together below."""
    used = any(one.use for one in found.classes)
    head = ["class", "pictures", "right", *ROTATIONS, "mean", *(CHANNELS if used else ())]
    lines = [head]
    for one in [*ranked(found), found.whole]:
        shares = [one.share(rotation) for rotation in (*ROTATIONS, "")]
        line = [one.name, str(len(one.pictures)), str(len(one.right))]
        line += [f"{100 * s:.1f} %" if s == s else "–" for s in shares]
        if used:
            line += [f"{u:.4f}" for u in one.use] or ["–"] * len(CHANNELS)
        lines.append(line)
    return lines


def ranked(found: ColourBias) -> list[ColourClass]:
    """Classes with the smallest share first; those without a rightly named picture last."""
    return sorted(found.classes, key=lambda one: (not one.right, one.share() if one.right else 0.0))


def as_csv(found: ColourBias) -> str:
    """One line per class, shares in 0..1; a number that is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "pictures", "right", *(f"kept_{r}" for r in ROTATIONS), "kept_mean",
                     *(f"use_{c}" for c in CHANNELS)])  # fmt: skip
    for one in ranked(found):
        numbers = [one.share(rotation) for rotation in (*ROTATIONS, "")]
        numbers += one.use or [float("nan")] * len(CHANNELS)
        cells = [f"{n:.6g}" if n == n else "" for n in numbers]
        writer.writerow([one.name, len(one.pictures), len(one.right), *cells])
    return text.getvalue()


def findings(found: ColourBias, model: str, collection: str) -> Findings:
    """For a page: the table, the bars, and how it was made."""
    shown = [one for one in ranked(found) if one.right]
    if len(shown) > 2 * END:
        shown = [*shown[:END], *shown[-END:]]
    bars = [bar_plot(shown, SHARE)]
    table = Lines(f"{model} on {collection}", tuple(map(tuple, rows(found))))
    return Findings(
        "Colour bias", (table,), tuple(bar for bar in bars if bar), (*how(found), *found.notes), facts(found)
    )


def bar_plot(shown: Sequence[ColourClass], title: str) -> str:
    """SVG: a bar per class, the mean over both rotations, with its 95 % interval over the pictures."""
    cells = {(one.name, title): estimate(np.array([picture.share for picture in one.right])) for one in shown}
    return charts.bars(Table(tuple(one.name for one in shown), (title,), cells, {}, {}, {}), title)


def how(found: ColourBias) -> tuple[str, ...]:
    """Sentences that belong beside the table."""
    said = [
        "Of the pictures that the model names rightly, how many it still names rightly when the colour channels have "
        "changed places (GBR and BRG for RGB).",
        f"Classes that keep no more than a quarter: {len(found.lost)} of {sum(bool(c.right) for c in found.classes)}.",
    ]
    if any(one.use for one in found.classes):
        said.append("Red, green and blue: the mean of FGVis' mask over each channel, 0 to 1.")
    return tuple(said)


def facts(found: ColourBias) -> dict[str, object]:
    """As JSON values; None where there is no number."""

    def one_class(one: ColourClass) -> dict[str, object]:
        shares = {name or "mean": one.share(name) for name in (*ROTATIONS, "")}
        kept = {name: share if share == share else None for name, share in shares.items()}
        return {"class": one.name, "pictures": len(one.pictures), "right": len(one.right), "kept": kept,
                "use": dict(zip(CHANNELS, one.use, strict=True)) if one.use else None}  # fmt: skip

    return {"classes": [one_class(one) for one in ranked(found)], "all": one_class(found.whole),
            "lost": list(found.lost), "notes": list(found.notes)}  # fmt: skip
