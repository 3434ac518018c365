"""A state of a mask predictor that a bad disk or a stranger changed is refused in a sentence, never shown as a map."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from direct import PlainModel, request_for

from salviewer.api import Trained
from salviewer.errors import InvalidChoice
from salviewer_plugins.mask_predictor.generator import MaskGenerator, generator_from, tensors_of
from salviewer_plugins.mask_predictor.predicting import predictor_of


def test_weights_that_are_no_numbers_are_refused():
    tensors = {name: np.array(value) for name, value in tensors_of(MaskGenerator([7, 5], 3, 4)).items()}
    tensors["last.bias"][:] = np.nan
    with pytest.raises(InvalidChoice, match=r"“last\.bias” that are no numbers.*damaged"):
        generator_from(tensors, [7, 5], 3, 4)


@pytest.mark.parametrize(("channels", "classes", "width"), [([], 3, 4), ([7, 5], 0, 4), ([7, -5], 3, 4), ([7], 3, -2)])
def test_a_network_that_cannot_be_is_refused(channels, classes, width):
    with pytest.raises(InvalidChoice, match="cannot be.*damaged"):
        generator_from({}, channels, classes, width)


@pytest.mark.parametrize(
    ("name", "value"), [("classes", "many"), ("width", [8]), ("eta", "steep"), ("h", float("nan")), ("h", None)]
)
def test_a_setting_that_is_no_number_is_named(name, value):
    about = {"taps": [], "classes": 3, "width": 4, "transformer": "basic", "eta": 1.5, "h": 2.5, name: value}
    tap = {"number": 1, "channels": 7, "size": [4, 4], "place": "pool"}
    trained = Trained(tensors_of(MaskGenerator([7], 3, 4)), {**about, "taps": [tap]})
    x = torch.zeros(1, 3, 8, 8)
    model = PlainModel(lambda x: x.mean((2, 3)), 3)
    with pytest.raises(InvalidChoice, match=f"“{name}”: its file is damaged"):
        predictor_of(replace(request_for(model, x), trained=trained))


def test_putting_a_predictor_together_loads_no_compiler():
    asked = (
        "import sys; from salviewer_plugins.mask_predictor.generator import *; "
        "generator_from(tensors_of(MaskGenerator([7, 5], 3, 4)), [7, 5], 3, 4); "
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0  # noqa: S603
