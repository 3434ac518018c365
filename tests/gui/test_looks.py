from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from salviewer.gui import looks
from salviewer.gui.values import MODES, Display


def test_a_display_survives_json():
    display = Display(mode="masked", contours=(75.0, 90.0), brightness=0.1, band_low=20.0)
    assert Display(**json.loads(json.dumps(asdict(display)))) == display


def test_the_overlay_is_one_of_the_modes():
    assert [mode for mode in MODES if Display(mode=mode).overlay] == ["overlay"]
    assert looks.overlay_toggled(Display()).mode == "original"
    assert looks.overlay_toggled(Display(mode="masked")).mode == "overlay"


def test_a_masked_picture_keeps_the_top_fifth_until_somebody_chooses():
    assert looks.band(Display()) == (0.0, 100.0)
    assert looks.band(Display(mode="masked")) == (80.0, 100.0)
    assert looks.band(Display(mode="masked", band_low=50.0)) == (50.0, 100.0)


def test_contours_go_on_and_off():
    display = looks.contours_toggled(Display())
    assert display.contours == (90.0,)
    assert looks.contour_set(display, 50.0, on=True).contours == (50.0, 90.0)
    assert looks.contour_set(display, 90.0, on=False).contours == ()
    assert looks.contours_toggled(display).contours == ()


def test_dragging_up_brightens_and_dragging_right_flattens():
    up = looks.tone_dragged(Display(), 0, -25, gray=False)
    assert up.brightness == pytest.approx(0.1)
    assert up.contrast == 1.0
    assert looks.tone_dragged(Display(), 50, 0, gray=False).contrast < 1.0
    assert looks.tone_dragged(Display(), 0, 9999, gray=False).brightness == -1.0
    assert looks.tone_dragged(Display(), -9999, 0, gray=False).contrast == looks.MOST_CONTRAST


def test_the_level_of_a_gray_picture_stays_while_its_window_widens():
    # window 127.5 about level 63.75: (v - 1/2) 2 + 1/2 + 1/2
    narrow = replace(Display(), contrast=2.0, brightness=0.5)
    assert looks.tone_words(narrow, gray=True) == "window 128, level 64"
    wider = looks.tone_dragged(narrow, 100, 0, gray=True)
    assert looks.tone_words(wider, gray=True) == "window 190, level 64"


def test_what_is_said_of_the_tone():
    assert looks.tone_words(Display(), gray=False) == ""
    assert looks.tone_words(Display(brightness=0.1, contrast=1.3), gray=False) == "brightness +10 %, contrast 1.3"
    assert looks.tone_reset(Display(brightness=0.1, contrast=1.3)) == Display()
