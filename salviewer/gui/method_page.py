"""What is known of a method beside its summary: needs in words, source, and how it works, read from its own file."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from salviewer.api.descriptors import ExplainerInfo

NEEDS = {
    "gradients": "gradients of the network",
    "module": "the network's own layers",
    "class-index": "the class's place among the outputs",
    "trained": "a trained network",
    "annotation": "an annotation",
    "collection": "a collection of pictures",
    "rerun": "runs of its own",
}


@dataclass(frozen=True)
class MethodPage:
    """A method for people who want to know. text: how it works, as its file says; "" where that cannot be read."""

    title: str
    summary: str
    answers: str
    needs: str
    citation: str
    equations: str
    url: str
    text: str


def page_of(info: ExplainerInfo) -> MethodPage:
    """All that is known about `info`; its code is read as text, never run."""
    needs = [NEEDS.get(need, need) for need in sorted(info.needs)]
    return MethodPage(
        title=info.title,
        summary=info.summary,
        answers=info.answers,
        needs=f"Needs {', '.join(needs)}." if needs else "Needs the model's outputs alone: it works with any model.",
        citation=info.source.citation,
        equations=info.source.equations,
        url=info.source.url,
        text=_told(info.run),
    )


def as_html(page: MethodPage) -> str:
    """The page as rich text; nothing of it but the page's own structure is taken for markup."""
    link = f'<br><a href="{escape(page.url, quote=True)}">{escape(page.url)}</a>' if page.url.startswith("http") else ""
    equations = f"<br>{escape(page.equations)}" if page.equations else ""
    parts = [
        f"<h2>{escape(page.title)}</h2>",
        f"<p>{escape(page.summary)}</p>",
        f"<p><i>{escape(page.answers)}</i></p>",
        f"<p>{escape(page.needs)}</p>",
        "<h3>Source</h3>",
        f"<p>{escape(page.citation)}{equations}{link}</p>",
    ]
    if page.text:
        parts += ["<h3>How it works</h3>", *_blocks(page.text)]
    return "\n".join(parts)


def _told(path: str) -> str:
    """What the file and the class that `path` ("package.module:Name") names say of themselves."""
    module, _, name = path.partition(":")
    try:
        found = importlib.util.find_spec(module)
        tree = ast.parse(Path(found.origin).read_text(encoding="utf-8")) if found and found.origin else None
    except (ImportError, OSError, SyntaxError, ValueError):
        return ""
    if tree is None:
        return ""
    own = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), None)
    texts = (ast.get_docstring(tree), ast.get_docstring(own) if own else None)
    return "\n\n".join(text.replace("`", "") for text in texts if text)


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, formulas (indented) and tables (rows of bars), each as HTML."""
    for block in text.split("\n\n"):
        lines = block.strip("\n").splitlines()
        if not lines:
            continue
        if all(line.startswith("    ") for line in lines):
            yield "<pre>" + escape("\n".join(line[4:] for line in lines)) + "</pre>"
        elif all(line.lstrip().startswith("|") for line in lines):
            yield _table(lines)
        else:
            yield f"<p>{escape(' '.join(line.strip() for line in lines))}</p>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in _cells(line)] for line in lines if set(line) - set("|-: ")]
    headed = len(rows) < len(lines)  # a ruled line sets the first row apart
    html = ""
    for at, row in enumerate(rows):
        tag = "th align=left" if headed and at == 0 else "td"
        html += "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag[:2]}>" for cell in row) + "</tr>"
    return f'<table cellpadding="3">{html}</table>'


def _cells(line: str) -> list[str]:
    r"""The cells of a row; "\|" is a bar within one."""
    return [cell.replace("\0", "|") for cell in line.replace("\\|", "\0").strip().strip("|").split("|")]
