"""Which curves share a chart, what bars of tried values say, and facts in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from salviewer.api import Curve, Heatmap
from salviewer.gui.training.charts import charts_of, fact_rows, pictures_of
from salviewer.gui.training.charts_view import ChartsView
from salviewer.gui.views.arms_plot import ArmsPlot
from salviewer.gui.views.plot import Plot
from salviewer.gui.views.small_maps import SmallMaps

NAN = float("nan")


def curve(name, y=(1.0, 0.5), y_label="loss", x=None):
    x = np.arange(len(y), dtype=np.float32) if x is None else np.array(x, np.float32)
    return Curve(name, x, np.array(y, np.float32), "step", y_label)


def arms(name, means, trials, values=(0.0, 0.5, 1.0)):
    return curve(f"{name}: mean reward", means, "share", values), curve(f"{name}: trials", trials, "trials", values)


def test_curves_of_one_name_and_the_same_axes_share_a_chart():
    found = charts_of([curve("Loss: training"), curve("Scores", y_label="share"), curve("Loss: held out", (2.0, 1.0))])
    assert [(c.title, [t.name for t in c.traces]) for c in found] == [
        ("Loss", ["training", "held out"]), ("Scores", ["Scores"]),
    ]  # fmt: skip
    assert found[0].traces[1].y == (2.0, 1.0)
    assert [t.look for t in found[0].traces] == [0, 1]


def test_other_axes_are_another_chart_and_four_lines_are_two():
    assert len(charts_of([curve("Loss: a"), curve("Loss: b", y_label="accuracy")])) == 2
    assert [len(c.traces) for c in charts_of([curve(f"Loss: {i}") for i in range(4)])] == [3, 1]


def test_trials_stand_under_the_values_that_were_tried():
    (found,) = charts_of(arms("a_cur", (0.1, 0.6, NAN), (4, 5, 0)))
    assert (found.title, found.trials) == ("a_cur", (4, 5, 0))
    assert found.traces[0].y[:2] == pytest.approx((0.1, 0.6))


def test_trials_of_other_values_are_a_line_of_their_own():
    mean, _ = arms("a", (0.1, 0.6, 0.2), (1, 1, 1))
    other = curve("a: trials", (1, 2), "trials", (0, 1))
    assert [bool(c.trials) for c in charts_of([mean, other])] == [False, False]


def test_maps_are_pictures_and_curves_are_not():
    one = Heatmap("red-00", np.zeros((4, 4), np.float32))
    assert pictures_of([curve("Loss"), one]) == (one,)


def test_facts_are_said_as_far_as_a_line_can():
    facts = {"a_cur": 0.5, "n": 1200, "ratio": None, "walk": {"k": 2, "deep": {"x": 1}}, "values": [0.0, 0.25],
             "many": list(range(40)), "warm": True, "arms": {"a": {"means": [1]}}}  # fmt: skip
    assert fact_rows(facts) == (
        ("a_cur", "0.5"), ("n", "1,200"), ("Walk", "k 2"), ("Values", "0, 0.25"), ("Warm", "yes"),
    )  # fmt: skip


@pytest.fixture
def plot(qtbot):
    made = ArmsPlot()
    qtbot.addWidget(made)
    made.resize(400, 240)
    made.show()
    return made


def test_what_cannot_be_told_from_the_best_is_said_so(plot):
    # Standard errors 0.05, 0.05, 0.03: 0.5 + 0.05 reaches down to 0.6 - 0.049, 0.1 + 0.03 does not.
    plot.set_arms((0.0, 0.5, 1.0), (0.5, 0.6, 0.1), (100, 100, 100), "a_cur", "share")
    assert plot.best() == (1,)
    assert plot.near() == ()
    plot.set_arms((0.0, 0.5, 1.0), (0.51, 0.6, 0.1), (100, 100, 100), "a_cur", "share")
    assert plot.near() == (0,)
    plot.grab()


def test_arms_that_tie_are_all_best(plot):
    plot.set_arms((0.5, 1.0), (0.6, 0.6), (5, 5), "a_suc", "share")
    assert plot.best() == (0, 1)
    assert plot.near() == ()
    assert plot._head() == "share · all tie"
    plot.grab()


def test_an_arm_is_read_by_mouse_and_by_keyboard(plot, qtbot):
    plot.set_arms((0.0, 0.5, 1.0), (0.5, 0.625, NAN), (1, 8, 0), "a_cur", "share")
    assert plot.accessibleName() == "share by a_cur: 0: 0.50, 1 trial; 0.5: 0.62, 8 trials; 1: never tried"
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.at == 0
    qtbot.mouseMove(plot, QPoint(plot.width() // 2 + 20, plot.height() // 2))
    qtbot.waitUntil(lambda: plot.at == 1)
    assert plot.accessibleDescription() == "0.5: 0.62, 8 trials"
    plot.grab()


def test_charts_keep_their_widgets_while_numbers_change(qtbot):
    view = ChartsView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    maps = [Heatmap(f"red-0{i}", np.full((4, 4), i, np.float32)) for i in range(3)]
    view.set_evidence((curve("Loss"), *arms("a", (0.1, 0.2, 0.3), (1, 2, 3)), *maps))
    first = list(view.plots)
    assert [type(p) for p in first] == [Plot, ArmsPlot]
    assert view.maps.names() == ("red-00", "red-01", "red-02")
    view.set_evidence((curve("Loss", (1.0, 0.5, 0.2)), *arms("a", (0.2, 0.2, 0.3), (2, 2, 3))))
    assert view.plots == first
    assert not view.maps.isVisible()
    view.set_evidence((curve("Loss"),))
    assert len(view.plots) == 1
    view.grab()


def test_maps_of_volumes_are_shown_by_their_middle_slice(qtbot):
    view = SmallMaps()
    qtbot.addWidget(view)
    view.resize(90, 10)
    view.set_maps([Heatmap(str(i), np.zeros((3, 4, 5), np.float32)) for i in range(2)])
    assert view.height() > 2 * 90  # below each other
    view.grab()
