"""Registration of a synthetic head that was moved in a known way; what is refused; the file; the checkerboard."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from salviewer.api import Progress, Volume
from salviewer.data.checkerboard import board_picture, checkerboard
from salviewer.data.registration_result import Registration, check_plausible
from salviewer.errors import Cancelled, InvalidChoice, Unavailable, UnreadableInput
from salviewer.numeric.slicing import Convention

SHAPE = (44, 52, 44)
AFFINE = np.array([[-4.0, 0, 0, 86], [0, 4, 0, -100], [0, 0, 4, -86], [0, 0, 0, 1]])


def head(points):
    """Brightness at `points` (n, 3), RAS+ mm: nothing in it is the same on two sides."""
    x, y, z = points.T
    radius = np.sqrt((x / 65) ** 2 + (y / 82) ** 2 + (z / 70) ** 2)
    value = np.where(radius < 1, 0.8, 0.0) + np.where(radius < 0.88, -0.3, 0.0)
    for centre, size, bright in (
        ((-25, 30, 10), 18, 0.4), ((20, -35, 25), 22, -0.35), ((10, 45, -25), 14, 0.35), ((-15, -20, -35), 20, -0.3),
        ((35, 10, 15), 12, 0.45), ((0, 0, 45), 12, 0.3),
    ):  # fmt: skip
        distance = np.linalg.norm(points - np.array(centre), axis=1)
        value += bright * np.clip((size - distance) / 6 + 0.5, 0, 1)
    return np.clip(value, 0, 1)


def volume(move=None, *, affine=AFFINE, name="fixed", axcodes=("L", "A", "S"), contrast=1.0):
    """The head on a grid of 4 mm; `move` (4, 4) leads from this volume's millimetres to those of the head."""
    index = np.indices(SHAPE).reshape(3, -1).T
    mm = index @ affine[:3, :3].T + affine[:3, 3]
    points = mm if move is None else mm @ move[:3, :3].T + move[:3, 3]
    values = head(points).reshape(SHAPE) ** contrast
    return Volume((1000 * values).astype(np.float32), affine, name, name * 4, axcodes)


def known_move():
    """Turned by 8 and 5 degrees, larger by 6, 0 and smaller by 5 per cent, shifted by some mm."""
    a, b = np.radians(8), np.radians(5)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    move = np.eye(4)
    move[:3, :3] = turn @ nod @ np.diag([1.06, 1.0, 0.95])
    move[:3, 3] = [7, -9, 5]
    return move


@pytest.fixture(scope="module")
def found():
    pytest.importorskip("SimpleITK")
    from salviewer.data.registration import register

    moving = volume(known_move(), name="moving", contrast=1.4)
    return register(moving, volume()), moving


def test_the_matrix_leads_from_moving_to_fixed_millimetres_right_anterior_superior(found):
    points = np.array([(0, 0, 0), (40, 0, 0), (0, 50, 0), (0, 0, 45), (-35, 20, -30)], float)
    wanted = points @ known_move()[:3, :3].T + known_move()[:3, 3]
    matrix = found[0].affine
    assert np.abs(points @ matrix[:3, :3].T + matrix[:3, 3] - wanted).max() < 1.0  # mm, of voxels of 4 mm
    assert found[0].affine @ found[0].inverse == pytest.approx(np.eye(4), abs=1e-9)


def test_what_was_found_is_better_and_says_so(found):
    result, _ = found
    assert result.after > result.before + 0.1
    assert result.scales == pytest.approx((1.06, 1.0, 0.95), abs=0.03)
    assert result.turned_degrees == pytest.approx(9.4, abs=0.5)
    assert (result.moving, result.fixed, result.notes) == ("moving", "fixed", ())


def test_the_moved_head_lies_on_the_fixed_one(found):
    from salviewer.data.registration import moved

    result, moving = found
    fixed = volume()
    here = moved(moving, fixed, result.affine)
    before = moved(moving, fixed, np.eye(4))
    both = np.isfinite(here) & np.isfinite(before)
    apart = [np.abs(v[both] ** (1 / 1.4) - fixed.array[both] ** (1 / 1.4)).mean() for v in (here, before)]
    assert apart[0] < 0.6 * apart[1]


def part(whole):
    """A cube of 88 mm out of `whole`: quick to register."""
    affine = whole.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ (11, 15, 11)
    return replace(whole, array=whole.array[11:33, 15:37, 11:33], affine=affine)


def test_the_same_volumes_give_the_same_matrix(found):
    from salviewer.data.registration import register

    pair = (part(found[1]), part(volume()))
    assert register(*pair).matrix == register(*pair).matrix


def test_it_stops_when_asked(found):
    from salviewer.data.registration import register

    calls = []

    def cancelled():
        calls.append(1)
        return len(calls) > 6

    with pytest.raises(Cancelled):
        register(part(found[1]), part(volume()), Progress(cancelled=cancelled))
    assert len(calls) <= 8


def test_volumes_that_are_no_heads_are_refused(found):
    from salviewer.data.registration import register

    flat = Volume(np.ones((40, 40, 40), np.float32), np.diag([4.0, 4, 4, 1]), "flat", "", None)
    with pytest.raises(InvalidChoice, match="same value everywhere"):
        register(flat, volume())
    tiny = Volume(np.arange(512, dtype=np.float32).reshape(8, 8, 8), np.eye(4), "tiny", "", None)
    with pytest.raises(InvalidChoice, match="8 × 8 × 8 mm large"):
        register(tiny, volume())


def test_without_simpleitk_the_sentence_names_the_extra(monkeypatch):
    from salviewer.data.registration import register

    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    with pytest.raises(Unavailable, match=r"salviewer\[mri\]"):
        register(volume(), volume())


@pytest.mark.parametrize(
    ("linear", "said"),
    [(np.diag([-1.0, 1, 1]), "swap left and right"), (np.diag([2.5, 2.4, 2.3]), "2.50, 2.40, 2.30"),
     (np.diag([1.6, 1, 0.7]), "1.60, 1.00, 0.70")],
)  # fmt: skip
def test_what_is_no_map_between_two_heads_is_refused(linear, said):
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    with pytest.raises(InvalidChoice, match=said):
        check_plausible(matrix, volume(name="moving"), volume())


def test_an_unknown_orientation_and_a_large_turn_are_noted():
    turn = np.array([[0.0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    notes = check_plausible(turn, volume(name="moving", axcodes=None), volume())
    assert "90 degrees" in notes[0]
    assert "moving does not say where left is" in notes[1]


# -- the file ---------------------------------------------------------------------------------------------------------


def result(**more):
    plain = {"matrix": tuple(known_move().ravel()), "before": 0.1, "after": 0.5, "seconds": 2.0, "moving": "a.nii",
             "moving_sha256": "aa", "fixed": "b.nii", "fixed_sha256": "bb", "notes": ("x",)}  # fmt: skip
    return Registration(**{**plain, **more})


def test_it_is_kept_as_json_and_read_back(tmp_path):
    path = result().save(tmp_path / "transform.json")
    assert Registration.load(path) == result()
    assert json.loads(path.read_text())["moving_sha256"] == "aa"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "other"}', "null", '{"format": "salviewer-registration-1"}']
)
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text or " ")
    with pytest.raises(UnreadableInput, match="no registration"):
        Registration.load(tmp_path / "x.json")


def test_a_matrix_that_cannot_be_inverted_is_refused(tmp_path):
    path = result(matrix=(0.0,) * 16).save(tmp_path / "x.json")
    with pytest.raises(UnreadableInput, match="no registration"):
        Registration.load(path)


# -- the checkerboard -------------------------------------------------------------------------------------------------


def test_tiles_take_turns():
    dark, bright = np.zeros((8, 8, 8)), np.ones((8, 8, 8))
    dark[0, 0, 1], bright[7, 7, 6] = 1, 0  # so that each has a range
    board = checkerboard(dark, bright, tiles=4)
    assert board.dtype == np.float32
    assert board[0, 0, 0] == 0
    assert board[2, 0, 0] == board[0, 2, 0] == board[0, 0, 2] == 1
    assert board[2, 2, 0] == 0


@pytest.mark.parametrize("radiological", [True, False])
def test_left_is_where_the_convention_puts_it_whatever_way_the_voxels_run(radiological):
    board = np.zeros(SHAPE, np.float32)
    board[30:] = 1  # AFFINE runs to the left, so these are to the left
    page = board_picture(board, volume(), Convention(radiological))
    axial = np.asarray(page.convert("L"), float)[:, 12:432][page.height // 2]
    left, right = (axial[-100], axial[100]) if radiological else (axial[100], axial[-100])
    assert left > 200
    assert right < 50


def test_the_nose_points_where_it_is_wanted():
    board = np.zeros(SHAPE, np.float32)
    board[:, SHAPE[1] // 2 :] = 1  # the front
    for nose_left in (True, False):
        page = board_picture(board, volume(), Convention(nose_left=nose_left))
        sagittal = np.asarray(page.convert("L"), float)[:, -432:-12][page.height // 2]
        assert bool(sagittal[100] > sagittal[-100]) is nose_left
