"""`salviewer evaluate`: a table with the controls, a page, resumption, sentences for what does not exist."""

from __future__ import annotations

import json

ARGS = ("evaluate", "--model", "an8flower-cnn", "--collection", "an8flower-single-6c", "--limit", "2",
        "--methods", "gradient", "--metrics", "sparseness,deletion", "-p", "deletion:steps=4")  # fmt: skip


def test_the_table_has_the_controls_and_is_resumed(salviewer, tmp_path):
    first = salviewer(*ARGS, "-o", tmp_path / "run", "--csv", tmp_path / "rows.csv")
    assert first.code == 0
    assert "random-map" in first.out
    assert "6 cells computed, 0 found finished" in first.out
    assert (tmp_path / "run" / "index.html").is_file()
    assert len((tmp_path / "rows.csv").read_text().splitlines()) > 12
    again = salviewer(*ARGS, "-o", tmp_path / "run")
    assert "0 cells computed, 6 found finished" in again.out


def test_the_answer_as_json(salviewer, tmp_path):
    answer = json.loads(salviewer(*ARGS, "-o", tmp_path, "--json").out)
    assert [row["method"] for row in answer["table"]] == ["gradient", "random-map", "centred-gaussian"]


def test_what_does_not_exist_is_one_sentence(salviewer, tmp_path):
    wrong = [a if a != "gradient" else "gradiant" for a in ARGS]
    found = salviewer(*wrong, "-o", tmp_path)
    assert found.code != 0
    assert "There is no method “gradiant”" in found.err
    assert "Traceback" not in found.err
    bad = salviewer(*ARGS[:-1], "steps=4", "-o", tmp_path)
    assert "not of the form key:name=value" in bad.err
