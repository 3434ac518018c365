"""The PDF of an evaluation: a table, six columns with values on a page, four curves, and the pictures."""

from __future__ import annotations

import re

import numpy as np
import pytest

from salviewer.bench.kept_curves import MeanCurve
from salviewer.bench.pdf import write_pdf
from salviewer.bench.report import Extremes, Report, Section, Shown
from salviewer.bench.store import Row
from salviewer.bench.table import as_text, table

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(("columns", "curves", "pages"), [(2, 1, 4), (6, 4, 4), (7, 5, 6)])
def test_six_columns_and_four_curves_share_a_page_and_what_has_no_value_gets_none(tmp_path, columns, curves, pages):
    drawn = tuple((f"metric {i}", 0.1 * i) for i in range(columns))
    rows = [
        Row("m", f"p{i}", method, metric, metric, 1, value, 0.1)
        for i in range(4)
        for method in ("gradient", "random-map")
        for metric, value in (*drawn, ("sparseness", np.nan))
    ]
    found = table(rows)
    x = np.linspace(0, 1, 5, dtype=np.float32)
    shown = Shown("p $ 1", 0.5, np.zeros((20, 30, 3), np.uint8))
    section = Section(
        model="m",
        table=found,
        lines=as_text(found),
        remarks=("a remark at 5 $ and 6 $",),
        curves={
            (f"metric {i}", "A $"): {"gradient": MeanCurve(x, x, 4, "share", "probability")} for i in range(curves)
        },
        extremes=(Extremes("gradient", (shown,), (shown,)), Extremes("random-map", (shown, shown), (shown,))),
        ranked_by="deletion",
    )
    path = write_pdf(tmp_path / "a.pdf", Report("Title with $ and _", "What.", (section,)))
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == pages
