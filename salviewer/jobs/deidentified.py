"""An explanation as it may be handed on: no path, no file name, nothing that a file said about a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from salviewer.api.archive import describe
from salviewer.api.evidence import Evidence, rebuild
from salviewer.api.explanation import Explanation

LEFT_OUT = "(path left out)"
SHORTEST_NAME = 3
"""Shorter names are not looked for inside of sentences: they would be found in ordinary words."""
_PATH = re.compile(r"""(?:^|(?<=[\s"'(=“:]))(?:~|[A-Za-z]:)?[\\/](?=[^\s\\/]).*[\\/][^\s"',;)”]*""")
"""From a path's first separator to its last: folders may have spaces in their names."""
_WORD = re.compile(r"[a-z][a-z-]{0,19}")


def label_of(sha256: str, what: str = "picture") -> str:
    """What a picture is called where its file's name is not to be told: “picture 3f2a9c01”, by its content."""
    return f"{what} {sha256[:8]}" if sha256 else what


def cleaned(explanation: Explanation, *, with_name: bool = False) -> Explanation:
    """`explanation` without paths and, unless `with_name`, without the name of the picture's file.

    Of the options with which the file was read numbers and plain words are kept, no text that may be an identifier.
    What `reproduce` needs stays: method, parameters, seed, hashes and versions. So do the names of classes, which the
    model knows and not the file, also where the file's name is a word of one.
    """
    about = dict(explanation.provenance)
    source = dict(about.get("input", {}))
    name = str(source.get("name", ""))
    what = "volume" if explanation.grid is not None and explanation.grid.affine is not None else "picture"
    label = label_of(str(source.get("sha256", "")), what)
    scrub = _scrubber("" if with_name else name, label)
    paths = _scrubber("", "")
    about = {key: (scrub if key == "input" else paths)(value) for key, value in about.items()}
    if source:
        shown = name if with_name else label
        about["input"] |= {"name": shown, "options": _harmless(source.get("options", {}))}
    if not with_name and about.get("sources"):
        about["sources"] = [_unnamed(one) for one in about["sources"]]
    return replace(
        explanation,
        evidence=tuple(_scrubbed(e, scrub) for e in explanation.evidence),
        notes=tuple(scrub(explanation.notes)),
        stopped=scrub(explanation.stopped),
        grid=replace(grid, steps=tuple(scrub(grid.steps))) if (grid := explanation.grid) is not None else None,
        provenance=about,
    )


def _unnamed(origin: dict[str, Any]) -> dict[str, Any]:
    """Of a result that was put together with others: the same, its input called by its content."""
    source = dict(origin.get("input", {}))
    return {**origin, "input": {**source, "name": label_of(str(source.get("sha256", "")), "volume")}}


def without_name(text: str, name: str, label: str) -> str:
    """`text` with `label` wherever it held the file's `name` or that name without its ending, and without paths."""
    return str(_scrubber(name, label)(text))


def _scrubber(name: str, label: str) -> Callable[[Any], Any]:
    """A function that takes name and paths out of every text within a value of JSON's kinds."""
    stem = name.rpartition(".")[0] or name
    inner = stem[:-4] if name.lower().endswith(".nii.gz") else stem
    words = [re.escape(word) for word in dict.fromkeys((name, stem, inner)) if len(word) >= SHORTEST_NAME]
    found = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None

    def scrub(value: Any) -> Any:
        if isinstance(value, str):
            return _PATH.sub(LEFT_OUT, found.sub(lambda _: label, value) if found else value)
        if isinstance(value, dict):
            return {key: scrub(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [scrub(item) for item in value]
        return value

    return scrub


def _scrubbed(evidence: Evidence, scrub: Callable[[Any], Any]) -> Evidence:
    facts = evidence.facts()
    clean = scrub(facts)
    return evidence if clean == facts else rebuild(describe(evidence)["kind"], evidence.arrays(), clean)


def _harmless(options: Any) -> dict[str, Any]:
    """The options that are numbers, yes or no, or a plain word."""
    return {
        name: value
        for name, value in dict(options).items()
        if isinstance(value, int | float) or (isinstance(value, str) and _WORD.fullmatch(value))
    }
