"""Reads the XML in which annotations are written; entities, which make XML dangerous, are refused."""

from __future__ import annotations

from xml.etree import ElementTree as ET  # see above

from salviewer.data.annotation_problems import damaged


def root_of(text: str, name: str) -> ET.Element:
    """The outermost element of the XML file `name`. Raises `UnreadableInput` "bad-annotations" where it is none."""
    if "<!ENTITY" in text:
        raise damaged(name, "it defines entities, which no annotation needs")
    try:
        return ET.fromstring(text)  # noqa: S314 - without entities it is harmless
    except ET.ParseError as e:
        raise damaged(name, f"line {e.position[0]} is no XML") from e
