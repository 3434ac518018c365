"""Colour bias of networks whose answer is known: one sees red alone, one sees how bright it is, one sees no colour."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import GridMap, MaskStack, Picture, Preprocessing, Sample
from salviewer.bench.colour_bias import ROTATIONS, ColourBias, ColourClass, Rotated, colour_bias, rotated
from salviewer.bench.colour_tables import as_csv, findings, rows
from salviewer.bench.colour_use import use_of
from salviewer.errors import InvalidChoice, UnsupportedModel
from salviewer.models.opening import open_module

RED, WHITE = (0.9, 0.1, 0.1), (0.9, 0.9, 0.9)


class Seen(nn.Module):
    """The logit of "shown" is 10 times the weighted mean of the channels, that of "dark" is always 3."""

    def __init__(self, *weights):
        super().__init__()
        self.see = nn.Conv2d(3, 1, 1, bias=False)
        self.see.weight.data[0, :, 0, 0] = torch.tensor(weights)

    def forward(self, x):
        shown = 10 * self.see(x).mean((2, 3))
        return torch.cat([shown, torch.full_like(shown, 3.0)], dim=1)


def network(*weights, preprocessing=None, classes=("shown", "dark")):
    return open_module(Seen(*weights), classes=classes, outputs="softmax", preprocessing=preprocessing, device="cpu")


def sample(colour, label=0, name="s", side=4):
    pixels = np.broadcast_to(np.array(colour, np.float32), (side, side, len(colour))).copy()
    return Sample(name, Picture(pixels, name, "0"), label)


def study(model, samples):
    return colour_bias(model, samples, range(len(samples)), lambda label: label)


def test_one_that_sees_red_alone_loses_all_that_is_red_and_keeps_white():
    found = study(network(1.0, 0.0, 0.0), [*(sample(RED, 0, f"r{i}") for i in range(40)), sample((0, 0, 0), 1)])
    shown, dark = found.classes
    assert (shown.share("GBR"), shown.share("BRG"), shown.share()) == (0.0, 0.0, 0.0)
    assert (len(shown.right), dark.share(), found.lost) == (40, 1.0, ("shown",))
    assert found.whole.share() == pytest.approx(1 / 41)
    assert study(network(1.0, 0.0, 0.0), [sample(WHITE)]).classes[0].share() == 1.0


def test_one_that_sees_how_bright_it_is_keeps_all():
    found = study(network(1.0, 1.0, 1.0), [sample(RED, 0, f"r{i}") for i in range(5)])
    assert found.classes[0].share() == 1.0
    assert found.lost == ()


def test_the_two_rotations_are_told_apart():
    found = study(network(1.0, 0.0, 0.9), [sample(RED)])  # red stands in the blue place under GBR, in green under BRG
    assert found.classes[0].share("GBR") == 1.0
    assert found.classes[0].share("BRG") == 0.0
    assert found.classes[0].share() == 0.5


def test_rotations_move_every_channel_and_undo_each_other():
    picture = sample((0.1, 0.2, 0.3)).picture
    assert rotated(picture, "GBR").pixels[0, 0].tolist() == pytest.approx([0.2, 0.3, 0.1])
    assert rotated(picture, "BRG").pixels[0, 0].tolist() == pytest.approx([0.3, 0.1, 0.2])
    assert np.array_equal(rotated(rotated(picture, "GBR"), "BRG").pixels, picture.pixels)
    assert all(
        sorted(order) == [0, 1, 2] and all(i != at for at, i in enumerate(order)) for order in ROTATIONS.values()
    )


def test_colours_are_rotated_before_the_networks_own_normalisation():
    """Here the red place sees raw + 1; a rotation afterwards would put raw + 0 there, and lose the picture."""
    asked = Preprocessing(mean=(-1.0, 0.0, 0.0))
    found = study(network(1.0, 0.0, 0.0, preprocessing=asked), [sample(RED)])
    assert found.classes[0].share() == 1.0  # 10 * (0.1 + 1) > 3, and 10 * 0.1 is not


def test_a_network_trained_on_bgr_is_asked_in_rgb():
    asked = Preprocessing(channels="BGR")
    found = study(network(0.9, 0.0, 1.0, preprocessing=asked), [sample(RED)])  # the same network as above
    assert (found.classes[0].share("GBR"), found.classes[0].share("BRG")) == (1.0, 0.0)


def test_only_what_was_right_counts():
    found = study(network(1.0, 0.0, 0.0), [sample(RED, 0, "a"), sample((0.1, 0.9, 0.1), 0, "wrong")])
    (shown,) = found.classes
    assert (len(shown.pictures), [one.id for one in shown.right]) == (2, ["a"])


def test_pictures_of_many_sizes_and_what_is_left_out():
    asked = [sample(RED, 0, "a"), sample(RED, 0, "b", side=6), sample(RED, -1, "c"), sample((0.5,), 0, "grey")]
    found = study(network(1.0, 0.0, 0.0), asked)
    assert [one.id for one in found.classes[0].pictures] == ["a", "b"]
    assert len(found.notes) == 2
    with pytest.raises(InvalidChoice, match="three colours: 1"):
        study(network(1.0, 0.0, 0.0), asked[3:])


def test_it_leaves_the_network_and_the_drawing_of_others_alone():
    model = network(1.0, 0.0, 0.0)
    drawn, training = torch.get_rng_state(), model.module.train().training
    study(model, [sample(RED)])
    assert torch.equal(torch.get_rng_state(), drawn)
    assert model.module.training is training


def test_a_network_that_writes_captions_is_refused():
    with pytest.raises(UnsupportedModel, match="open a classifier"):
        study(replace(network(1.0, 0.0, 0.0), outputs="caption"), [sample(RED)])


def test_classes_of_one_name_are_told_apart():
    found = study(network(1.0, 0.0, 0.0, classes=("crane", "crane")), [sample(RED), sample((0, 0, 0), 1)])
    assert [one.name for one in found.classes] == ["crane (0)", "crane (1)"]


def made():
    def pictures(n, kept):
        return tuple(Rotated(str(i), 0, {"GBR": i < kept, "BRG": i < kept}) for i in range(n))

    never = ColourClass("never, right", (Rotated("x", 1),))
    return ColourBias((never, ColourClass("van", pictures(4, 3)), ColourClass("bus", pictures(4, 0), (0.2, 0.1, 0.0))))


def test_the_table_begins_with_what_loses_most():
    lines = rows(made())
    assert [line[0] for line in lines] == ["class", "bus", "van", "never, right", "all"]
    assert lines[1][1:] == ["4", "4", "0.0 %", "0.0 %", "0.0 %", "0.2000", "0.1000", "0.0000"]
    assert lines[3][3:] == ["–"] * 6
    assert lines[4][5] == "37.5 %"


def test_csv_and_bars():
    read = list(csv.DictReader(io.StringIO(as_csv(made()))))
    assert (read[1]["class"], read[1]["kept_mean"], read[1]["use_red"]) == ("van", "0.75", "")
    assert (read[2]["class"], read[2]["kept_GBR"]) == ("never, right", "")
    said = findings(made(), "net", "cars")
    assert "bus" in said.charts[0]
    assert "never" not in said.charts[0]  # no bar for what has no share
    assert any("1 of 2" in note for note in said.notes)


class Explained:
    """What an explanation holds as far as it matters here."""

    grid = GridMap.identity((2, 2))

    def __init__(self, mask, *, keeps=True):
        shown = np.zeros_like(mask)
        self.evidence = (
            MaskStack("Mask", mask=mask, shown=shown, nothing=np.zeros(len(mask), np.float32), keeps=keeps),
        )


def test_the_use_of_each_colour_is_the_mean_of_the_evidence():
    mask = np.zeros((3, 2, 2), np.float32)
    mask[0], mask[1, 0] = 1.0, 1.0
    assert use_of(Explained(mask), network(1.0, 0.0, 0.0)).tolist() == [1.0, 0.5, 0.0]
    assert use_of(Explained(mask, keeps=False), network(1.0, 0.0, 0.0)).tolist() == [0.0, 0.5, 1.0]
    of_bgr = network(1.0, 0.0, 0.0, preprocessing=Preprocessing(channels="BGR"))
    assert use_of(Explained(mask), of_bgr).tolist() == [0.0, 0.5, 1.0]
    with pytest.raises(InvalidChoice, match="per channel and pixel"):
        use_of(Explained(mask[:1]), of_bgr)
