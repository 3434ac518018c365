"""The PDF of an evaluation: a table, a page per column that has values, per curve, and the pictures."""

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


def test_a_page_for_the_table_and_one_per_column_curve_and_six_methods(tmp_path):
    rows = [
        Row("m", f"p{i}", method, metric, metric, 1, value, 0.1)
        for i in range(4)
        for method in ("gradient", "random-map")
        for metric, value in (("deletion", 0.1 * i), ("insertion", -1.0), ("sparseness", np.nan))
    ]
    found = table(rows)
    x = np.linspace(0, 1, 5, dtype=np.float32)
    shown = Shown("p $ 1", 0.5, np.zeros((20, 30, 3), np.uint8))
    section = Section(
        model="m",
        table=found,
        lines=as_text(found),
        remarks=("a remark at 5 $ and 6 $",),
        curves={("deletion", "Deletion"): {"gradient": MeanCurve(x, x, 4, "share", "probability")}},
        extremes=(Extremes("gradient", (shown,), (shown,)), Extremes("random-map", (shown, shown), (shown,))),
        ranked_by="deletion",
    )
    path = write_pdf(tmp_path / "a.pdf", Report("Title with $ and _", "What.", (section,)))
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 5
