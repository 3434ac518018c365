"""“Copy as …”: the text runs, and gives the same arrays to the last bit."""

import shlex
import subprocess

import numpy as np
import pytest

import salviewer as sv
from salviewer.api import Explanation, Heatmap, InputRef, JobSpec, ModelRef, Preprocessing
from salviewer.errors import InvalidChoice
from salviewer.jobs.as_code import as_command, as_python
from salviewer.jobs.plan import Plan, PlanBook
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf

FLOWER = "collection:an8flower-single-6c/red-05"
SPEC = JobSpec(
    method="glas",
    params={"grid": 4},
    model=ModelRef(architecture="an8flower-cnn", weights="default", outputs="softmax"),
    input=InputRef(source=FLOWER),
    seed=5,
    output="logit",
)


@pytest.fixture(autouse=True)
def one_plan(monkeypatch):
    """To the last bit means: by the same plan, which a person's machine remembers and a test's new home does not."""
    monkeypatch.setattr(PlanBook, "get", lambda book, key: Plan("cpu", batch=4, threads=1))


@pytest.fixture
def made():
    return run(SPEC, Shelf(device="cpu"))


def test_the_python_gives_the_same_arrays(made):
    text = as_python(SPEC, made)
    names = {}
    exec(compile(text, "copied", "exec"), names)  # noqa: S102 - our own text
    assert np.array_equal(names["explanation"].heatmap, made.heatmap)
    assert names["explanation"].provenance["target"] == made.provenance["target"]


def test_the_command_gives_the_same_arrays(made, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from salviewer.cli.app import app

    monkeypatch.chdir(tmp_path)
    words = shlex.split(as_command(SPEC, made, windows=False))
    assert words.pop(0) == "salviewer"
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    (file,) = tmp_path.glob("*.safetensors")
    assert np.array_equal(sv.load_explanation(file).heatmap, made.heatmap)


def test_the_class_that_was_predicted_is_named_by_its_index(made):
    assert "target=0" in as_python(SPEC, made)
    assert "# target 0: red" in as_python(SPEC, made)
    assert "--target 0" in as_command(SPEC, made, windows=False)


AWKWARD = SPEC.model_copy(
    update={
        "model": ModelRef(
            architecture="net",
            weights="/data/my model's $HOME/w.safetensors",
            classes=("a", 'it\'s "b"'),
            preprocessing=Preprocessing(resize=8, mean=(0.5,), std=(0.25,)),
        ),
        "input": InputRef(source="-odd; rm -rf `x`.png", options={"page": 2, "alpha": "white"}),
        "params": {"mode": "15", "layer": "features.3", "on": True},
        "precision": "fast",
    }
)


def test_what_a_shell_would_read_is_quoted():
    words = shlex.split(as_command(AWKWARD, windows=False))
    assert words[words.index("--weights") + 1] == "/data/my model's $HOME/w.safetensors"
    assert words[-2:] == ["--", "-odd; rm -rf `x`.png"]
    # A text that looks like a number stays a text, as the command reads values as JSON where it can.
    assert 'mode="15"' in words
    assert "layer=features.3" in words
    assert "on=true" in words
    assert Preprocessing.model_validate_json(words[words.index("--preprocessing") + 1]) == AWKWARD.model.preprocessing


def test_for_windows_the_quotes_are_those_of_windows():
    assert as_command(AWKWARD, windows=True) == subprocess.list2cmdline(shlex.split(as_command(AWKWARD, windows=False)))


def test_the_python_of_awkward_names_still_parses(monkeypatch):
    asked = []
    monkeypatch.setattr(sv, "load_model", lambda *a, **k: asked.append((a, k)), raising=False)
    monkeypatch.setattr(sv, "load_input", lambda *a, **k: asked.append((a, k)), raising=False)
    monkeypatch.setattr(sv, "explain", lambda *a, **k: asked.append((a, k)), raising=False)
    exec(compile(as_python(AWKWARD), "copied", "exec"), {})  # noqa: S102 - our own text
    (model, picture, explain) = asked
    assert model[1]["preprocessing"] == AWKWARD.model.preprocessing
    assert model[1]["classes"] == ["a", 'it\'s "b"']
    assert picture == (("-odd; rm -rf `x`.png",), {"page": 2, "alpha": "white"})
    assert explain[1] == {"params": AWKWARD.params, "seed": 5, "output": "logit", "precision": "fast"}


def test_what_was_handed_over_in_python_has_no_call():
    live = SPEC.model_copy(update={"model": ModelRef(architecture="live:1")})
    with pytest.raises(InvalidChoice) as caught:
        as_python(live, Explanation((Heatmap("m", np.zeros((2, 2), np.float32)),)))
    assert caught.value.code == "live-call"
