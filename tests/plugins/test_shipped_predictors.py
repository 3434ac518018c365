"""The mask predictors that ship: they fit their networks, say nothing about the machine, and find what is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.api.trained_file import read_head
from salviewer.jobs.trained_library import trained_states

FILES = sorted((Path(__file__).parents[2] / "resources" / "trained").glob("mask-predictor-*.safetensors"))
FINDS = {"an8flower-cnn": ("an8flower-single-6c", 3), "an8flower-part-2c-cnn": ("an8flower-part-2c", 2)}
"""What it is judged on, and how many times the mean score of all other places the truth's must be."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_belongs_to_a_network_that_ships_and_is_offered_with_it(path):
    name = path.stem.removeprefix("mask-predictor-")
    about = read_head(path)["provenance"]
    assert about["model"]["sha256"] == sv.load_model(name).loaded.sha256
    assert path.name in [one.path.name for one in trained_states(about["model"]["sha256"], "mask-predictor")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_small_and_holds_no_path(path):
    head = json.dumps(read_head(path))
    assert path.stat().st_size < 300_000
    assert str(Path.home()) not in head
    assert not any(place in head for place in ("/tmp", "/home", "/root", "\\\\"))  # noqa: S108 - looked for, not used


@pytest.mark.parametrize("name", FINDS)
def test_its_masks_lie_on_the_flower(name):
    model = sv.load_model(name)
    file = next(path for path in FILES if path.stem == f"mask-predictor-{name}")
    collection, least = FINDS[name]
    samples = sv.collection(collection, subset="held-out")
    ratios = []
    for sample in [samples[i] for i in range(0, len(samples), max(1, len(samples) // 6))]:
        picture = sv.load_input(np.float32(sample.picture.pixels.transpose(2, 0, 1)) / 255)
        mask = sv.explain(model, picture, "mask-predictor", trained=file).heatmap
        whole = np.any(list(sample.masks.values()), axis=0)
        truth = np.asarray(Image.fromarray(whole).resize(mask.shape[::-1], Image.Resampling.NEAREST))
        ratios.append(mask[truth].mean() / mask[~truth].mean())
    assert np.mean(ratios) > least
