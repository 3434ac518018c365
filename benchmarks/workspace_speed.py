"""How fast a workspace of 200 explanations opens, and whether memory stays flat over 200 opens and closes of them.

    python -m benchmarks.workspace_speed

The explanations are maps of 224 x 224 as a method makes them, ten of them in rounds of five, over twenty pictures. The
window runs on Qt's offscreen platform. Asked: less than a second to the filled tree, and no growth per open.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="salviewer-benchmark-")

import numpy as np
import psutil
from PIL import Image
from PySide6.QtWidgets import QApplication

from salviewer.api import Explanation, GridMap, Heatmap, InputRef, JobSpec, ModelRef
from salviewer.gui import theme
from salviewer.gui.app import Session
from salviewer.gui.waiting import live_until
from salviewer.jobs.shelf import Shelf
from salviewer.jobs.workspace import Workspace

SIDE, PICTURES, ROUNDS = 224, 20, 5
WAIT_S = 60.0


def smooth_map(random: np.random.Generator) -> np.ndarray:
    """float32 (SIDE, SIDE): a few soft spots, as maps have them."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    values = np.zeros((SIDE, SIDE), np.float32)
    for y, x, width in random.uniform((0, 0, 8), (SIDE, SIDE, 60), (6, 3)):
        values += np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * width**2)).astype(np.float32)
    return values + random.normal(0, 0.01, values.shape).astype(np.float32)


def fill(folder: Path, count: int) -> Path:
    """A workspace file of `count` explanations about `PICTURES` pictures in `folder`."""
    random = np.random.default_rng(0)
    sources = [folder / f"picture-{i:02}.png" for i in range(PICTURES)]
    for source in sources:
        Image.fromarray(random.integers(0, 255, (SIDE, SIDE, 3), np.uint8)).save(source)
    shelf = Shelf()
    pictures = [shelf.picture(InputRef(source=str(source))) for source in sources]
    workspace = Workspace(folder / "workspace.sqlite3")
    for number in range(count):
        picture, source = pictures[number % PICTURES], sources[number % PICTURES]
        maps = [Heatmap("Map", smooth_map(random))]
        if number % 20 == 0:
            maps += [Heatmap(f"Round {i}", smooth_map(random), series="rounds", at=float(i)) for i in range(ROUNDS)]
        about = {
            "method": "glas", "title": "GLAS", "target": {"label": f"class {number % 7}", "index": number % 7},
            "model": {"architecture": "vgg16"}, "input": {"name": picture.name, "sha256": picture.sha256},
        }  # fmt: skip
        ref = InputRef(source=str(source), sha256=picture.sha256)
        spec = JobSpec(method="glas", model=ModelRef(architecture="vgg16"), input=ref)
        workspace.add(Explanation(tuple(maps), grid=GridMap.identity((SIDE, SIDE)), provenance=about), spec)
    workspace.close()
    return workspace.path


def wait(is_so: Callable[[], bool]) -> None:
    """Let the window live until `is_so()`, which may be over again when this returns."""
    if not live_until(is_so, WAIT_S, every_ms=2):
        raise SystemExit("waited in vain")


def seconds_to_open(session: Session, path: Path, count: int) -> float:
    """Seconds from the wish to open the workspace to the filled and painted tree."""
    view = session.window.panel("workspace").view
    started = time.perf_counter()
    session.actions.workspacing.open_path(path)
    wait(lambda: len(session.state.results) == count)
    view.tree.viewport().repaint()
    took = time.perf_counter() - started
    wait(lambda: not session.state.busy)
    return took


def memory_kb() -> float:
    """What the process holds in memory, after the garbage is gone."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1024


def growth(session: Session, opens: int) -> tuple[list[float], float]:
    """Memory in kB after each open and close of an explanation, and its slope over the later half, kB per open."""
    state, held = session.state, []
    for number in range(opens):
        item = state.results[number % len(state.results)]
        session.actions.keeping.show(item)
        wait(lambda item=item: state.shown is not None and state.shown.result == item.id and not state.busy)
        session.window.heatmap.canvas.viewport().repaint()
        state.shown = None
        session.actions.undoing.clear()
        held.append(memory_kb())
    later = np.asarray(held[opens // 2 :])
    return held, float(np.polyfit(np.arange(later.size), later, 1)[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="explanations in the workspace")
    parser.add_argument("--opens", type=int, default=200, help="opens and closes")
    given = parser.parse_args()
    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    folder = Path(tempfile.mkdtemp(prefix="salviewer-workspace-"))
    path = fill(folder, given.count)
    sys.stdout.write(f"{given.count} explanations, {path.stat().st_size / 2**20:.0f} MiB\n")
    session = Session(workspace=Workspace(folder / "empty.sqlite3"))
    session.window.resize(1366, 768)
    session.window.show()
    wait(lambda: session.window.heatmap is not None and not session.state.busy)
    times = []
    for _ in range(5):
        times.append(seconds_to_open(session, path, given.count))
        session.actions.workspacing.open_path(folder / "empty.sqlite3")
        wait(lambda: session.workspace.path.name == "empty.sqlite3" and not session.state.busy)
    sys.stdout.write(f"to the filled tree: {min(times):.3f} to {max(times):.3f} s\n")
    seconds_to_open(session, path, given.count)
    held, slope = growth(session, given.opens)
    half = given.opens // 2
    sys.stdout.write(
        f"{given.opens} opens and closes: {held[0] / 1024:.0f} MiB after the first, {held[half] / 1024:.0f} after "
        f"{half}, {held[-1] / 1024:.0f} at the end; {slope:+.1f} kB per open after warm-up\n"
    )
    session.close()
    session.window.close()


if __name__ == "__main__":
    main()
