"""Captioned flowers: pictures, masks and sentences agree, and the shipped network says and reads them right."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest
import torch

import salviewer as sv
from salviewer_plugins.phantoms.caption_net import LONGEST, CaptionNet
from salviewer_plugins.phantoms.captioned import CaptionedFlowers
from salviewer_plugins.phantoms.palette import WALL
from salviewer_plugins.phantoms.params import CaptionedParams
from salviewer_plugins.phantoms.sentences import SENTENCES, VOCABULARY

HELD_OUT = ("red-thin-blue-00", "blue-thick-green-20", "white-thin-pink-35", "yellow-thick-grey-10")


@pytest.fixture(scope="module")
def scenes():
    return CaptionedFlowers().open(CaptionedParams())


def scene(scenes, name):
    return scenes[scenes.ids.index(name)]


def test_every_sentence_has_forty_views(scenes):
    assert len(scenes) == len(set(scenes.ids)) == 48 * 40
    assert len(set(SENTENCES)) == 48
    assert VOCABULARY[0] == "<end>"


def test_the_sentence_is_the_name_and_the_label(scenes):
    sample = scene(scenes, "red-thin-blue-00")
    assert sample.picture.name == "a red flower on a thin stem before a blue wall"
    assert SENTENCES[sample.label] == sample.picture.name
    assert max(len(text.split()) for text in SENTENCES) == LONGEST - 1


def test_the_wall_has_its_colour_and_nothing_else_changes(scenes):
    blue, pink = (scene(scenes, f"red-thin-{wall}-00") for wall in ("blue", "pink"))
    assert np.array_equal(blue.picture.pixels[0, 0], WALL["blue"])
    assert np.array_equal(pink.picture.pixels[0, 0], WALL["pink"])
    away = ~blue.masks["wall"]
    changed = (blue.picture.pixels != pink.picture.pixels).any(axis=2) & away
    assert changed.sum() < 0.05 * away.sum()  # the rims, which show a little of the wall


def test_a_thick_stem_covers_more(scenes):
    thin, thick = (scene(scenes, f"red-{stem}-grey-00").masks["stem"].sum() for stem in ("thin", "thick"))
    assert thick > 1.8 * thin > 0


def test_masks_do_not_overlap(scenes):
    masks = scene(scenes, "blue-thick-green-20").masks
    assert sum(m.astype(int) for m in masks.values()).max() == 1


def test_what_is_described_is_what_is_scored_highest():
    torch.manual_seed(0)
    net, x = CaptionNet().eval(), torch.randn(2, 3, 92, 92)
    with torch.inference_mode():
        words = net.describe(x)
        assert torch.equal(net(x, words).argmax(2), words)


def test_the_model_card_states_what_was_measured():
    card = (resources.files("salviewer_resources") / "models" / "flower_captions.md").read_text()
    assert float(re.search(r"([\d.]+)% of the sentences", card)[1]) >= 95


@pytest.mark.parametrize("name", HELD_OUT)
def test_the_shipped_network_says_the_sentence(name):
    model = sv.load_model("flower-captions")
    said = sv.predict(model, sv.load_input(f"collection:captioned-flowers/{name}"))
    colour, stem, wall, _ = name.split("-")
    expected = f"a {colour} flower on a {stem} stem before a {wall} wall".split()
    assert [word.split(" (")[0] for word in said.classes] == expected


def test_each_word_is_read_where_it_stands(scenes):
    """The flower's word from the flower, the wall's from the wall: each more than the other word is."""
    name = "red-thin-blue-00"
    model, picture = sv.load_model("flower-captions"), sv.load_input(f"collection:captioned-flowers/{name}")
    flower = scene(scenes, name).masks["flower"]
    share = {}
    for word in ("red", "blue"):
        values = sv.explain(model, picture, "glas", target=word, params={"grid": 12}).on_input()
        share[word] = np.nansum(values[flower]) / np.nansum(values)
    assert share["red"] > 2 * share["blue"]
