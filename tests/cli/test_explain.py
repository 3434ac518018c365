"""`salviewer explain` and `predict`: the files, the words, and the same arrays as Python gets."""

import numpy as np
import pytest
from PIL import Image

import salviewer as sv

MODEL = ("--model", "an8flower-cnn")
FLOWER = "collection:an8flower-single-6c/red-05"
ASK = ("--method", "glas", "-p", "grid=4")


@pytest.fixture(scope="module")
def expected():
    model = sv.load_model("an8flower-cnn", device="cpu")
    return sv.explain(model, sv.load_input(FLOWER), "glas", params={"grid": 4})


def test_the_arrays_are_those_that_python_gets(salviewer, tmp_path, expected):
    done = salviewer("explain", FLOWER, *MODEL, *ASK, "-o", tmp_path / "deep" / "out")
    assert (done.code, done.err) == (0, "")
    (arrays,) = (tmp_path / "deep" / "out").glob("*.safetensors")
    e = sv.load_explanation(arrays)
    # Each may have measured its own batch size and memory layout; the map depends on neither.
    assert np.abs(e.heatmap - expected.heatmap).max() <= 1e-5 * expected.heatmap.max()
    assert e.provenance["fingerprint"] == expected.provenance["fingerprint"]
    assert e.provenance["target"]["label"] == "red"


def test_it_tells_the_top_classes_and_where_the_files_are(salviewer, tmp_path):
    done = salviewer("explain", FLOWER, *MODEL, *ASK, "-o", tmp_path)
    first, second, *paths = done.out.splitlines()
    assert first.startswith(f"{FLOWER}: red 1.000, ")
    assert second.startswith("  GLAS for “red” (probability), ")
    stem = tmp_path / "an8flower_red_view_5-glas-red"
    assert [path.strip() for path in paths] == [f"{stem}.png", f"{stem}.safetensors"]
    with Image.open(f"{stem}.png") as overlay:
        assert overlay.format == "PNG"
        assert min(overlay.size) > 300


def test_another_question_gets_another_file_and_the_same_one_its_own(salviewer, tmp_path):
    for grid in (4, 5, 4):
        assert salviewer("explain", FLOWER, *MODEL, "-p", f"grid={grid}", "-o", tmp_path).code == 0
    stems = sorted(p.stem for p in tmp_path.glob("*.safetensors"))
    assert stems == ["an8flower_red_view_5-glas-red", "an8flower_red_view_5-glas-red-2"]
    grids = [sv.load_explanation(tmp_path / f"{stem}.safetensors").provenance["params"]["grid"] for stem in stems]
    assert grids == [4, 5]


def test_a_name_with_a_slash_or_dots_makes_one_file_name(tmp_path):
    from salviewer.api import Explanation, Heatmap
    from salviewer.cli.result_files import free_stem

    e = Explanation(
        (Heatmap("m", np.zeros((2, 2), np.float32)),),
        provenance={"method": "glas", "target": {"label": "a/b, ..\\c"}, "fingerprint": "x"},
    )
    assert free_stem(tmp_path, "my photo.v2.jpg", e) == tmp_path / "my_photo.v2-glas-a_b_.._c"


def test_json_holds_what_the_lines_say(salviewer, tmp_path):
    bad = tmp_path / "empty.png"
    bad.touch()
    done = salviewer("explain", FLOWER, bad, *MODEL, *ASK, "-o", tmp_path, "--json")
    good, failed = done.json["results"]
    assert done.code == 3
    assert good["target"] == {"index": 0, "label": "red", "output": "probability"}
    assert good["top"][0]["class"] == "red"
    assert sv.load_explanation(good["arrays"]).heatmap.ndim == 2
    assert (failed["image"], failed["code"]) == (str(bad), "empty-file")
    assert failed["error"].startswith("empty.png ")


def test_options_end_up_in_the_provenance(salviewer, tmp_path):
    done = salviewer(
        *("explain", FLOWER, *MODEL, *ASK, "-o", tmp_path, "--target", "blue", "--output", "logit", "--seed", 7),
        *("--size", 92, "--mean", "0.1,0.2,0.3", "--std", "1", "--precision", "full", "--colours", "viridis"),
    )
    assert (done.code, done.err) == (0, "")
    about = sv.load_explanation(next(tmp_path.glob("*.safetensors"))).provenance
    assert about["target"]["label"] == "blue"
    assert about["target"]["output"] == "logit"
    assert about["seed"] == 7
    assert about["model"]["preprocessing"]["mean"] == [0.1, 0.2, 0.3]
    assert about["model"]["preprocessing"]["crop"] == [92, 92]


def test_an_interrupt_keeps_what_is_done(salviewer, tmp_path, monkeypatch):
    explain, calls = sv.explain, []

    def interrupted(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return explain(*args, **kwargs)

    monkeypatch.setattr(sv, "explain", interrupted, raising=False)
    done = salviewer("explain", FLOWER, FLOWER, FLOWER, *MODEL, *ASK, "-o", tmp_path)
    assert (done.code, len(calls)) == (130, 2)
    assert done.err == "error: Interrupted; what was finished is kept.\n"
    assert len(list(tmp_path.glob("*.safetensors"))) == 1


def test_an_internal_fault_of_one_picture_does_not_lose_the_others(salviewer, tmp_path, monkeypatch, own_folders):
    explain, calls = sv.explain, []

    def faulty(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("division by zero")
        return explain(*args, **kwargs)

    monkeypatch.setattr(sv, "explain", faulty, raising=False)
    done = salviewer("explain", FLOWER, FLOWER, *MODEL, *ASK, "-o", tmp_path)
    assert done.code == 1
    assert "An internal fault (ZeroDivisionError: division by zero); the details are in" in done.err
    assert len(list(tmp_path.glob("*.safetensors"))) == 1
    assert list((own_folders / "data" / "salviewer" / "logs").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "No model was given: add --model NAME"),
        (("--model", "resnet1"), 2, "resnet1"),
        ((*MODEL, "--colours", "rosy"), 2, "There is no colour map 'rosy': choose one of "),
        ((*MODEL, "--preprocessing", "{}", "--size", "5"), 2, "leave out --size"),
        ((*MODEL, "--outputs", "maybe"), 2, "outputs = 'maybe'"),
        ((*MODEL, "--device", "gpu9"), 7, "gpu9"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_nothing_is_written(salviewer, tmp_path, arguments, code, said):
    done = salviewer("explain", FLOWER, *arguments, "-o", tmp_path / "out")
    assert done.code == code
    (line,) = done.err.splitlines()
    assert said in line
    assert not (tmp_path / "out").exists()


def test_predict(salviewer):
    done = salviewer("predict", FLOWER, "collection:an8flower-single-6c/pink-05", *MODEL)
    assert done.code == 2
    assert done.out.startswith(f"{FLOWER}: red 1.000, ")
    assert "pink-05" in done.err
    top = salviewer("predict", FLOWER, *MODEL, "--json").json["results"][0]["top"]
    assert (len(top), top[0]["index"]) == (5, 0)


def test_a_bar_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    import rich.console

    from salviewer.cli.terminal import progress_bar

    with progress_bar("Working") as progress:
        progress(0.5, "half")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(rich.console.Console, "is_terminal", True)
    with progress_bar("Working") as progress:
        progress(0.5, "half")
    assert "Working" in capsys.readouterr().err
