"""`salviewer reproduce`: words and exit codes."""

from dataclasses import replace

import numpy as np
import pytest

import salviewer as sv
from salviewer.host import Host
from salviewer.jobs.account import account
from salviewer.jobs.report_page import Entry, read_explanations, report_page

FLOWER = "collection:an8flower-single-6c/red-05"


@pytest.fixture(scope="module")
def made():
    model = sv.load_model("an8flower-cnn", device="cpu")
    return sv.explain(model, sv.load_input(FLOWER), "glas", params={"grid": 4})


def test_the_same_result_ends_with_nought(salviewer, made, tmp_path):
    done = salviewer("reproduce", made.save(tmp_path / "e.safetensors"), "--device", "cpu")
    assert (done.code, done.err) == (0, "")
    assert done.out == "GLAS for “red”: The same: every value is identical.\n"


def test_another_result_ends_with_eight_and_says_how_far_it_is(salviewer, made, tmp_path):
    first = made.evidence[0]
    moved = first.values.copy()
    moved[0, 0] += 10
    other = replace(made, evidence=(replace(first, values=moved), *made.evidence[1:]))
    file = other.save(tmp_path / "e.safetensors")
    done = salviewer("reproduce", file, "--device", "cpu")
    assert done.code == 8
    assert done.out.startswith("GLAS for “red”: Different: values differ by at most 10 (")
    assert salviewer("reproduce", file, "--device", "cpu", "--tolerance", "2").code == 0
    facts = salviewer("reproduce", file, "--device", "cpu", "--json").json["results"][0]
    assert facts["same"] is False
    assert facts["differences"][0]["largest"] == pytest.approx(10)


def test_a_report_is_run_again_from_what_it_holds(salviewer, made, tmp_path):
    file = tmp_path / "report.html"
    entry = Entry(account(made, Host.discover()), sv.load_input(FLOWER).picture)
    file.write_text(report_page([entry, entry], "1 May 2026"), encoding="utf-8")
    assert np.array_equal(read_explanations(file)[1].heatmap, made.heatmap)
    done = salviewer("reproduce", file, "--device", "cpu")
    assert (done.code, done.out.count("every value is identical")) == (0, 2)


def test_a_file_that_is_no_explanation_ends_with_three(salviewer, tmp_path):
    for name in ("a.html", "b.safetensors"):
        (tmp_path / name).write_text("<p>hello</p>")
        done = salviewer("reproduce", tmp_path / name)
        assert done.code == 3
        assert name in done.err


def test_a_picture_that_has_to_be_named_ends_with_two(salviewer, made, tmp_path):
    about = {**made.provenance, "input": {**made.provenance["input"], "sample": ""}}
    file = replace(made, provenance=about).save(tmp_path / "e.safetensors")
    done = salviewer("reproduce", file)
    assert done.code == 2
    assert "give it with --input" in done.err
    assert salviewer("reproduce", file, "--input", FLOWER, "--model", "an8flower-cnn", "--device", "cpu").code == 0
