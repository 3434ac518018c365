"""`salviewer evaluate --recipe`: the paper's figures beside ours, on rendered pictures where nothing else is named."""

from __future__ import annotations


def test_a_recipe_runs_out_of_the_box(salviewer, tmp_path):
    found = salviewer(
        "evaluate", "--recipe", "glas-table-3", "--limit", "1", "-o", tmp_path, "--pdf", tmp_path / "a.pdf"
    )
    assert found.code == 0, found.err
    assert "IoU at 0.7, paper" in found.out
    assert "unreadable" in found.out
    assert "0.31" in found.out
    assert "random-map (control)" in found.out
    assert (tmp_path / "index.html").is_file()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_what_does_not_fit_is_one_sentence(salviewer, tmp_path):
    unknown = salviewer("evaluate", "--recipe", "glas-table-9", "-o", tmp_path)
    assert "There is no recipe" in unknown.err
    both = salviewer("evaluate", "--recipe", "glas-table-1", "--methods", "glas", "-o", tmp_path)
    assert "leave out --methods" in both.err
    settings = salviewer("evaluate", "--recipe", "fgvis-table-1", "-p", "fgvis:iterations=8", "-o", tmp_path / "a")
    assert settings.code == 2
    assert "leave out fgvis:iterations=8" in settings.err
    none = salviewer("evaluate", "--methods", "glas", "-o", tmp_path)
    assert "or a --recipe" in none.err
