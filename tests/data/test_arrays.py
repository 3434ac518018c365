import numpy as np
import pytest
import torch

from salviewer.data.pictures import picture_from_array
from salviewer.errors import UnreadableInput


@pytest.mark.parametrize("make", [lambda a: a, torch.from_numpy, lambda a: torch.from_numpy(a).bfloat16()])
def test_channels_first_becomes_channels_last(make):
    values = np.arange(24, dtype=np.float32).reshape(3, 2, 4) / 32
    picture = picture_from_array(make(values), "x")
    assert picture.pixels.dtype == np.float32
    np.testing.assert_array_equal(picture.pixels, values.transpose(1, 2, 0))
    assert picture.warnings == ()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((5, 7), (5, 7, 1)),
        ((1, 5, 7), (5, 7, 1)),
        ((1, 3, 5, 7), (5, 7, 3)),
        ((5, 7, 3), (5, 7, 3)),
        ((4, 5, 7), (5, 7, 4)),
        ((3, 5, 3), (5, 3, 3)),
    ],
)
def test_shapes(shape, expected):
    assert picture_from_array(np.zeros(shape)).pixels.shape == expected


def test_values_of_any_range_are_kept_and_noted():
    values = np.array([[-2.0, 3.0]])
    picture = picture_from_array(values)
    assert picture.pixels[..., 0].tolist() == [[-2, 3]]
    assert [n.code for n in picture.warnings] == ["value-range"]


def test_a_tensor_that_wants_gradients_and_later_changes():
    x = torch.zeros(3, 2, 2, requires_grad=True)
    picture = picture_from_array(x)
    with torch.no_grad():
        x += 1
    assert not picture.pixels.any()


def test_the_hash_tells_shape_and_content_apart():
    a, b = np.zeros((2, 8), np.float32), np.zeros((4, 4), np.float32)
    hashes = {picture_from_array(v).sha256 for v in (a, b, a + 1, a.astype(np.uint8))}
    assert len(hashes) == 4
    assert picture_from_array(a).sha256 == picture_from_array(a.copy()).sha256


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.zeros(4), "bad-dims"),
        (np.zeros((2, 3, 4, 4)), "bad-dims"),
        (np.zeros((100, 100, 100)), "bad-dims"),
        (np.zeros((0, 4)), "bad-dims"),
        (np.zeros((4, 4), np.int64), "unsupported-kind"),
        (np.zeros((4, 4), complex), "unsupported-kind"),
        (np.array([[None]]), "unsupported-kind"),
        ([[1, 2], [3]], "unsupported-kind"),
        (np.full((4, 4), np.nan), "no-finite-voxels"),
        (np.array([[0, np.nan]]), "non-finite"),
        (np.array([[0, 1e300]]), "non-finite"),
        (np.broadcast_to(np.float32(0), (40_000, 2)), "over-budget"),
    ],
)
def test_arrays_that_are_no_pictures(array, code):
    with pytest.raises(UnreadableInput) as caught:
        picture_from_array(array)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
