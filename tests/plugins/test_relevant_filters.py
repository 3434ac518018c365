import numpy as np
import pytest
import torch
from torch import nn

from salviewer.api import CollectionRef, GridMap, LabelledInput, ModelInput, Progress, TrainRequest
from salviewer.errors import Cancelled, InvalidChoice, UnsupportedModel
from salviewer_plugins.interpretation import features as extraction
from salviewer_plugins.interpretation.filter_params import FilterParams
from salviewer_plugins.interpretation.relevant_filters import RelevantFilters

CLASSES = ("red", "green", "blue")


class Colours:
    """A model whose i-th filter of its first layer answers to the i-th channel of the picture."""

    classes = CLASSES

    def __init__(self):
        torch.manual_seed(0)
        self.module = nn.Sequential(
            nn.Conv2d(3, 6, 1, bias=False), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)
        ).eval()
        with torch.no_grad():
            self.module[0].weight[:] = torch.cat([torch.eye(3), torch.full((3, 3), 0.3)])[..., None, None]
            self.module[4].weight[:] = torch.cat([torch.eye(3), torch.zeros(3, 3)], 1)
            self.module[4].bias.zero_()
        self.passes = 0

    def __call__(self, x):
        self.passes += len(x)
        with torch.no_grad():
            return self.module(x)


class Work:
    def batched(self, count, step, *, images=1):
        for start in range(0, count, 4):
            part = slice(start, min(count, start + 4))
            yield part, step(part)


def samples(count=24):
    generator = torch.Generator().manual_seed(3)
    made = []
    for at in range(count):
        x = 0.2 * torch.rand(1, 3, 5, 5, generator=generator)
        x[:, at % 3] += 0.5
        made.append(LabelledInput(f"p{at}", ModelInput(x, GridMap.identity((5, 5)), ref=f"hash{at}"), at % 3))
    return made


def request(tmp_path, model=None, given=None):
    given = samples() if given is None else given
    for name in ("scratch", "cache"):
        (tmp_path / name).mkdir(exist_ok=True)
    ids = tuple(one.id for one in given)
    return TrainRequest(
        model or Colours(), given, ids, CollectionRef(key="colours"), 0, torch.Generator(), Work(),
        tmp_path / "scratch", tmp_path / "cache",
    )  # fmt: skip


def train(wanted, **params):
    return RelevantFilters().train(wanted, FilterParams(**{"averages": 0, **params}), Progress())


def test_the_filters_of_each_class_are_found(tmp_path):
    trained = train(request(tmp_path), path=(1.0, 5.0))
    weights, features = trained.tensors["weights"], trained.tensors["features"]
    assert (weights.shape, weights.dtype) == ((18, 3), np.float32)
    assert (features.shape, features.dtype) == ((18, 2), np.int32)
    for j in range(3):
        assert features[weights[:, j].argmax(), 1] == j
        assert np.abs(weights[:, j]).sum() <= 10 * (1 + 1e-6)
    facts = trained.facts
    assert facts["accuracy"] == {"filters": 1.0, "model": 1.0}
    assert facts["images"] == dict.fromkeys(CLASSES, 8.0)
    assert [one["kind"] for one in facts["layers"]] == ["convolution", "relu", "pooling"]
    assert [one["mu"] for one in facts["path"]] == [1.0, 5.0, 10.0]
    assert min(facts["area_under_roc"].values()) == 1.0
    names = [one.name for one in trained.evidence]
    assert names[:4] == ["objective", "gap", "filters over mu", "reconstruction over mu"]
    assert names[4:7] == [f"weights: {name}" for name in CLASSES]
    assert [(one.kind, one.label) for one in trained.evidence[7:]] == [("filters", name) for name in CLASSES]
    assert trained.notes == ()


def test_it_is_saved_and_read(tmp_path):
    from salviewer.api.trained_file import read_trained

    trained = train(request(tmp_path))
    again = read_trained(trained.save(tmp_path / "t.safetensors"))
    np.testing.assert_array_equal(again.tensors["weights"], trained.tensors["weights"])
    assert again.facts == trained.facts


@pytest.mark.parametrize(("which", "kinds"), [("only-conv", {0, 1}), ("weighted", {0})])
def test_layers_can_be_narrowed(tmp_path, which, kinds):
    trained = train(request(tmp_path), layers=which)
    assert set(trained.tensors["features"][:, 0]) == kinds
    assert trained.facts["chosen_layers"] == sorted(kinds)


def test_nothing_is_computed_twice(tmp_path):
    model = Colours()
    train(request(tmp_path, model))
    before = model.passes
    train(request(tmp_path, model), mu=3.0, layers="weighted")
    assert model.passes - before == 1  # the first picture, to know the layers


def test_a_cancelled_run_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "CHUNK", 4)
    model, given = Colours(), samples()

    class Counting(list):
        read = 0

        def __getitem__(self, at):
            Counting.read += 1
            return super().__getitem__(at)

    stop = Progress(cancelled=lambda: model.passes >= 13)
    with pytest.raises(Cancelled):
        RelevantFilters().train(request(tmp_path, model, Counting(given)), FilterParams(averages=0), stop)
    done = model.passes
    assert done < 24
    Counting.read = 0
    trained = train(request(tmp_path, model, Counting(given)))
    assert model.passes == 24 + 2
    assert Counting.read <= 24 - (done - 1) + 1
    np.testing.assert_array_equal(trained.tensors["weights"], train(request(tmp_path)).tensors["weights"])


def test_pictures_of_no_known_class_are_left_out_unless_predictions_count(tmp_path):
    given = samples()
    given[0] = LabelledInput("p0", given[0].input, -1)
    trained = train(request(tmp_path, given=given), per_class=5)
    assert trained.facts["images"] == dict.fromkeys(CLASSES, 5.0)
    assert any(note.endswith("not one of the model's: 1.") for note in trained.notes)
    assert any(note.endswith("had 5 already: 8.") for note in trained.notes)
    assert train(request(tmp_path, given=given), labels="predicted").facts["images"]["red"] == 8


def test_what_cannot_be_learned_is_said(tmp_path):
    given = [LabelledInput(one.id, one.input, -1) for one in samples(4)]
    with pytest.raises(InvalidChoice, match="None of the collection's 4 samples"):
        train(request(tmp_path, given=given))
    with pytest.raises(InvalidChoice, match="The only picture is of one class, “red”"):
        train(request(tmp_path, given=samples(1)))
    model = Colours()
    model.module[2] = nn.Flatten()
    model.module[4] = nn.Linear(75, 3)
    model.module[0] = nn.Identity()
    with pytest.raises(UnsupportedModel, match="no layers of the kind asked for"):
        train(request(tmp_path, model), layers="weighted")


def test_an_unreached_gap_is_noted(tmp_path):
    trained = train(request(tmp_path), gap=1e-14, steps=1)
    assert any("stopped after 1 step at" in note for note in trained.notes)
