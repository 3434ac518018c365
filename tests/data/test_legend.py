import pytest

from salviewer.data.legend import tick_labels, tick_values
from salviewer.data.lettering import Line, wrapped


@pytest.mark.parametrize(
    ("low", "high", "expected", "power"),
    [
        (0, 1, ["0", "0.25", "0.50", "0.75", "1.00"], 0),
        (-2, 2, ["-2", "-1", "0", "1", "2"], 0),
        (0, 12, ["0", "3", "6", "9", "12"], 0),
        (0.0132, 0.2949, ["0.013", "0.084", "0.154", "0.224", "0.295"], 0),
        (0, 2.41e-5, ["0", "0.60", "1.20", "1.81", "2.41"], -5),
        (-3.1e-5, 3.1e-5, ["-3.1", "-1.6", "0", "1.6", "3.1"], -5),
        (0, 4e7, ["0", "1", "2", "3", "4"], 7),
        (1000, 1001, ["1000.00", "1000.25", "1000.50", "1000.75", "1001.00"], 0),
    ],
)
def test_ticks(low, high, expected, power):
    assert tick_labels(tick_values(low, high)) == (expected, power)


def test_text_fits_its_width_and_ends_in_an_ellipsis():
    words = "a class with a name so long that nobody remembers how it began " * 5
    lines = wrapped(words, 16, 300, 2)
    assert len(lines) == 2
    assert all(line.width <= 300 for line in lines)
    assert words.startswith(lines[0].text)
    assert lines[1].text.endswith("…")


def test_one_endless_word_is_broken():
    lines = wrapped("x" * 500, 16, 200, 3)
    assert [line.width <= 200 for line in lines] == [True] * 3
    assert lines[0].text.endswith("-")


def test_short_text_stays_whole_and_clean():
    assert [line.text for line in wrapped("great\nwhite \t shark\x07", 16, 300, 2)] == ["great white shark?"]
    assert wrapped("", 16, 300, 2) == []


def test_letters_that_no_font_has_do_not_break_the_page(monkeypatch):
    monkeypatch.setattr("salviewer.data.lettering._LATER_CHOICES", ())
    assert Line("Größe é 名", 16).text == "Gro?e e ?"
