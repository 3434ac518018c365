"""Selected explanations as one HTML file with everything in it, from which they can be read and run again."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from salviewer.api import Explanation, Heatmap, Picture, Volume
from salviewer.api.archive import read, write
from salviewer.data.axial import flattened
from salviewer.data.blend import as_rgb, blended, enlargement
from salviewer.data.overlay import render_overlay
from salviewer.data.page import Page
from salviewer.errors import UnreadableInput
from salviewer.jobs.account import NOTICE, Account, Setting
from salviewer.jobs.report_style import STYLE
from salviewer.numeric.counted import counted

SIDE = 1400
"""Pixels: pictures in a report are made no longer than this."""
NEAREST = 0
"""Pillow's number for “no smoothing”."""
EMBEDDED = "salviewer-explanations"
_HELD = re.compile(rf'<script type="application/json" id="{EMBEDDED}">(.*?)</script>', re.DOTALL)
_MOST_BYTES = 2**30


@dataclass(frozen=True, eq=False)
class Entry:
    """One explanation of a report.

    picture: None where it is not at hand; of a volume a slice is shown. colours: (without, with a sign).
    """

    account: Account
    picture: Picture | Volume | None = None
    colours: tuple[str, str] = ("inferno", "vik")
    opacity: float = 0.55


def report_page(entries: Sequence[Entry], made: str, title: str = "Explanations") -> str:
    """The page as text. `made`: the date as it is to be shown."""
    body = "\n".join(_section(entry) for entry in entries)
    held = json.dumps([_packed(entry.account.explanation) for entry in entries])
    count = counted(len(entries), "explanation")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>
<header><h1>{html.escape(title)}</h1><p class="quiet">{count} · {html.escape(made)}</p>
<p class="notice">{NOTICE}</p></header>
{body}
<footer>{NOTICE}</footer>
<script type="application/json" id="{EMBEDDED}">{held}</script>
</body></html>
"""


def read_explanations(path: Path) -> tuple[Explanation, ...]:
    """The explanation saved at `path`, or those that the report at `path` holds.

    Raises:
        UnreadableInput: it is neither.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        return (read(path),)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableInput(f"{path.name} is larger than any report: choose another file.", code="over-budget")
        found = _HELD.search(path.read_text(encoding="utf-8"))
        held = json.loads(found[1]) if found else []
        return tuple(_unpacked(text, path.name) for text in _texts(held, path.name))
    except (OSError, ValueError) as e:
        raise UnreadableInput(f"{path.name} cannot be read as a report ({e}).", code="not-report") from e


def _texts(held: object, name: str) -> list[str]:
    if not isinstance(held, list) or not held or not all(isinstance(text, str) for text in held):
        raise UnreadableInput(
            f"{name} holds no explanations: give a report that SalViewer wrote, or a .safetensors file.",
            code="not-report",
        )
    return held


def _packed(explanation: Explanation) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return base64.b64encode(write(explanation, Path(folder) / "e").read_bytes()).decode("ascii")


def _unpacked(text: str, name: str) -> Explanation:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(base64.b64decode(text, validate=True))
        return read(path)


def _section(entry: Entry) -> str:
    told = entry.account
    heading = html.escape(f"{told.method} · {told.target}" if told.target else told.method)
    return "\n".join(
        [
            f"<section><h2>{heading}</h2>",
            f'<p class="question">{html.escape(told.question)}</p>' if told.question else "",
            f'<div class="pictures">{"".join(_figures(entry))}</div>',
            '<div class="columns"><div>',
            "<h3>Settings</h3>" + _settings(told.settings),
            "</div><div>",
            "<h3>How it was made</h3>" + _rows(told.facts),
            "</div></div>",
            _measures(told),
            "<h3>Notes</h3><ul>" + "".join(f"<li>{html.escape(n)}</li>" for n in told.notes) + "</ul>"
            if told.notes
            else "",
            f'<p class="quiet">{html.escape(told.citation)}</p>' if told.citation else "",
            f'<p class="notice">{NOTICE}</p></section>',
        ]
    )


def _figures(entry: Entry) -> Iterator[str]:
    found = flattened(entry.account.explanation, entry.picture)
    explanation, picture, lies = found.explanation, found.picture, f" · {found.words}" if found.words else ""
    maps = [e for e in explanation.evidence if isinstance(e, Heatmap) and e.values.ndim == 2]
    shape = explanation.grid.source_shape if explanation.grid else explanation.heatmap.shape
    under = picture or Picture(np.full((*shape[-2:], 3), 255, np.uint8), "", "")
    if picture is not None:
        yield _figure(_plain(picture), f"The volume{lies}" if lies else "The picture")
    for one in maps:
        colours = entry.colours[1] if one.signed else entry.colours[0]
        image = render_overlay(
            under, one, explanation.grid, title="", colours=colours,
            opacity=entry.opacity if picture is not None else 1.0,
        )  # fmt: skip
        about = f"{one.name}: the map over it" if picture is not None else f"{one.name}: the map alone"
        yield _figure(image, about + lies)


def _plain(picture: Picture) -> object:
    """The picture on a page of its own, enlarged as those of the maps are."""
    rgb = as_rgb(picture)
    shape = rgb.shape[:2]
    image = blended(rgb, rgb, np.zeros(shape, np.float32), np.ones(shape, bool))
    factor = enlargement(*shape)
    return Page(image.resize((shape[1] * factor, shape[0] * factor), resample=NEAREST), "").draw()


def _figure(image: object, caption: str) -> str:
    image.thumbnail((SIDE, SIDE))  # type: ignore[attr-defined] # a Pillow image, which this room does not name
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)  # type: ignore[attr-defined] # the same
    text = base64.b64encode(out.getvalue()).decode("ascii")
    said = html.escape(caption)
    return f'<figure><img alt="{said}" src="data:image/png;base64,{text}"><figcaption>{said}</figcaption></figure>'


def _settings(settings: Sequence[Setting]) -> str:
    if not settings:
        return '<p class="quiet">This method has none.</p>'
    rows = "".join(
        f'<tr title="{html.escape(s.help)}"><th>{html.escape(s.name)}</th><td>{html.escape(s.value)}'
        f"{' <i>default</i>' if s.default else ''}</td></tr>"
        for s in settings
    )
    return f"<table>{rows}</table>"


def _rows(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in facts)
    return f"<table>{rows}</table>"


def _measures(told: Account) -> str:
    if not told.measures:
        return ""
    rows = "".join(
        f"<tr><th>{html.escape(m.title)}</th><td>{html.escape(m.value)}"
        f"{f' <span class=quiet>{html.escape(m.words)}</span>' if m.words else ''}</td></tr>"
        for m in told.measures
    )
    return f"<h3>Trust</h3><table>{rows}</table>"
