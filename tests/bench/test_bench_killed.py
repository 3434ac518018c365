"""A process killed with -9 in the middle of writing: every cell that is there is whole, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from salviewer.bench.store import Row, Store

WRITES = """
import sys, itertools
from pathlib import Path
from salviewer.bench.store import Row, Store
with Store(Path(sys.argv[1])) as store:
    for n in itertools.count():
        store.add(f"cell {n}", [Row("m", str(n), "x", "d", f"v{i}", 0, float(i), 0.1) for i in range(50)])
        if n == 20:
            print("written", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_cells_are_whole_after_kill_9(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE) as process:  # noqa: S603 - our own line
        assert process.stdout.readline().strip() == b"written"
        os.kill(process.pid, signal.SIGKILL)
    with Store(tmp_path) as store:
        counts: dict[str, int] = {}
        for row in store.rows():
            counts[row.picture] = counts.get(row.picture, 0) + 1
        assert len(counts) > 20
        assert set(counts.values()) == {50}
        assert all(store.has(f"cell {n}") for n in counts)
        assert not store.has(f"cell {len(counts)}")
        store.add(f"cell {len(counts)}", [Row("m", "next", "x", "d", "v", 1, 1.0, 0.1)])
        assert store.has(f"cell {len(counts)}")
