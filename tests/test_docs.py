"""What README and guides tell people to type exists: commands, options, calls, files, and the whole plugin."""

import ast
import inspect
import re
import shlex
import sys
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)(?: title=\"(.+?)\")?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """(title, text) of the fenced blocks in `language`."""
    return [(title, text) for kind, title, text in FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def commands(page: Path) -> list[list[str]]:
    """Every `salviewer ...` command line on the page, as words."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for _, block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`(salviewer [^`]+)`", text)
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("salviewer ")]


def tree() -> dict[str, set[str]]:
    """Every command with its options: {"list methods": {"--json", ...}}."""
    from salviewer.cli.app import app

    found = {}

    def walk(command, name):
        found[name] = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        for sub, child in getattr(command, "commands", {}).items():
            walk(child, f"{name} {sub}".strip())

    walk(typer.main.get_command(app), "")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_and_options_exist(page):
    known = tree()
    for words in commands(page):
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), "")
        given = {w.partition("=")[0] for w in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", w)}
        assert given <= known[name], f"{page.name}: salviewer {' '.join(words)}"
        assert name or given, f"{page.name}: there is no command “salviewer {' '.join(words)}”"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_make_targets_exist(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    named = set(re.findall(r"(?:^    |`)make (\w+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named <= set(phony[1].split())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_snippets_parse_and_their_calls_fit(page):
    import salviewer

    for _, text in blocks(page, "python"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sv":
                assert node.attr in salviewer.__all__
            if isinstance(node, ast.Call) and re.fullmatch(r"sv\.\w+", ast.unparse(node.func)):
                called = getattr(salviewer, node.func.attr)
                if inspect.isfunction(called):
                    inspect.signature(called).bind(*node.args, **{k.arg: k.value for k in node.keywords if k.arg})


@pytest.mark.parametrize("page", [ROOT / "docs" / "user-guide.md"], ids=lambda p: p.name)
def test_snippets_that_need_no_files_of_ones_own_run(page):
    ran = 0
    for _, text in blocks(page, "python"):
        if not re.search(r"\w\.(jpg|safetensors|png)", text):
            exec(compile(text, page.name, "exec"), {})  # noqa: S102 - our own documentation
            ran += 1
    assert ran >= 2


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.fixture
def sliding_square(tmp_path, monkeypatch):
    """The guide's plugin, written to a folder as a reader would, and installed into this process alone."""
    import importlib

    from salviewer import shelves
    from salviewer.host import Found, Host, _installed
    from salviewer.jobs.shelf import Shelf

    guide = ROOT / "docs" / "plugin-author-guide.md"
    for title, text in blocks(guide, "python"):
        (tmp_path / title).parent.mkdir(exist_ok=True)
        (tmp_path / title).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    names = ("sliding_square", "unusual_colour")
    found = [Found(name, "a folder", "0.1.0", lambda name=name: importlib.import_module(name)) for name in names]
    others = [one for one in _installed() if one.name == "phantoms"]
    monkeypatch.setattr(shelves, "_shelves", {None: Shelf(Host([*found, *others]), "cpu")})
    yield tmp_path
    for name in [n for n in sys.modules if n.partition(".")[0] in (*names, "test_sliding_square")]:
        del sys.modules[name]


def test_the_guides_plugin_works_and_passes_its_own_test(sliding_square, monkeypatch):
    import importlib

    monkeypatch.syspath_prepend(sliding_square / "tests")
    its_test = importlib.import_module("test_sliding_square")
    its_test.test_only_the_patch_that_is_read_costs_anything()


def test_the_guides_trainer_learns_what_its_method_shows(sliding_square):
    import numpy as np
    import torch

    import salviewer as sv

    class SaysRed(torch.nn.Module):
        """Always right about red flowers, and never about others."""

        def forward(self, x):
            return torch.eye(6)[:1].repeat(len(x), 1) + 0 * x.mean()

    flowers = sv.collection("an8flower-single-6c")
    model = sv.load_model(SaysRed(), classes=flowers.classes)
    learned = sv.train("usual-colour", model, flowers, limit=6)
    first = flowers[flowers.labels.index(0)]
    assert learned.tensors["counts"].tolist() == [1, 0, 0, 0, 0, 0]
    usual = np.asarray(first.picture.pixels).mean(axis=(0, 1)) / 255
    np.testing.assert_allclose(learned.tensors["colours"][0], usual, atol=0.02)
    picture = sv.load_input(np.ones((3, 8, 8), np.float32) * usual[:, None, None].astype(np.float32))
    found = sv.explain(model, picture, "unusual-colour", target=0, trained=learned)
    assert found.heatmap.max() < 0.02


def test_the_guides_plugin_tells_what_it_offers_without_torch(sliding_square):
    import subprocess

    probe = "import sys, sliding_square, sliding_square.params; print('torch' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", probe], cwd=sliding_square, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False False\n"
