"""`salviewer register` writes the transform and the checkerboard; options about atlases that do not go together."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
from typer.testing import CliRunner

from salviewer.cli.app import app
from salviewer.data.registration_result import Registration


def ask(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def heads(tmp_path):
    values = np.random.default_rng(0).random((12, 14, 10), np.float32)
    paths = [tmp_path / "t1.nii.gz", tmp_path / "template.nii.gz"]
    for path in paths:
        image = nibabel.Nifti1Image(values, np.diag([4.0, 4, 4, 1]))
        image.set_sform(image.affine, 4)
        nibabel.save(image, path)
    return paths


@pytest.fixture
def found(monkeypatch):
    """A registration in place of the search."""
    matrix = (1.05, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)
    answer = Registration(tuple(map(float, matrix)), 0.2, 0.45, 3.2, "t1.nii.gz", "aa", "template.nii.gz", "bb")
    monkeypatch.setattr("salviewer.data.registration.register", lambda moving, fixed, progress: answer)
    return answer


def test_the_transform_and_the_checkerboard_are_written(heads, found, tmp_path):
    out, board = tmp_path / "transform.json", tmp_path / "board.png"
    result = ask("register", *heads, "-o", out, "--checkerboard", board)
    assert result.exit_code == 0, result.output
    assert "mutual information 0.200 before, 0.450 after" in result.output
    assert "scaled by 1.05 × 1.00 × 1.00" in result.output
    assert Registration.load(out) == found
    assert board.read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_said(heads, found, tmp_path):
    result = ask("register", *heads, "-o", tmp_path / "nowhere" / "transform.json")
    assert result.exit_code == 7
    assert "choose another folder" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--registration", "none"), "go with --atlas"),
        (("--atlas", "a.nii", "--registration", "affine"), "--template HEAD go together"),
        (("--atlas", "a.nii", "--template", "t.nii"), "--template HEAD go together"),
        (("--atlas", "a.nii"), "a.nii does not exist"),
    ],
)
def test_options_that_do_not_go_together(words, said):
    result = ask("explain", "x.nii", "--model", "squeezenet1_0", "--method", "glas-3d", *words)
    assert result.exit_code in (2, 3)
    assert said in result.output
