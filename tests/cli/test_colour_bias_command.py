"""`salviewer colour-bias`: table, files, JSON, and the use of colours on a few flowers."""

from __future__ import annotations

ASK = ("colour-bias", "--model", "an8flower-cnn", "--collection", "an8flower-single-6c", "--limit", 12)


def test_a_table_a_csv_and_a_page_with_bars(salviewer, tmp_path):
    said = salviewer(*ASK, "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert said.out.splitlines()[0].split() == ["class", "pictures", "right", "GBR", "BRG", "mean"]
    assert "no more than a quarter" in said.out
    assert (tmp_path / "out" / "colour-bias.csv").read_text(encoding="utf-8-sig").startswith("class,pictures,right")
    assert "<svg" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_as_json_with_the_use_of_each_colour(salviewer):
    said = salviewer(*ASK, "--masks", 1, "-p", "iterations=4", "-p", "sparsity=1", "--json")
    assert said.code == 0, said.err
    assert said.json["all"]["pictures"] == 12
    used = [one["use"] for one in said.json["classes"] if one["right"]]
    assert used
    assert all(0 <= use[colour] <= 1 for use in used for colour in ("red", "green", "blue"))


def test_a_collection_that_nobody_knows(salviewer):
    said = salviewer(*ASK[:4], "no-such-thing")
    assert said.code
    assert "no-such-thing" in said.err
