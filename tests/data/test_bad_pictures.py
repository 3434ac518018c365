import errno
import os
import re
import time
import warnings

import numpy as np
import pytest
from bad_pictures import READ, REFUSED, animation, five_pages, some_nan, unopenable
from picture_files import saved
from PIL import Image

from salviewer.data import limits
from salviewer.data.pictures import read_picture
from salviewer.errors import InvalidChoice, NeedsChoice, SalViewerError, UnreadableInput


def assert_plain(error, tmp_path):
    """One sentence for a person: no traceback, no path, no line break, not a book."""
    said = str(error)
    assert re.fullmatch(r"[^\n]{15,300}[.)]", said), said
    assert "Traceback" not in said
    assert str(tmp_path) not in said
    assert "/" not in said


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_each_bad_file_gets_its_code_and_a_sentence(case, tmp_path, capfd):
    path = tmp_path / case.file
    path.write_bytes(case.make(np.random.default_rng(0)))
    start = time.process_time()
    with pytest.raises(SalViewerError) as caught:
        read_picture(path)
    assert time.process_time() - start < 2
    assert caught.value.code == case.code
    assert case.says in str(caught.value)
    assert case.file in str(caught.value)
    assert_plain(caught.value, tmp_path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("odd", READ, ids=lambda c: c.name)
def test_odd_files_are_read_and_what_was_done_is_noted(odd, tmp_path, capfd):
    path = tmp_path / odd.file
    path.write_bytes(odd.make(np.random.default_rng(0)))
    picture = read_picture(path)
    assert picture.pixels.shape == odd.shape
    assert picture.pixels.dtype == np.uint8
    assert {note.code for note in picture.warnings} >= set(odd.codes)
    assert all(note.text.endswith(".") and "\n" not in note.text for note in picture.warnings)
    assert capfd.readouterr() == ("", "")


def test_things_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    expected = {
        tmp_path: "not-a-file",
        tmp_path / "pipe.png": "not-a-file",
        tmp_path / "loop.png": "not-a-file",
        "/dev/zero": "not-a-file",
        tmp_path / "missing.png": "not-found",
        tmp_path / "gone.png": "not-found",
        tmp_path / ("x" * 5000): "not-found",
        tmp_path / "a\0b.png": "not-found",
        "": "not-a-file",
    }
    for path, code in expected.items():
        with pytest.raises(UnreadableInput) as caught:
            read_picture(path)
        assert caught.value.code == code, path
        assert_plain(caught.value, tmp_path)


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, "not-a-file"), (errno.EIO, "io-error")])
def test_a_file_that_the_system_withholds(tmp_path, monkeypatch, number, code):
    (tmp_path / "a.png").write_bytes(b"x")
    unopenable(monkeypatch, number)
    with pytest.raises(UnreadableInput) as caught:
        read_picture(tmp_path / "a.png")
    assert caught.value.code == code


def test_a_name_cannot_break_the_message(tmp_path):
    path = tmp_path / "a\nTraceback\x1b[31m.png"
    path.write_bytes(b"")
    with pytest.raises(UnreadableInput) as caught:
        read_picture(path)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_questions_name_the_option_and_its_choices(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(five_pages())
    with pytest.raises(NeedsChoice) as caught:
        read_picture(path)
    assert (caught.value.option, caught.value.choices) == ("page", ("1", "2", "3", "4", "5"))


@pytest.mark.parametrize("page", [2, "2"])
@pytest.mark.parametrize(("make", "value"), [(five_pages, 10), (animation, 80)])
def test_a_page_is_picked_by_its_number(tmp_path, make, value, page):
    path = tmp_path / "a"
    path.write_bytes(make())
    picture = read_picture(path, {"page": page})
    assert picture.pixels[0, 0, 0] == value
    assert "page" in {note.code for note in picture.warnings}


@pytest.mark.parametrize(
    "options", [{"page": 6}, {"page": 0}, {"page": "two"}, {"page": 1.5}, {"alpha": "pink"}, {"aplha": "white"}]
)
def test_options_that_do_not_exist(tmp_path, options):
    path = tmp_path / "a.tif"
    path.write_bytes(five_pages())
    with pytest.raises(InvalidChoice) as caught:
        read_picture(path, options)
    assert caught.value.code == "bad-option"


def test_numbers_that_are_not_finite_are_replaced_only_when_told(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(some_nan())
    pixels = read_picture(path, {"nonfinite": "zero"}).pixels[..., 0]
    expected = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    expected[2, 3] = expected[4, 5] = 0
    np.testing.assert_allclose(pixels, expected, atol=1e-7)


def test_memory_is_checked_before_it_is_taken(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("RGB", (500, 500)), "PNG"))
    monkeypatch.setattr(limits, "BUDGET_BYTES", 500 * 500 * 7 - 1)
    with pytest.raises(UnreadableInput, match="takes 1.8 MB of memory") as caught:
        read_picture(path)
    assert caught.value.code == "over-budget"
    monkeypatch.setattr(limits, "BUDGET_BYTES", 500 * 500 * 7)
    assert read_picture(path).pixels.shape == (500, 500, 3)


def test_a_real_picture_beyond_the_librarys_limit_is_read_within_ours(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("1", (15_000, 15_000), 1), "PNG"))
    pixels_limit, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    pixels = read_picture(path).pixels
    assert pixels.shape == (15_000, 15_000, 1)
    assert pixels.min() == 255
    assert (Image.MAX_IMAGE_PIXELS, warnings.filters) == (pixels_limit, filters)
