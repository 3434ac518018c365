"""Selected explanations as PDF pages: each begins a page with its figure; each page ends with the notice."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)

from salviewer.jobs.account import NOTICE, Account
from salviewer.kit.lettering import Words, font_of
from salviewer.kit.rendering import Figure, Layout

PER_INCH, MARGIN_MM = 96, 16.0
FIGURE_SHARE = 0.46
"""Of the page's height is what a figure may take at most."""
TEXT_PX, FOOT_PX = 12, 11
STYLE = """
h1 { font-size: 20px; margin: 0 0 2px 0; } h3 { font-size: 13px; margin: 12px 0 3px 0; } p { margin: 0 0 3px 0; }
th { font-weight: normal; text-align: left; color: #5b636e; padding: 1px 14px 1px 0; } td { padding: 1px 0; }
.quiet { color: #5b636e; } .default { color: #8b939d; } li { margin-bottom: 2px; }
"""


@dataclass(frozen=True, eq=False)
class Leaf:
    """One explanation of the report: what is said of it, and its figure without title and notice."""

    account: Account
    figure: Figure


def report_pdf(leaves: Sequence[Leaf], made: str, family: str) -> bytes:
    """The report's bytes. `made`: the date as it is shown."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QPdfWriter(buffer)
    device.setResolution(PER_INCH)
    device.setCreator("SalViewer")
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    device.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins,
                    QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    page = QSizeF(device.width(), device.height())
    body = QRectF(0, 0, page.width(), page.height() - 2.4 * FOOT_PX)
    with QPainter(device) as painter:
        numbers = _Feet(painter, page, family, made)
        for i, leaf in enumerate(leaves):
            if i:
                device.newPage()
            _draw_leaf(painter, device, leaf, body, numbers, family)
    buffer.close()
    return bytes(buffer.data().data())


class _Feet:
    """The foot of each page: the notice, the date, and the page's number."""

    def __init__(self, painter: QPainter, page: QSizeF, family: str, made: str) -> None:
        self._painter, self._page, self._family, self._made, self._number = painter, page, family, made, 0

    def draw(self) -> None:
        """Draw the next one."""
        self._number += 1
        font, ink = font_of(self._family, FOOT_PX), Qt.GlobalColor.darkGray
        y = self._page.height() - 1.4 * FOOT_PX
        Words(NOTICE, font_of(self._family, FOOT_PX, bold=True), self._page.width(), 1, ink).draw(self._painter, 0, y)
        right = Words(f"{self._made} · {self._number}", font, self._page.width(), 1, ink)
        right.draw(self._painter, self._page.width() - right.width, y)


def _draw_leaf(painter: QPainter, device: QPdfWriter, leaf: Leaf, body: QRectF, feet: _Feet, family: str) -> None:
    told = leaf.account
    top = _draw_head(painter, told, body.width(), family)
    layout = Layout(leaf.figure)
    factor = min(body.width() / layout.size.width(), FIGURE_SHARE * body.height() / layout.size.height(), 1.0)
    painter.save()
    painter.translate(-layout.margin * factor, top)  # the picture begins where the text does
    painter.scale(factor, factor)
    layout.paint(painter)
    painter.restore()
    top += layout.size.height() * factor
    document = _document(told, family, body.width())
    done, height = 0.0, body.height() - top
    while True:
        room = _whole_lines(document, done, height)
        _draw_text(painter, document, QRectF(0, done, body.width(), room), top)
        feet.draw()
        done += room
        if done >= document.size().height() - 1:
            return
        device.newPage()
        top, height = 0.0, body.height()


def _draw_head(painter: QPainter, told: Account, width: float, family: str) -> float:
    title = Words(" · ".join(t for t in (told.method, told.target) if t), font_of(family, 20, bold=True), width, 2,
                  Qt.GlobalColor.black)  # fmt: skip
    title.draw(painter, 0, 0)
    question = Words(told.question, font_of(family, TEXT_PX), width, 2, Qt.GlobalColor.darkGray)
    question.draw(painter, 0, title.height + 2)
    return title.height + 2 + question.height


def _document(told: Account, family: str, width: float) -> QTextDocument:
    document = QTextDocument()
    font = QFont(font_of(family, TEXT_PX))
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    document.setHtml(_words(told))
    document.setTextWidth(width)
    return document


def _words(told: Account) -> str:
    def rows(pairs: Sequence[tuple[str, str]]) -> str:
        return "<table>" + "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in pairs) + "</table>"

    settings = [
        (html.escape(s.name), html.escape(s.value) + (" <span class=default>default</span>" if s.default else ""))
        for s in told.settings
    ]
    measures = [(html.escape(m.title), html.escape(f"{m.value}  {m.words}")) for m in told.measures]
    facts = [(html.escape(a), _breakable(b)) for a, b in told.facts]
    notes = "".join(f"<li>{html.escape(n)}</li>" for n in told.notes)
    return "".join(
        [
            "<h3>Settings</h3>" + (rows(settings) if settings else "<p class=quiet>This method has none.</p>"),
            "<h3>Trust</h3>" + rows(measures) if measures else "",
            "<h3>How it was made</h3>" + rows(facts),
            f"<h3>Notes</h3><ul>{notes}</ul>" if notes else "",
            f"<p class=quiet>{html.escape(told.citation)}</p>" if told.citation else "",
        ]
    )


def _breakable(text: str) -> str:
    """`text` whose long words, such as hashes, may be broken."""
    parts = [
        word if len(word) < 40 else "\u200b".join(word[i : i + 16] for i in range(0, len(word), 16))
        for word in text.split(" ")
    ]
    return html.escape(" ".join(parts))


def _whole_lines(document: QTextDocument, start: float, height: float) -> float:
    """So much of `height` as ends between two lines of text, from `start` on."""
    end = min(start + height, document.size().height())
    if end >= document.size().height():
        return end - start + 1
    layout, block, cut = document.documentLayout(), document.begin(), start
    while block.isValid():
        top = layout.blockBoundingRect(block).top()
        for i in range(block.layout().lineCount()):
            line = block.layout().lineAt(i)
            bottom = top + line.y() + line.height()
            if start < bottom <= end:
                cut = max(cut, bottom)
        block = block.next()
    return (cut if cut > start else end) - start


def _draw_text(painter: QPainter, document: QTextDocument, part: QRectF, top: float) -> None:
    painter.save()
    painter.translate(QPointF(0, top - part.top()))
    painter.setClipRect(part)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = part
    document.documentLayout().draw(painter, context)
    painter.restore()
