from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from salviewer.kit.colour_bar import ColourBar, nice_ticks, power_label, tick_labels
from salviewer.kit.colours import lut


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-1.0, 1.0, [-1.0, -0.5, 0.0, 0.5, 1.0]),
        (0.0, 3.1e-5, [0.0, 1e-5, 2e-5, 3e-5]),
        (7.0, 1234.0, [500.0, 1000.0]),
        (2.0, 2.0, []),
        (0.0, float("nan"), []),
    ],
)
def test_ticks_are_round_numbers_inside_the_range(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


def test_labels_have_as_many_digits_as_their_distance_needs():
    assert tick_labels([0.0, 0.05, 0.1]) == (["0.00", "0.05", "0.10"], 0)
    assert tick_labels([0.0, 1e-5, 2e-5]) == (["0", "1", "2"], -5)
    assert tick_labels([0.0, 50000.0, 100000.0]) == (["0.0", "0.5", "1.0"], 5)
    assert power_label(-5) == "× 10⁻⁵"
    assert power_label(0) == ""


@pytest.mark.parametrize(("window", "text"), [("#ffffff", "#101010"), ("#101010", "#f0f0f0")])
def test_numbers_are_drawn_in_the_text_colour_and_the_bar_in_its_own(qtbot, window, text):
    bar = ColourBar()
    qtbot.addWidget(bar)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(window))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(text))
    bar.setPalette(palette)
    bar.set_range(0.0, 1.0, lut("gray"), "probability")
    bar.resize(bar.sizeHint().width(), 300)
    image = bar.grab().toImage()
    em = bar.fontMetrics().height()
    x = round(em * 0.95)
    assert image.pixelColor(x, em + 4).lightness() > 240
    assert image.pixelColor(x, 300 - em - 4).lightness() < 15
    colours = {image.pixelColor(i, j).name() for i in range(2 * em, image.width()) for j in range(300)}
    assert text in colours
    assert window in colours


def test_the_width_does_not_depend_on_the_height(qtbot):
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.set_range(0.0, 3.1e-5, lut("gray"), "probability squared")
    widths = set()
    for height in (80, 200, 700):
        bar.resize(100, height)
        widths.add(bar.sizeHint().width())
    assert len(widths) == 1


def test_it_says_its_range_to_screen_readers(qtbot):
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.set_range(-0.5, 0.5, lut("gray"), "logit")
    assert bar.accessibleDescription() == "-0.5 to 0.5 logit"
    bar.set_range(0, 0, None)
    assert bar.accessibleDescription() == "no range"
