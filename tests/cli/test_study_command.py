"""`salviewer study`: from a file that says what is compared to a table of what readers said."""

from __future__ import annotations

import json

import pytest

from salviewer.study.answers import Answer, Answers
from salviewer.study.key import read_study

NET = {"architecture": "an8flower-cnn"}
SPEC = {
    "arms": [{"label": m, "model": NET, "method": m} for m in ("gradient", "gradcam")],
    "collection": "an8flower-single-6c",
    "limit": 2,
}


def test_help_lists_it(salviewer):
    assert "study" in salviewer("--help").out
    out = salviewer("study", "--help").out
    assert "prepare" in out
    assert "results" in out


def test_a_study_from_beginning_to_end(salviewer, tmp_path):
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))
    folder, csv = tmp_path / "study", tmp_path / "answers.csv"
    done = salviewer("study", "prepare", folder, "--spec", tmp_path / "spec.json")
    assert done.code == 0, done.err
    assert "2 pictures and 2 comparisons are ready" in done.out
    assert "Nobody has answered yet." in salviewer("study", "results", folder).out
    study = read_study(folder)
    with Answers(folder) as answers:
        reader = answers.admit("Reader 1", study)
        while (trial := answers.next_trial(reader.number)) is not None:
            answers.add(reader.number, trial.number, Answer("left", 4, 1, 2.5))
    done = salviewer("study", "results", folder, "--csv", csv)
    assert done.out.splitlines()[1].split()[:3] == ["gradient", "50", "%"]
    assert "Reader 1 (2)" in done.out
    assert len(csv.read_text().splitlines()) == 3
    assert len(salviewer("study", "results", folder, "--json").json["answers"]) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no object"),
        (json.dumps(SPEC | {"arms": SPEC["arms"][:1]}), "two or more: readers compare maps"),
        (json.dumps(SPEC | {"color": 1}), "there is no parameter “color”"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(salviewer, tmp_path, text, words):
    (tmp_path / "spec.json").write_text(text)
    done = salviewer("study", "prepare", tmp_path / "study", "--spec", tmp_path / "spec.json")
    assert done.code == 2
    assert words in done.err


def test_a_folder_without_a_study_and_a_missing_file(salviewer, tmp_path):
    assert "holds no reader study" in salviewer("study", "results", tmp_path).err
    assert "cannot be read" in salviewer("study", "prepare", tmp_path, "--spec", tmp_path / "none.json").err
