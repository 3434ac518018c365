"""`salviewer put-back` and `salviewer masks`, and the same in Python: the stored answer, files, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import salviewer as sv
from salviewer.errors import InvalidChoice

FLOWER = "collection:an8flower-single-6c/red-05"
VIEWS = {"picture", "explanation", "complement", "mean", "mask", "mask-complement", "red", "green", "blue"}


@pytest.fixture(scope="module")
def model():
    return sv.load_model("an8flower-cnn", device="cpu")


@pytest.fixture(scope="module")
def made(model):
    return sv.explain(model, sv.load_input(FLOWER), "fgvis", params={"iterations": 4})


@pytest.fixture
def file(made, tmp_path):
    return made.save(tmp_path / "red.safetensors")


def test_the_model_says_again_what_was_stored(salviewer, made, file):
    done = salviewer("put-back", file, "--device", "cpu")
    assert (done.code, done.err) == (0, "")
    assert "The model says what was stored" in done.out
    facts = salviewer("put-back", file, "--device", "cpu", "--json").json["results"][0]
    mask = made.evidence[1]
    assert facts["agrees"] is True
    assert facts["explanation"]["score"] == pytest.approx(mask.score, abs=2e-3)
    assert facts["input"]["score"] == pytest.approx(mask.input_score, abs=2e-3)
    assert facts["input"]["top"][0]["class"] == "red"
    assert facts["explanation"]["top"][0]["class"] == mask.top[0][0]


def test_another_input_ends_with_eight(salviewer, file):
    done = salviewer("put-back", file, "--input", "collection:an8flower-single-6c/blue-05", "--device", "cpu")
    assert done.code == 8
    assert "does not say what was stored" in done.out


def test_a_mask_kept_on_the_way_is_put_back(salviewer, made, file):
    kept = next(e for e in made.evidence if e.kind == "masks" and e.series)
    done = salviewer("put-back", file, "--sparsity", f"{kept.at:.4g}", "--device", "cpu", "--json")
    assert done.json["results"][0]["explanation"]["score"] == pytest.approx(kept.score, abs=2e-3)
    wrong = salviewer("put-back", file, "--sparsity", "123", "--device", "cpu")
    assert wrong.code == 2
    assert f"{kept.at:.4g}" in wrong.err


def test_several_results_have_no_common_input(salviewer, file):
    done = salviewer("put-back", file, file, "--input", FLOWER)
    assert done.code == 2
    assert "give one result at a time" in done.err


def test_python_puts_back_what_the_terminal_does(model, made, file):
    back = sv.put_back(made, model, sv.load_input(FLOWER))
    assert back.agrees
    assert back.verdict.startswith("The model says what was stored")
    rest = sv.put_back(file, complementary=True)
    assert (rest.complementary, rest.agrees) == (True, None)
    assert rest.score == pytest.approx(sv.put_back(file, model, complementary=True).score, abs=1e-5)
    assert sv.put_back(file).score == pytest.approx(back.score, abs=1e-5)


def test_masks_are_written_as_arrays_and_as_pictures(salviewer, made, file, tmp_path):
    out = tmp_path / "new" / "masks"
    done = salviewer("masks", file, "-o", out, "--json")
    assert done.code == 0, done.err
    assert {p.name for p in out.iterdir()} == {"mask.npy", "mask.safetensors", *(f"{v}.png" for v in VIEWS)}
    assert len(done.json["results"][0]["files"]) == len(VIEWS) + 2
    mask = made.evidence[1].mask
    np.testing.assert_array_equal(np.load(out / "mask.npy"), mask)
    shown = np.asarray(Image.open(out / "mask.png")).transpose(2, 0, 1) / 255
    np.testing.assert_allclose(shown, mask, atol=0.5 / 255 + 1e-6)


def test_every_mask_has_a_folder_of_its_sparsity(made, tmp_path):
    files = sv.write_masks(made, tmp_path, every=True)
    kept = [e for e in made.evidence if e.kind == "masks" and e.series]
    for one in kept:
        np.testing.assert_array_equal(np.load(tmp_path / f"sparsity-{one.at:.4g}" / "mask.npy"), one.mask)
    assert len(files) == (len(VIEWS) + 2) * (len({e.at for e in kept}) + 1)
    sizes = {np.asarray(Image.open(f)).shape[:2] for f in files if f.suffix == ".png"}
    assert sizes == {made.evidence[1].mask.shape[1:]}


def test_several_results_have_a_folder_each(salviewer, made, file, tmp_path):
    other = made.save(tmp_path / "again.safetensors")
    done = salviewer("masks", file, other, "-o", tmp_path / "out", "--gain", "5")
    assert done.code == 0, done.err
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"red", "again"}
    assert "5 times stronger" in done.out


@pytest.mark.parametrize("command", [("put-back",), ("masks", "-o", "out")])
def test_a_result_without_a_mask_is_refused(salviewer, made, tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = replace(made, evidence=made.evidence[:1]).save(tmp_path / "map.safetensors")
    done = salviewer(*command, file)
    assert done.code == 2
    assert "holds no mask" in done.err


def test_a_folder_that_cannot_be_made_is_said(salviewer, file, tmp_path):
    (tmp_path / "taken").write_text("")
    done = salviewer("masks", file, "-o", tmp_path / "taken" / "below")
    assert done.code == 7
    assert "choose another" in done.err


def test_a_mask_of_a_sparsity_that_was_not_kept_is_refused(made, tmp_path):
    with pytest.raises(InvalidChoice, match="No mask of sparsity 0.5 was kept"):
        sv.write_masks(made, tmp_path, sparsity=0.5)
