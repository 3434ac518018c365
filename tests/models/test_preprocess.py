from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms as tv

from salviewer.api import IMAGENET, Picture, Preprocessing
from salviewer.errors import UnreadableInput
from salviewer.models.preprocess import decode, encode, prepare

MODES = tv.InterpolationMode
SIZES = [(40, 60), (61, 47), (33, 33), (17, 90), (224, 1)]
RECIPES = [
    (32, (28, 28), "bilinear"),
    (33, (33, 20), "bilinear"),
    (31, (27, 27), "bicubic"),
    (20, (27, 40), "bilinear"),
    (90, (64, 71), "bilinear"),
    ((25, 50), None, "bicubic"),
    (None, (30, 30), "bilinear"),
    (24, None, "nearest"),
    (None, None, "bilinear"),
]


def picture(pixels) -> Picture:
    return Picture(pixels, "test", "hash")


def noise(h: int, w: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(h * 1000 + w).integers(0, 256, (h, w, channels), np.uint8)


def peer(pixels: np.ndarray, resize, crop, interpolation: str, mean, std) -> torch.Tensor:
    steps = []
    if resize is not None:
        steps.append(tv.Resize(resize, MODES(interpolation)))
    if crop is not None:
        steps.append(tv.CenterCrop(crop))
    chain = tv.Compose([*steps, tv.ToTensor(), tv.Normalize(mean, std)])
    return chain(Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("resize", "crop", "interpolation"), RECIPES)
@pytest.mark.parametrize("channels", [3, 1])
def test_it_does_what_torchvision_does(size, resize, crop, interpolation, channels):
    mean, std = (IMAGENET.mean, IMAGENET.std) if channels == 3 else ((0.4,), (0.2,))
    p = Preprocessing(
        resize=resize,
        crop=crop,
        interpolation=interpolation,
        mean=mean,
        std=std,
        channels="RGB" if channels == 3 else "gray",
    )
    pixels = noise(*size, channels)
    x = prepare(picture(pixels), p, channels)
    expected = peer(pixels, resize, crop, interpolation, mean, std)
    assert x.tensor.shape == (1, *expected.shape) and x.tensor.dtype == torch.float32
    assert (x.tensor[0] - expected).abs().max() < 1e-6
    assert x.grid.source_shape == size and x.grid.model_shape == tuple(expected.shape[1:])
    assert x.ref == "hash" and x.notes == ()


@pytest.mark.parametrize("size", SIZES[:3])
@pytest.mark.parametrize(("resize", "crop", "interpolation"), RECIPES)
def test_float_pictures_go_the_same_way_without_rounding(size, resize, crop, interpolation):
    p = Preprocessing(resize=resize, crop=crop, interpolation=interpolation, mean=(0.5,), std=(0.5,))
    pixels = 96 + noise(*size) // 4  # bicubic overshoot stays within a byte
    exact = prepare(picture((pixels / np.float32(255)).astype(np.float32)), p, 3).tensor
    rounded = prepare(picture(pixels), p, 3).tensor
    # Pillow rounds bytes once per axis.
    assert (exact - rounded).abs().max() < 2 * 1.3 / 255


def test_an_elongated_picture_is_cropped_without_being_resized_whole():
    p = Preprocessing(resize=256, crop=(224, 224))
    column = np.linspace(0, 1, 20_000, dtype=np.float32)
    x = prepare(picture(np.repeat(column[None, :, None], 3, 2)), p, 3)
    # 224 of 5,120,000 columns around the middle: all have the middle's value.
    assert x.tensor.shape == (1, 3, 224, 224)
    assert (x.tensor - 0.5).abs().max() < 1e-3
    (_, (left, right)) = x.grid.box()
    assert right - left == pytest.approx(224 / 256) and (left + right) / 2 == pytest.approx(10_000)


def test_the_part_of_a_resized_picture_is_what_cutting_it_out_gives(monkeypatch):
    p = Preprocessing(resize=90, crop=(64, 100))
    pixels = noise(61, 47)
    whole = prepare(picture(pixels), p, 3)
    monkeypatch.setattr("salviewer.models.resizing._MOST_PIXELS", 90 * 90)
    part = prepare(picture(pixels), p, 3)
    assert (whole.tensor - part.tensor).abs().max() <= 1.01 / 255
    assert whole.grid == part.grid


def test_what_would_be_larger_than_any_input_is_refused():
    with pytest.raises(UnreadableInput, match="too large") as refusal:
        prepare(picture(noise(1, 20_000)), Preprocessing(resize=256), 3)
    assert refusal.value.code == "elongated"


@pytest.mark.parametrize("resize", [None, 16, 31, 40, 200, (20, 90)])
@pytest.mark.parametrize("crop", [None, (13, 19), (14, 14), (80, 30), (210, 210)])
@pytest.mark.parametrize("size", [(40, 60), (61, 47)])
def test_a_bright_pixel_comes_back_to_its_place(size, resize, crop):
    """One lit source pixel, seen by the model, is found again within half a pixel of the coarser grid."""
    p = Preprocessing(resize=resize, crop=crop)
    for y, x in ((19, 24), (22, 30), (27, 21)):
        pixels = np.zeros((*size, 3), np.float32)
        pixels[y, x] = 1
        seen = prepare(picture(pixels), p, 3)
        values = seen.tensor[0, 0].numpy()
        edges = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
        if values.max() == 0 or edges.max() > 0:
            assert crop is not None  # it lies outside, or on the rim and is cut through
            continue
        back = np.nan_to_num(seen.grid.to_source(values))
        assert back.shape == size
        rows, columns = np.indices(size)
        centroid = np.array([(back * rows).sum(), (back * columns).sum()]) / back.sum()
        peak = np.unravel_index(np.argmax(back), size)
        coarse = np.maximum(1, seen.grid.scales())
        assert (np.abs(centroid - (y, x)) <= 0.5 * coarse + 1e-3).all()
        assert (np.abs(np.array(peak) - (y, x)) <= 0.5 * coarse + 1e-3).all()


def test_outside_the_crop_there_is_no_value():
    seen = prepare(picture(noise(40, 60)), Preprocessing(crop=(20, 30)), 3)
    back = seen.grid.to_source(np.ones((20, 30), np.float32))
    assert np.isnan(back[:9]).all() and np.isnan(back[:, :14]).all() and (back[10:30, 15:45] == 1).all()


def test_a_padded_crop_lies_around_the_picture():
    seen = prepare(picture(np.full((4, 6, 3), 255, np.uint8)), Preprocessing(crop=(8, 6)), 3)
    assert seen.tensor[0, 0, :, 0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    assert seen.grid.offsets() == (-2, 0)
    assert "padded with black" in seen.grid.steps[0]


def test_steps_are_sentences_in_order():
    seen = prepare(picture(noise(375, 500)), IMAGENET, 3)
    assert seen.grid.steps == ("resized from 500 x 375 px to 341 x 256 px", "cut to the central 224 x 224 px")
    assert prepare(picture(noise(8, 8)), Preprocessing(resize=8, crop=(8, 8)), 3).grid.steps == ()


def test_grey_and_colour_are_converted_and_say_so():
    grey = prepare(picture(noise(8, 8, 1)), Preprocessing(), 3)
    assert torch.equal(grey.tensor[0, 0], grey.tensor[0, 2]) and [n.code for n in grey.notes] == ["gray-to-rgb"]
    pixels = noise(8, 8)
    colour = prepare(picture(pixels), Preprocessing(channels="gray"), 1)
    luma = np.asarray(Image.fromarray(pixels).convert("L")) / 255
    assert np.abs(colour.tensor[0, 0].numpy() - luma).max() < 1e-6
    assert [n.code for n in colour.notes] == ["rgb-to-gray"] and colour.notes[0].text in colour.grid.steps
    fine = prepare(picture((pixels / 255).astype(np.float32)), Preprocessing(channels="gray"), 1)
    assert (fine.tensor - colour.tensor).abs().max() < 1 / 255


@pytest.mark.parametrize(("have", "want"), [(4, 3), (2, 1), (3, 4), (3, 2)])
def test_other_channel_counts_are_refused(have, want):
    with pytest.raises(UnreadableInput, match=f"{have} channels and the network takes {want}") as refusal:
        prepare(picture(noise(8, 8, have)), None, want)
    assert refusal.value.code == "channels"


def test_channel_order_and_scale():
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[:, :, 0] = 255
    p = Preprocessing(channels="BGR", scale=255, mean=(104, 117, 123))
    assert prepare(picture(pixels), p, 3).tensor[0, :, 0, 0].tolist() == [-104, -117, 132]


def test_none_feeds_the_picture_as_it_is():
    pixels = np.linspace(-3, 7, 5 * 6 * 4, dtype=np.float32).reshape(5, 6, 4)
    seen = prepare(picture(pixels), None, None)
    assert torch.equal(seen.tensor[0], torch.from_numpy(pixels).permute(2, 0, 1)) and seen.notes == ()
    assert seen.grid.steps == ()
    scaled = prepare(picture(noise(5, 6)), None, 3)
    assert scaled.tensor.max() <= 1 and [n.code for n in scaled.notes] == ["scaled"]


def test_a_float_picture_out_of_range_is_pointed_out():
    pixels = np.full((4, 4, 3), 200, np.float32)
    notes = prepare(picture(pixels), Preprocessing(), 3).notes
    assert [n.code for n in notes] == ["value-range"] and "200" in notes[0].text


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 3, 2, 4, 5)])
def test_decode_undoes_encode(shape):
    raw = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    for p in (IMAGENET, Preprocessing(scale=255, mean=(104, 117, 123)), Preprocessing(mean=(0.5,), std=(0.5,))):
        assert (decode(encode(raw, p), p) - raw).abs().max() < 1e-6
    by_hand = (raw[0, 1].flatten()[0].item() - 0.456) / 0.224
    assert encode(raw, IMAGENET)[0, 1].flatten()[0].item() == pytest.approx(by_hand, abs=1e-6)
