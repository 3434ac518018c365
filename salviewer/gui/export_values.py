"""What can be exported and how, as frozen plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Form(NamedTuple):
    """One kind of file. `ending`: with its dot; `kinds`: as a file dialog wants it; `about`: a sentence."""

    title: str
    ending: str
    kinds: str
    about: str


FORMS: dict[str, dict[str, Form]] = {
    "figure": {
        "png": Form("PNG", ".png", "PNG picture (*.png)", "Pixels, for slides and documents."),
        "svg": Form("SVG", ".svg", "SVG drawing (*.svg)", "Letters and lines stay sharp at any size."),
        "pdf": Form("PDF", ".pdf", "PDF document (*.pdf)", "Letters and lines stay sharp; for papers and print."),
    },
    "numbers": {
        "npy": Form("NPY, the model's grid", ".npy", "NumPy array (*.npy)", "The map's own values, not resampled."),
        "npy-picture": Form(
            "NPY, the input's grid", ".npy", "NumPy array (*.npy)",
            "One value per pixel or voxel of the input; no number where the model saw nothing.",
        ),
        "safetensors": Form(
            "Explanation", ".safetensors", "SalViewer explanation (*.safetensors)",
            "All maps with settings, hashes and versions: what “salviewer reproduce” reads.",
        ),
    },
    "tables": {
        "prediction": Form("Prediction", ".csv", "Table (*.csv)", "Every class with its probability and logit."),
        "trust": Form("Trust", ".csv", "Table (*.csv)", "What was measured of this map, beside the controls."),
        "region": Form("Region", ".csv", "Table (*.csv)", "What each map holds in the region drawn on it."),
        "neurons-csv": Form("Neurons", ".csv", "Table (*.csv)", "A line per chosen unit of the network."),
        "neurons-json": Form("Neurons, JSON", ".json", "JSON (*.json)", "Layers, units and links."),
    },
    "report": {
        "report-pdf": Form("PDF", ".pdf", "PDF document (*.pdf)", "Pages of A4, for printing and filing."),
        "html": Form(
            "HTML", ".html", "Web page (*.html)",
            "One file with everything in it; “salviewer reproduce” can run what it shows again.",
        ),
    },
}  # fmt: skip
"""Forms by what is exported. The figure of the view has those of the figure."""
FORMS["view"] = FORMS["figure"]

TITLES = {
    "figure": "Figure",
    "view": "View as it is on the screen",
    "numbers": "Numbers",
    "tables": "Table",
    "report": "Report",
}
SCALES = (1, 2, 3, 4)
LINES = {
    "title": "Method and class",
    "model": "Model and what was explained",
    "settings": "Settings that are not the default",
    "map": "Size of the map, and how it is drawn",
    "date": "Date",
}
"""The lines of information that a figure can have, in order."""


@dataclass(frozen=True)
class Wanted:
    """What a person wants exported.

    what: a key of `TITLES`; form: a key of `FORMS[what]`; scale: of a PNG; page: of a PDF, "figure" or "a4".
    every_map: all maps of the answer beside each other; lines: keys of `LINES`; dark: light on dark.
    file_name: whether the picture's file name goes along, never remembered.
    results: ids of the explanations in a report; () for the one on the screen.
    """

    what: str = "figure"
    form: str = "png"
    scale: int = 2
    page: str = "figure"
    every_map: bool = False
    lines: tuple[str, ...] = ("title", "model", "settings", "map")
    dark: bool = False
    file_name: bool = False
    results: tuple[int, ...] = ()

    @property
    def kind(self) -> Form:
        """The kind of file."""
        return FORMS[self.what][self.form]
