"""Python's front door: the same jobs as the window and the terminal."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import salviewer as sv

GRID = {"grid": 5}


class ReadsOnePatch(nn.Module):
    """Class 1 is as likely as the patch in rows and columns 16 to 23 of 32 is bright."""

    def forward(self, x):
        bright = 4 * x[:, :, 16:24, 16:24].mean(dim=(1, 2, 3)) - 2
        return torch.stack([-bright, bright], dim=1)


@pytest.fixture(scope="module")
def model():
    return sv.load_model(ReadsOnePatch(), classes=["dark", "bright"], device="cpu")


@pytest.fixture(scope="module")
def picture():
    return sv.load_input(np.ones((3, 32, 32), np.float32))


def test_importing_the_package_loads_nothing_heavy():
    probe = "import sys, salviewer; print(sorted({'torch', 'numpy', 'pydantic', 'PySide6'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"


def test_every_public_name_is_there():
    for name in sv.__all__:
        assert getattr(sv, name).__doc__
    assert set(sv.__all__) <= set(dir(sv))
    with pytest.raises(AttributeError, match="load_modle"):
        sv.load_modle  # noqa: B018


def test_the_map_points_at_what_the_network_reads(model, picture):
    e = sv.explain(model, picture, "glas", target="bright", params=GRID)
    assert e.heatmap.shape == (32, 32)
    assert e.heatmap.dtype == np.float32
    y, x = np.unravel_index(e.heatmap.argmax(), e.heatmap.shape)
    assert 14 <= y <= 25
    assert 14 <= x <= 25


def test_a_prediction_names_the_classes(model, picture):
    prediction = sv.predict(model, picture)
    assert prediction.classes == model.classes == ("dark", "bright")
    assert prediction.top(1)[0][:2] == (1, "bright")
    assert prediction.probabilities[1] == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-6)


def test_class_index_name_and_prediction_are_the_same_question(model, picture):
    maps = [sv.explain(model, picture, "glas", target=t, params=GRID).heatmap for t in ("bright", 1, None)]
    assert np.array_equal(maps[0], maps[1])
    assert np.array_equal(maps[0], maps[2])


def test_the_same_question_gets_the_same_answer_and_fingerprint(model, picture):
    again = sv.load_input(torch.ones(3, 32, 32))
    a, b = (sv.explain(model, source, "glas", params=GRID, seed=3) for source in (picture, again))
    assert a.evidence == b.evidence
    assert a.provenance["input"]["sha256"] == b.provenance["input"]["sha256"]
    assert a.provenance["seed"] == 3


def test_saved_and_loaded_is_the_same(model, picture, tmp_path):
    e = sv.explain(model, picture, "glas", params=GRID)
    back = sv.load_explanation(e.save(tmp_path / "x.safetensors"))
    assert back.evidence == e.evidence
    assert back.provenance == e.provenance
    assert np.array_equal(back.on_input(), e.on_input())


def test_one_source_may_stand_alone(model, picture, tmp_path):
    first = sv.explain(model, picture, "glas", params=GRID)
    file = first.save(tmp_path / "first.safetensors")
    tuned = [sv.explain(model, picture, "tuned-scores", sources=s) for s in ([first], first, file, str(file))]
    assert all(one.evidence == tuned[0].evidence for one in tuned)
    assert tuned[0].provenance["tuned"]["method"] == "glas"


def test_progress_rises_from_0_to_1(model, picture):
    seen = []
    sv.explain(model, picture, "glas", params=GRID, progress=lambda fraction, message: seen.append(fraction))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_live_values_are_held_only_while_a_job_runs(model, picture):
    before = dict(model.shelf._live)
    sv.predict(model, picture)
    with pytest.raises(sv.InvalidChoice):
        sv.explain(model, picture, "no-such-method")
    assert model.shelf._live == before


def test_the_network_is_left_as_it_was():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()).train()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    sv.explain(sv.load_model(network, device="cpu"), sv.load_input(torch.rand(3, 32, 32)), "glas", params=GRID)
    assert all(module.training for module in network.modules())
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_a_collection_comes_with_its_masks_and_can_be_explained(tmp_path):
    sample = sv.collection("an8flower-single-6c")[7]
    source = sv.load_input(f"collection:an8flower-single-6c/{sample.id}")
    assert np.array_equal(source.picture.pixels, sample.picture.pixels)
    assert sample.masks["flower"].shape == source.picture.shape
    model = sv.load_model("an8flower-cnn", device="cpu")
    assert sv.predict(model, source).top(1)[0][0] == sample.label


def test_a_weights_file_may_name_its_own_architecture(tmp_path):
    network = sv.load_model("cifar-resnet20", "random", classes=[str(n) for n in range(10)], device="cpu").loaded.module
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    named, unnamed = tmp_path / "named.safetensors", tmp_path / "unnamed.safetensors"
    save_file(tensors, named, metadata={"architecture": "cifar-resnet20"})
    save_file(tensors, unnamed)
    opened = [sv.load_model(named, device="cpu"), sv.load_model(str(unnamed), architecture="cifar-resnet20")]
    assert {o.loaded.architecture for o in opened} == {"cifar-resnet20"}
    with pytest.raises(sv.NeedsChoice, match="unnamed.safetensors does not say which network"):
        sv.load_model(unnamed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"method": "gals"}, "glas"),
        ({"target": "brihgt"}, "brihgt"),
        ({"target": 2}, "2"),
        ({"params": {"grid": 1}}, "grid = 1"),
        ({"params": {"gird": 15}}, "gird"),
        ({"params": {"mode": "dark"}}, "mode = 'dark'"),
        ({"seed": -1}, "seed = -1"),
        ({"output": "score"}, "output = 'score'"),
        ({"precision": "half"}, "precision = 'half'"),
    ],
)
def test_a_wrong_choice_is_named_in_one_sentence(model, picture, arguments, said):
    with pytest.raises(sv.InvalidChoice, match=said):
        sv.explain(model, picture, **{"method": "glas", "params": GRID, **arguments})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sv.load_model(3), "a model is a name, a file, an nn.Module or a function, not int"),
        (lambda: sv.explain("resnet18", "dog.jpg", "glas"), "give what load_model and load_input return"),
        (lambda: sv.load_input(np.ones((3, 4, 4), np.float32), page=2), "an array has no options; got page"),
    ],
)
def test_a_callers_mistake_is_a_type_error(call, said):
    with pytest.raises(TypeError, match=said):
        call()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("resnet1",), "resnet1"),
        (("timm/no-such-net",), "timm/no-such-net"),
        (("a.safetensors", "b.safetensors"), "Two weights files"),
    ],
)
def test_a_model_that_does_not_exist_is_named(arguments, said):
    with pytest.raises(sv.InvalidChoice, match=said):
        sv.load_model(*arguments)


def test_two_architectures_are_one_too_many():
    with pytest.raises(sv.InvalidChoice, match="Two architectures"):
        sv.load_model("resnet18", architecture="resnet34")
    with pytest.raises(sv.InvalidChoice, match="outputs = 'maybe'"):
        sv.load_model("resnet18", outputs="maybe")
