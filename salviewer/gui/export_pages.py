"""A report's pages: the results that were chosen, or the one on the screen, each with its account and its figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from salviewer.api.explanation import Explanation
from salviewer.gui.export_figure import bare_figure
from salviewer.gui.export_values import Wanted
from salviewer.gui.gazing import gaze_of
from salviewer.gui.running import shown_from
from salviewer.gui.values import OpenPicture, Shown
from salviewer.jobs.account import Account, Measured, account
from salviewer.jobs.deidentified import cleaned

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions


def report_maker(actions: Actions, wanted: Wanted, made: str, family: str) -> Callable[[], bytes]:
    """A function for the engine's thread that writes the report `wanted`, made on the day `made`, in font `family`."""
    state, host = actions.state, actions.host
    display, kept, shelf = state.display, actions.kept, actions.shelf
    chosen = [item for item in state.results if item.id in wanted.results]
    on_screen, judged, gaze = state.shown, state.judged, gaze_of(actions, painted=False)
    measures = tuple(_measured(row) for row in judged.rows) if judged is not None else ()

    def pages() -> list[tuple[Account, Shown]]:
        found: list[tuple[Explanation, OpenPicture | None]] = [kept.with_picture(item, shelf) for item in chosen]
        shown = [shown_from(explanation, opened) for explanation, opened in found] or [on_screen]
        return [(_account(one, wanted, host, measures if _same(one, on_screen) else ()), one) for one in shown]

    def write() -> bytes:
        if wanted.form == "html":
            return _html(pages(), made, display)
        from salviewer.gui.export_report import Leaf, report_pdf  # noqa: PLC0415 - needed for this only

        leaves = [Leaf(told, bare_figure(one, display, family, gaze)) for told, one in pages()]
        return report_pdf(leaves, made, family)

    return write


def _account(shown: Shown, wanted: Wanted, host: Any, measures: tuple[Measured, ...]) -> Account:
    return account(cleaned(shown.explanation, with_name=wanted.file_name), host, measures)


def _html(pages: list[tuple[Account, Shown]], made: str, display: Any) -> bytes:
    from salviewer.jobs.report_page import Entry, report_page  # noqa: PLC0415 - loads Pillow

    colours = (display.sequential, display.diverging)
    entries = [Entry(told, shown.picture, colours, display.opacity) for told, shown in pages]
    return report_page(entries, made).encode("utf-8")


def _same(shown: Shown, other: Shown | None) -> bool:
    """Whether both show the same run's answer."""
    if other is None or other.explanation is None or shown.explanation is None:
        return False
    first, second = shown.explanation.provenance, other.explanation.provenance
    return first is second or (first.get("fingerprint"), first.get("began")) == (
        second.get("fingerprint"),
        second.get("began"),
    )


def _measured(row: Any) -> Measured:
    value = f"{row.value:.4g}" if row.value == row.value else "no answer"
    return Measured(row.title, value, row.verdict or row.note)
