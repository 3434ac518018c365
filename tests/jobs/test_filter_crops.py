"""Crops read again from their collection, and the contact sheet of a file in the terminal."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from salviewer.api import FilterGallery, ModelRef, Trained
from salviewer.cli.app import app
from salviewer.errors import InvalidChoice
from salviewer.jobs.filter_crops import GREY, crop_of, sample_ref
from salviewer.jobs.filter_files import learned_sheet, read_either
from salviewer.jobs.shelf import Shelf

COLLECTION = {"key": "an8flower-single-6c", "params": {"seed": 3}, "limit": None}
MODEL = ModelRef(architecture="an8flower-cnn")


@pytest.fixture(scope="module")
def shelf():
    return Shelf(device="cpu")


def trained(labels=("red", "blue")):
    none = np.zeros((0, 0, 0), np.float32)
    made = tuple(
        FilterGallery(
            label, np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.float32),
            np.full(1, np.nan, np.float32), none, np.full((1, 8, 8, 3), 90, np.uint8), none,
            layers=({"name": "conv1", "number": 1, "kind": "convolution", "field": 5},),
            crops=((("p1", 0, 0, 5, 5),),), collection=COLLECTION, label=label,
        )
        for label in labels
    )  # fmt: skip
    return Trained({}, {}, made, provenance={"model": {"architecture": "net"}, "collection": {"key": "folder"}})


def test_a_crop_is_what_the_model_sees_there(shelf):
    name = shelf.sample_ids(COLLECTION["key"], COLLECTION["params"])[7]
    model = shelf.model(MODEL)
    with torch.no_grad():
        seen = model.decode(model.prepare(shelf.source(sample_ref(COLLECTION, name))).tensor)[0]
    whole, size = crop_of(shelf, MODEL, COLLECTION, (name, 0, 0, seen.shape[2], seen.shape[1]))
    assert size == tuple(seen.shape[1:])
    np.testing.assert_allclose(whole / 255, seen.permute(1, 2, 0).numpy().clip(0, 1), atol=0.5 / 255 + 1e-5)
    part, _ = crop_of(shelf, MODEL, COLLECTION, (name, -2, 5, 3, 9))
    assert part.shape == (4, 5, 3)
    assert (part[:, :2] == GREY).all()
    np.testing.assert_array_equal(part[:, 2:], whole[5:9, :3])
    beyond, _ = crop_of(shelf, MODEL, COLLECTION, (name, -9, -9, -4, -4))
    assert (beyond == GREY).all()


def test_a_sample_that_is_gone_is_named(shelf):
    with pytest.raises(InvalidChoice, match="no sample “nobody”"):
        crop_of(shelf, MODEL, COLLECTION, ("nobody", 0, 0, 5, 5))


def test_the_sheet_of_a_file(tmp_path):
    file = trained().save(tmp_path / "t.safetensors")
    assert isinstance(read_either(file), Trained)
    run = CliRunner().invoke
    for ending, head in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        out = tmp_path / "made" / f"sheet.{ending}"
        answer = run(app, ["filters", str(file), "-o", str(out), "--class", "blue"])
        assert answer.exit_code == 0, answer.output
        assert out.read_bytes().startswith(head)
    assert run(app, ["filters", str(file), "-o", str(tmp_path / "x.gif")]).exit_code != 0


def test_what_has_no_filters_says_so():
    with pytest.raises(InvalidChoice, match="no filters"):
        learned_sheet(Trained({}), ".png")
    with pytest.raises(InvalidChoice, match="choose one of “red”, “blue”"):
        learned_sheet(trained(), ".png", "green")
