"""Filter galleries as a contact sheet to keep: a section per class, a tile per filter. PNG, or PDF in pages of A4.

Neither sample ids nor file names get onto it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from salviewer.api.filters import FilterGallery
from salviewer.data.filter_pictures import Under, average_map_of, average_of
from salviewer.data.filter_words import Row, about, is_explained, rows_of, signed
from salviewer.data.lettering import INK, MUTED, Line, wrapped
from salviewer.data.page import NOTICE
from salviewer.errors import InvalidChoice

EM: Final = 15
"""Size of running text, in dots."""
SQUARE: Final = 132
MARGIN, GAP = 3 * EM, 2 * EM
TILE: Final = (2 * SQUARE + EM // 2, SQUARE + round(6.3 * EM))
ACROSS: Final = 4
MOST_HIGH: Final = 16_000
PAGE_HIGH: Final = round((2 * MARGIN + ACROSS * TILE[0] + (ACROSS - 1) * GAP) * 297 / 210)
DOTS_PER_INCH: Final = 150
PAPER, LINE, BLANK = (255, 255, 255), (217, 220, 225), (242, 243, 245)
FOR, AGAINST = (47, 98, 201), (176, 96, 0)


@dataclass(frozen=True, eq=False)
class Section:
    """A class's filters. gallery: with the pictures; under: the explained picture, where heatmaps lie over one."""

    gallery: FilterGallery
    under: Under | None = None


def sheet_bytes(title: str, subtitle: str, sections: Sequence[Section], ending: str) -> bytes:
    """The sheet as a file, ".png" or ".pdf".

    Raises:
        InvalidChoice: it is too long for one picture, or there is nothing on it, or it has another ending.
    """
    if not sections:
        raise InvalidChoice("There are no filters to put on a sheet.", code="no-filters")
    pieces = [_heading(title, subtitle), *(piece for one in sections for piece in _pieces(one))]
    out = io.BytesIO()
    if ending == ".pdf":
        first, *more = [_page(part, PAGE_HIGH) for part in _parted(pieces)]
        first.save(out, "PDF", save_all=True, append_images=more, resolution=DOTS_PER_INCH)
    elif ending == ".png":
        high = sum(piece.height for piece in pieces) + 3 * MARGIN
        if high > MOST_HIGH:
            raise InvalidChoice(
                f"{len(sections):,} classes are too many for one picture: choose a PDF, or one class.", code="too-many"
            )
        _page(pieces, high).save(out, "PNG")
    else:
        raise InvalidChoice(f"A contact sheet is a .png or a .pdf, not {ending or 'without an ending'}.",
                            code="bad-ending")  # fmt: skip
    return out.getvalue()


def _width() -> int:
    return ACROSS * TILE[0] + (ACROSS - 1) * GAP


def _heading(title: str, subtitle: str) -> Image.Image:
    lines = [*wrapped(title, 1.7 * EM, _width(), 2), *wrapped(subtitle, EM, _width(), 2)]
    image = Image.new("RGB", (_width(), sum(line.height for line in lines) + EM), PAPER)
    y, canvas = 0.0, ImageDraw.Draw(image)
    for line in lines:
        line.draw(canvas, 0, y, INK if y == 0 else MUTED)
        y += line.height
    return image


def _pieces(section: Section) -> list[Image.Image]:
    """The rows of tiles of a class; its name is with the first, so that no page ends in one."""
    rows = rows_of(section.gallery)
    pictured = [row for row in rows if row.crops] if section.under is None else rows
    tiles = [_tile(section, row) for row in pictured or rows]
    left_out = len(rows) - len(tiles)
    words = about(section.gallery, rows) + (f" · {left_out:,} without pictures left out" if left_out else "")
    lines = [tiles[i : i + ACROSS] for i in range(0, len(tiles), ACROSS)]
    return [_line(section.gallery.label, words if at == 0 else "", line) for at, line in enumerate(lines)]


def _line(title: str, about_it: str, tiles: Sequence[Image.Image]) -> Image.Image:
    """A row of tiles, below `title` where `about_it` is given."""
    words: list[tuple[Line, tuple[int, int, int]]] = []
    if about_it:
        words += [(line, INK) for line in wrapped(title, 1.3 * EM, _width(), 1)]
        words += [(line, MUTED) for line in wrapped(about_it, EM, _width(), 2)]
    head = sum(line.height for line, _ in words) + (EM if words else 0)
    image = Image.new("RGB", (_width(), head + TILE[1] + GAP // 2), PAPER)
    canvas, y = ImageDraw.Draw(image), 0.0
    for line, ink in words:
        line.draw(canvas, 0, y, ink)
        y += line.height
    for at, tile in enumerate(tiles):
        image.paste(tile, (at * (TILE[0] + GAP), head))
    return image


def _tile(section: Section, row: Row) -> Image.Image:
    image = Image.new("RGB", TILE, PAPER)
    canvas = ImageDraw.Draw(image)
    chip = round(1.5 * EM)
    canvas.rounded_rectangle((0, 0, chip, chip), radius=3, fill=row.kind.dark)
    letter = Line(row.kind.letter, 0.95 * EM)
    letter.draw(canvas, (chip - letter.width) / 2, (chip - letter.height) / 2, PAPER)
    for line in wrapped(f"layer {row.number} · {row.unit} · {row.kind.word}", EM, TILE[0] - chip - EM // 2, 1):
        line.draw(canvas, chip + EM // 2, 0)
    top, gallery = round(1.9 * EM), section.gallery
    picture = average_of(gallery, row.at)
    heat: np.ndarray | None = average_map_of(gallery, row.at)
    if section.under is not None and row.at < len(gallery.heatmaps):
        heat = section.under.with_map(gallery.heatmaps[row.at])
    for at, (pixels, without) in enumerate(((picture, "no average picture"), (heat, "no heatmap"))):
        _place(image, pixels, (at * (SQUARE + EM // 2), top), without)
    y = top + SQUARE + round(0.4 * EM)
    _bar(canvas, y, "relevance", row.relevance, float(np.abs(gallery.relevance).max()))
    if is_explained(gallery):
        _bar(canvas, y + round(1.35 * EM), "response", row.response, float(np.nanmax(np.abs(gallery.response))))
    elif said := " · ".join(part for part in (row.sees, row.averaged) if part):
        Line(said, 0.85 * EM).draw(canvas, 0, y + round(1.35 * EM), MUTED)
    for line in wrapped(row.layer, 0.85 * EM, TILE[0], 1):
        line.draw(canvas, 0, y + round(2.7 * EM), MUTED)
    return image


def _place(image: Image.Image, pixels: np.ndarray | None, at: tuple[int, int], without: str) -> None:
    """Put a picture into its square, or say that there is none."""
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((*at, at[0] + SQUARE - 1, at[1] + SQUARE - 1), fill=BLANK)
    if pixels is None:
        line = Line(without, 0.85 * EM)
        line.draw(canvas, at[0] + (SQUARE - line.width) / 2, at[1] + (SQUARE - line.height) / 2, MUTED)
        return
    shown = Image.fromarray(np.ascontiguousarray(pixels))
    factor = SQUARE / max(shown.size)
    size = (max(1, round(shown.width * factor)), max(1, round(shown.height * factor)))
    way = Image.Resampling.NEAREST if factor >= 2 else Image.Resampling.LANCZOS
    image.paste(shown.resize(size, way), (at[0] + (SQUARE - size[0]) // 2, at[1] + (SQUARE - size[1]) // 2))


def _bar(canvas: ImageDraw.ImageDraw, y: float, name: str, value: float, most: float) -> None:
    """A number as a bar to the right of the middle, or to the left where it is negative."""
    Line(name, 0.85 * EM).draw(canvas, 0, y, MUTED)
    words = Line(signed(value), 0.85 * EM)
    words.draw(canvas, TILE[0] - words.width, y)
    left, right = 5.6 * EM, TILE[0] - 4 * EM
    middle, half = (left + right) / 2, (right - left) / 2
    canvas.line((left, y + 0.55 * EM, right, y + 0.55 * EM), fill=LINE)
    canvas.line((middle, y + 0.1 * EM, middle, y + EM), fill=MUTED)
    long = half * abs(value) / most if most > 0 else 0.0
    if long >= 1:
        ends = (middle, middle + long) if value > 0 else (middle - long, middle)
        canvas.rectangle((ends[0], y + 0.3 * EM, ends[1], y + 0.8 * EM), fill=FOR if value > 0 else AGAINST)


def _parted(pieces: Sequence[Image.Image]) -> list[list[Image.Image]]:
    """`pieces` in pages."""
    room, used, page, numbers = PAGE_HIGH - 3 * MARGIN, 0, 0, []
    for piece in pieces:
        if used and used + piece.height > room:
            page, used = page + 1, 0
        used += piece.height
        numbers.append(page)
    paired = zip(numbers, pieces, strict=True)
    return [[piece for _, piece in part] for _, part in groupby(paired, key=lambda pair: pair[0])]


def _page(pieces: Sequence[Image.Image], high: int) -> Image.Image:
    page = Image.new("RGB", (_width() + 2 * MARGIN, high), PAPER)
    y = MARGIN
    for piece in pieces:
        page.paste(piece, (MARGIN, y))
        y += piece.height
    Line(NOTICE, 0.85 * EM).draw(ImageDraw.Draw(page), MARGIN, high - MARGIN, MUTED)
    return page
