"""Stored and read back the same; grids, progress and specs do what they say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import ValidationError

from salviewer.api import (
    Explanation,
    GridMap,
    Heatmap,
    InputRef,
    JobSpec,
    ModelRef,
    Prediction,
    Preprocessing,
    Progress,
    UnknownEvidence,
)
from salviewer.api.archive import read
from salviewer.errors import Cancelled, UnreadableInput


def heat(**facts):
    values = np.array([[0.5, np.nan, -2.0]], dtype=np.float32)
    return Heatmap("map", values, **facts)


def test_an_explanation_comes_back_as_it_was_saved(tmp_path):
    grid = GridMap((4, 6), (1, 3), ((2, 0, 1), (0, 2, 0.5), (0, 0, 1)), ("resized",))
    before = Explanation(
        (heat(signed=True, unit="logit"), heat(series="rounds", at=2.0)), ("n",), "stopped", grid, {"seed": 3}
    )
    path = before.save(tmp_path / "e.safetensors")
    assert read(path) == before
    assert list(tmp_path.iterdir()) == [path]


def test_evidence_of_an_unknown_kind_comes_back_by_name(tmp_path):
    strange = UnknownEvidence("spots", "spot-list", {"at": np.arange(3)}, {"name": "spots"})
    path = Explanation((heat(), strange)).save(tmp_path / "e.safetensors")
    assert read(path).evidence[1] == strange


@pytest.mark.parametrize("content", [b"", b"not a file of ours", b"\xff" * 64])
def test_what_is_no_explanation_is_one_sentence(tmp_path, content):
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"x\.safetensors"):
        read(tmp_path / "x.safetensors")


def test_a_weights_file_is_no_explanation(tmp_path):
    from safetensors.numpy import save_file

    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "w.safetensors")
    with pytest.raises(UnreadableInput, match="no SalViewer explanation"):
        read(tmp_path / "w.safetensors")


def test_a_heatmap_is_float32_in_two_or_three_dimensions():
    for wrong in (np.zeros((2, 2)), np.zeros(3, np.float32)):
        with pytest.raises(TypeError, match="float32"):
            Heatmap("m", wrong)
    with pytest.raises(TypeError, match="first evidence"):
        Explanation((UnknownEvidence("a"),))


def test_equality_looks_at_the_arrays():
    assert heat() == heat()
    assert heat() != heat(signed=True)
    assert heat() != Heatmap("map", np.zeros((1, 3), np.float32))


def test_the_field_of_view_of_a_resized_and_cropped_picture():
    # 8 x 12 source, halved to 4 x 6, columns 1..4 cut out: the model sees source columns 2..10.
    grid = GridMap((8, 12), (4, 4), ((2, 0, 0.5), (0, 2, 2.5), (0, 0, 1)))
    assert grid.box() == ((0, 8), (2, 10))
    back = grid.to_source(np.ones((4, 4), np.float32))
    assert np.isnan(back[:, [0, 1, 10, 11]]).all()
    assert (back[:, 2:10] == 1).all()


def test_a_coarser_map_covers_the_same_field_of_view():
    grid = GridMap((8, 12), (4, 4), ((2, 0, 0.5), (0, 2, 2.5), (0, 0, 1)))
    coarse = np.array([[1, 2], [3, 4]], dtype=np.float32)
    back = grid.to_source(coarse)
    assert back[0, 2] == 1
    assert back[7, 9] == 4
    assert np.isnan(back[0, 1])
    assert np.nanmean(back) == pytest.approx(2.5)


def test_grid_maps_are_plain_values():
    grid = GridMap.identity((3, 4, 5))
    assert GridMap.from_dict(json.loads(json.dumps(grid.as_dict()))) == grid


def test_progress_rises_and_asks_for_a_preview_when_it_is_due():
    now, heard, made = [0.0], [], []
    progress = Progress(lambda f, m, e: heard.append((f, m, bool(e))), clock=lambda: now[0])

    def preview():
        made.append(now[0])
        return (heat(),)

    for fraction, at in [(0.1, 0.0), (0.05, 0.1), (0.3, 0.39), (0.5, 0.41), (1.2, 0.5)]:
        now[0] = at
        progress(fraction, "m", preview)
    assert made == [0.0, 0.41]
    assert [f for f, _, _ in heard] == [0.1, 0.1, 0.3, 0.5, 1.0]


def test_a_part_of_progress_fills_its_share_and_hears_cancel():
    heard, stop = [], []
    progress = Progress(lambda f, m, e: heard.append(f), lambda: bool(stop))
    part = progress.part(0.5, 1.0).part(0.0, 0.5)
    part(0.0)
    part(1.0)
    assert heard == [0.5, 0.75]
    stop.append(1)
    with pytest.raises(Cancelled):
        part(0.5)
    with pytest.raises(Cancelled):
        part.check()


def spec(**more):
    values = {
        "method": "glas",
        "model": ModelRef(architecture="net", weights="/a/w", sha256="1"),
        "input": InputRef(source="/a/dog.jpg", sha256="2"),
    }
    return JobSpec(**(values | more))


def test_a_fingerprint_follows_content_not_paths():
    moved = spec(
        model=ModelRef(architecture="net", weights="/b/w", sha256="1"), input=InputRef(source="/b/d.jpg", sha256="2")
    )
    assert moved.fingerprint("1.0") == spec().fingerprint("1.0")
    for other in (spec(seed=1), spec(params={"grid": 3}), spec(input=InputRef(source="/a/dog.jpg", sha256="3"))):
        assert other.fingerprint("1.0") != spec().fingerprint("1.0")
    assert spec().fingerprint("1.1") != spec().fingerprint("1.0")


def test_specs_travel_as_json():
    assert JobSpec.model_validate_json(spec(target="tabby").model_dump_json(exclude_defaults=True)) == spec(
        target="tabby"
    )


def test_the_top_classes():
    prediction = Prediction(("a", "b", "c"), (0.0, 2.0, 1.0), (0.1, 0.6, 0.3))
    assert prediction.top(2) == [(1, "b", 0.6), (2, "c", 0.3)]


@pytest.mark.parametrize(
    "wrong", [{"mean": (1, 2)}, {"std": (0.0,)}, {"resize": 0}, {"crop": (5, -1)}, {"scale": 0}, {"channels": "CMY"}]
)
def test_a_preprocessing_that_cannot_work_is_refused(wrong):
    with pytest.raises(ValidationError):
        Preprocessing(**wrong)
