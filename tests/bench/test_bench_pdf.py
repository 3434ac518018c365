"""The PDF of an evaluation: a table page, and a page per column that has values."""

from __future__ import annotations

import re

import numpy as np
import pytest

from salviewer.bench.pdf import write_pdf
from salviewer.bench.store import Row
from salviewer.bench.table import as_text, table

pytest.importorskip("matplotlib")


def test_a_page_for_the_table_and_one_per_column_with_values(tmp_path):
    rows = [
        Row("m", f"p{i}", method, metric, metric, 1, value, 0.1)
        for i in range(4)
        for method in ("gradient", "random-map")
        for metric, value in (("deletion", 0.1 * i), ("insertion", -1.0), ("sparseness", np.nan))
    ]
    found = table(rows)
    path = write_pdf(tmp_path / "a.pdf", "Title with $ and _", found, as_text(found), ["a remark at 5 $ and 6 $"])
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 3
