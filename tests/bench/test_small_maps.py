"""Small maps: where they lie on the picture, what float16 does to them, and that they are kept with their cell."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from salviewer.api import Explanation, GridMap, Heatmap, ModelRef, Volume
from salviewer.bench.small_maps import SIDE, pack, small_map, unpack
from salviewer.bench.spec import Asked, BenchSpec
from salviewer.bench.store import FILE, Row, Store
from salviewer.bench.thumbnails import thumbnail
from salviewer.errors import Unavailable

ROW = Row("m", "p", "x", "", "seconds", 1, 0.5, 0.5)


def explanation(values, grid=None):
    return Explanation((Heatmap("map", values.astype(np.float32)),), grid=grid)


def test_a_map_that_is_small_stays_as_it_is():
    values = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(small_map(explanation(values)), values)


def test_a_volumes_map_and_thumbnail_show_one_slice():
    """What is bright at the patient's left, front and back, is at the right of both, above and below."""
    affine = np.diag([-1.0, 1, 1, 1])
    array = np.zeros((8, 10, 5), np.float32)
    array[7, 9, 2] = 1
    array[7, 0, 2] = 1
    volume = Volume(array, affine, "v", "", ("L", "A", "S"))
    rows = tuple(map(tuple, np.eye(4)[:, [2, 1, 0, 3]].tolist()))
    grid = GridMap((8, 10, 5), (5, 10, 8), rows, (), tuple(map(tuple, affine.tolist())), "LAS")
    found = small_map(explanation(array.transpose(2, 1, 0), grid))
    assert found.shape == (10, 8)
    assert np.argwhere(found > 0.5).tolist() == [[0, 7], [9, 7]]
    shown = thumbnail(volume, None, 64)
    assert np.argwhere(shown[:, :, 0] > 128).tolist() == [[0, 7], [9, 7]]


def test_halving_averages_and_keeps_the_sides():
    values = np.zeros((2 * SIDE, SIDE))
    values[:, SIDE // 2 :] = 1.0
    found = small_map(explanation(values))
    assert found.shape == (SIDE, SIDE // 2)
    assert found[:, 0] == pytest.approx(0.0)
    assert found[:, -1] == pytest.approx(1.0)
    assert found.mean() == pytest.approx(0.5, abs=1e-6)


def test_what_the_model_did_not_see_has_no_value():
    # The model saw columns 50 to 149 of a picture of 100 x 200.
    grid = GridMap((100, 200), (100, 100), ((1.0, 0.0, 0.0), (0.0, 1.0, 50.0), (0.0, 0.0, 1.0)))
    found = small_map(explanation(np.ones((100, 100)), grid))
    assert found.shape == (32, 64)
    assert np.isfinite(found[:, 16:48]).all()
    assert np.isnan(found[:, :16]).all()
    assert np.isnan(found[:, 48:]).all()


def test_of_a_volume_the_middle_slice_is_kept():
    values = np.zeros((5, 6, 7))
    values[2] = 3.0
    np.testing.assert_array_equal(small_map(explanation(values)), np.full((6, 7), 3.0))


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e9])
def test_tiny_and_huge_values_survive(scale):
    values = (np.linspace(-1, 1, 20).reshape(4, 5) * scale).astype(np.float32)
    np.testing.assert_allclose(unpack(*pack(values)), values, rtol=1e-3, atol=1e-3 * scale)


def test_zeros_and_gaps_survive():
    values = np.array([[0.0, np.nan]], np.float32)
    np.testing.assert_array_equal(unpack(*pack(values)), values)


def test_a_map_is_kept_with_its_cell_and_the_newest_counts(tmp_path):
    with Store(tmp_path) as store:
        store.add("k", [ROW], np.zeros((2, 3), np.float32))
        store.add("l", [ROW], np.ones((2, 3), np.float32))
        store.add("m", [ROW._replace(method="y")])
    with Store(tmp_path) as store:
        np.testing.assert_array_equal(store.heatmap("m", "p", "x"), np.ones((2, 3)))
        assert store.heatmap("m", "p", "y") is None


def test_a_cell_that_fails_leaves_no_map(tmp_path):
    def rows():
        yield ROW
        raise RuntimeError("killed")

    with Store(tmp_path) as store:
        with pytest.raises(RuntimeError):
            store.add("k", rows(), np.ones((1, 1), np.float32))
        assert store.heatmap("m", "p", "x") is None


def test_a_store_from_before_there_were_maps_gets_them(tmp_path):
    old = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    old.execute("CREATE TABLE cells (key TEXT PRIMARY KEY)")
    old.execute(
        "CREATE TABLE rows (key TEXT, model TEXT, picture TEXT, method TEXT, metric TEXT, value_name TEXT, "
        "headline INTEGER, value REAL, seconds REAL, note TEXT, error TEXT)"
    )
    old.execute("INSERT INTO rows VALUES ('k', 'm', 'p', 'x', '', 'seconds', 1, 0.5, 0.5, '', '')")
    old.execute("INSERT INTO cells VALUES ('k')")
    old.close()
    with Store(tmp_path) as store:
        assert store.has("k")
        assert list(store.rows()) == [ROW]
        assert store.heatmap("m", "p", "x") is None
        store.add("l", [ROW], np.ones((2, 2), np.float32))
        assert store.heatmap("m", "p", "x").shape == (2, 2)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="choose a folder that you may write to"):
        Store(tmp_path / "file" / "runs")
    (tmp_path / "runs" / FILE).mkdir(parents=True)
    with pytest.raises(Unavailable, match="choose a folder that you may write to"):
        Store(tmp_path / "runs")


def test_what_was_asked_for_is_remembered(tmp_path):
    spec = BenchSpec(models=(ModelRef(architecture="net"),), methods=(Asked(key="x"),), metrics=(), collection="c")
    with Store(tmp_path) as store:
        assert store.remembered() is None
        store.remember(spec)
        store.remember(spec.model_copy(update={"seed": 3}))
    with Store(tmp_path) as store:
        assert store.remembered() == spec.model_copy(update={"seed": 3})


def test_a_file_that_is_damaged_later_is_said(tmp_path):
    with Store(tmp_path) as store:
        for i in range(300):
            store.add(f"key {i}", [ROW] * 4)
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(Unavailable, match="damaged"), Store(tmp_path) as store:
        list(store.rows())
