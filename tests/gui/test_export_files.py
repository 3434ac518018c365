"""What leaves the window: every kind of file, without path, name or EXIF; pixels and numbers as they are."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from fakes import GRID, explanation, heatmap
from neuron_paths import neuron_path
from PIL import Image
from PySide6.QtCore import QRectF

from salviewer import load_explanation
from salviewer.api import InputRef, JobSpec, ModelRef, Picture
from salviewer.gui.export_values import FORMS, Wanted

NAME = "Jane Doe 1950-01-02.jpg"
FOLDER = "/home/someone/ward 7"
LEAKS = (b"Jane Doe", b"1950-01-02", b"someone", b"ward 7", b"Exif", b"eXIf", b"tEXt", b"iTXt", b"zTXt")


def picture(shape=(60, 100)):
    pixels = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    return Picture(pixels, NAME, "ab12cd34" * 8)


@pytest.fixture
def named(loaded, qtbot):
    """An answer whose picture's name tells who it is of, and whose notes and provenance repeat it."""
    made = explanation(
        heatmap(), heatmap("Round 2", (8, 9)), notes=(f"{NAME} was turned upright; see {FOLDER}/{NAME}.",)
    )
    about = made.provenance
    about["input"] = {"name": NAME, "sha256": "ab12cd34" * 8, "options": {"page": 2, "series": "1.2.840.9"}}
    about["params"] = {"points": 9, "mask": f"{FOLDER}/mask.png"}
    made = replace(made, evidence=(*made.evidence, neuron_path(units=40)), provenance=about)
    loaded.actions.run()
    loaded.engine.finish(loaded.engine.explaining[-1], made)
    qtbot.waitUntil(lambda: loaded.state.shown is not None and not loaded.state.busy)
    loaded.state.shown = replace(loaded.state.shown, picture=picture())
    return loaded


def export(session, qtbot, tmp_path, **wanted):
    asked = Wanted(**wanted)
    session.dialogs.path = tmp_path / f"out{asked.kind.ending}"
    assert session.actions.exporting.export(asked)
    qtbot.waitUntil(lambda: not session.state.busy)
    return session.dialogs.path.read_bytes()


def opened_up(data: bytes) -> bytes:
    """The bytes, and what is packed inside of them."""
    found = [re.sub(rb"[A-Za-z0-9+/]{64,}=*", b"", data)]  # which by chance may spell anything
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            found.append(stream)
    found += [base64.b64decode(m + b"==") for m in re.findall(rb"base64,([A-Za-z0-9+/]+)", data)]
    found += [base64.b64decode(m) for m in re.findall(rb'"([A-Za-z0-9+/]{64,}=*)"', data)]
    return b"".join(found)


EVERY = [
    (what, form) for what, forms in FORMS.items() for form in forms if form not in ("trust", "prediction", "region")
]


@pytest.mark.parametrize(("what", "form"), EVERY)
def test_no_path_no_name_no_exif_and_no_png_text_leaves(named, qtbot, tmp_path, what, form):
    data = opened_up(export(named, qtbot, tmp_path, what=what, form=form))
    assert data
    for leak in LEAKS:
        assert leak not in data, leak
        # PDF texts may be UTF-16.
        assert leak.decode().encode("utf-16-be") not in data


def test_the_suggested_name_tells_nothing_of_the_picture(named, qtbot, tmp_path):
    export(named, qtbot, tmp_path)
    assert ("save", "light-tiger-cat.png") in named.dialogs.asked


@pytest.mark.parametrize("form", ["svg", "safetensors", "html"])
def test_the_files_name_goes_along_when_it_is_ticked_and_only_that_time(named, qtbot, tmp_path, form):
    what = next(w for w, forms in FORMS.items() if form in forms)
    assert b"Jane Doe" in opened_up(export(named, qtbot, tmp_path, what=what, form=form, file_name=True))
    assert named.actions.exporting.remembered.file_name is False
    assert b"someone" not in opened_up(export(named, qtbot, tmp_path, what=what, form=form, file_name=True))


def test_the_picture_goes_by_the_first_letters_of_its_hash(named, qtbot, tmp_path):
    assert b"picture ab12cd34" in export(named, qtbot, tmp_path, form="svg")


def test_a_saved_explanation_is_cleaned_but_keeps_what_a_second_run_needs(named, qtbot, tmp_path):
    export(named, qtbot, tmp_path, what="numbers", form="safetensors")
    about = load_explanation(tmp_path / "out.safetensors").provenance
    assert about["input"] == {"name": "picture ab12cd34", "sha256": "ab12cd34" * 8, "options": {"page": 2}}
    assert about["params"] == {"points": 9, "mask": "(path left out)"}


def test_save_explanation_is_cleaned_too(named, qtbot, tmp_path):
    named.dialogs.path = tmp_path / "e.safetensors"
    named.actions.keeping.save_explanation()
    qtbot.waitUntil(lambda: not named.state.busy)
    assert b"Jane" not in named.dialogs.path.read_bytes()


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_png_has_the_pictures_pixels_as_squares_at_every_scale(named, qtbot, tmp_path, scale):
    named.state.display = replace(named.state.display, opacity=0.0, frame=False)
    data = export(named, qtbot, tmp_path, scale=scale, lines=())
    image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    side = 7 * scale  # 100 pixels are enlarged to 700
    wanted = np.repeat(np.repeat(picture().pixels, side, 0), side, 1)
    # The em is 13: margin 23, room above the picture 5, and what the map would need for its power of ten.
    places = [(y * scale, 23 * scale) for y in range(20, 60)]
    size = wanted.shape[:2]
    assert any(np.array_equal(image[y : y + size[0], x : x + size[1]], wanted) for y, x in places)


def test_an_svg_has_its_words_as_text_and_the_pixels_at_their_own_resolution(named, qtbot, tmp_path):
    text = export(named, qtbot, tmp_path, form="svg").decode()
    for words in ("Light · tiger cat", "For research use only. Not for diagnostic use.", "probability"):
        assert words in text
    sizes = [Image.open(io.BytesIO(base64.b64decode(m))).size for m in re.findall(r"base64,([A-Za-z0-9+/=]+)", text)]
    assert sizes == [(100, 60), (30, 30), (1, 256)]
    assert "image-rendering:pixelated" in text
    assert "optimizeSpeed" not in text


def test_a_zoomed_view_hands_on_no_more_of_the_picture_than_is_seen(named, qtbot, tmp_path):
    from PySide6.QtCore import QSizeF

    from salviewer.gui.export_figure import View

    view = View(QRectF(20, 10, 25, 15), QSizeF(500, 300))
    wanted = Wanted(what="view", form="svg")
    named.dialogs.path = tmp_path / "v.svg"
    named.actions.exporting.export(wanted, view)
    qtbot.waitUntil(lambda: not named.state.busy)
    first = re.search(r"base64,([A-Za-z0-9+/=]+)", named.dialogs.path.read_text())[1]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(first))).convert("RGB"))
    assert np.array_equal(pixels, picture().pixels[10:25, 20:45])


def test_a_pdf_embeds_its_font_and_keeps_pixels_unspoilt(named, qtbot, tmp_path):
    data = export(named, qtbot, tmp_path, form="pdf")
    assert b"/FontFile" in data
    assert b"/DCTDecode" not in data
    assert data.count(b"/Type /Page\n") == 1
    a4 = export(named, qtbot, tmp_path, form="pdf", page="a4")
    assert re.search(rb"/MediaBox \[0 0 (595|842)", a4)


def test_arrays_are_the_maps_own_and_those_on_the_picture(named, qtbot, tmp_path):
    own = np.load(io.BytesIO(export(named, qtbot, tmp_path, what="numbers", form="npy")))
    assert np.array_equal(own, heatmap().values)
    on = np.load(io.BytesIO(export(named, qtbot, tmp_path, what="numbers", form="npy-picture")))
    assert np.array_equal(on, GRID.to_source(heatmap().values), equal_nan=True)


def test_the_prediction_is_a_table_and_a_class_is_no_formula(named, qtbot, tmp_path):
    from salviewer.api import Prediction

    named.state.prediction = Prediction(("=cmd()", "ö, b"), (0.5, -1.0), (0.75, 0.25))
    data = export(named, qtbot, tmp_path, what="tables", form="prediction")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [
        ["index", "class", "probability", "logit"],
        ["0", "'=cmd()", "0.75", "0.5"],
        ["1", "ö, b", "0.25", "-1.0"],
    ]


def test_every_page_of_a_report_and_its_end_carry_the_notice(named, qtbot, tmp_path):
    page = export(named, qtbot, tmp_path, what="report", form="html").decode()
    assert page.count("For research use only. Not for diagnostic use.") >= 3
    assert page.count("<img ") == 3  # the picture, and both maps
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)  # self-contained
    assert "points" in page


def test_a_picture_that_is_in_no_file_cannot_be_named_by_a_call_and_it_says_so(named):
    item = next(item for item in named.state.results if item.id == named.state.shown.result)
    spec = item.spec.model_copy(update={"input": InputRef(source="live:1")})
    named.state.results = tuple(replace(r, spec=spec) if r is item else r for r in named.state.results)
    named.actions.exporting.copy_command()
    assert named.state.messages[-1].text.startswith("The picture of this result is in no file")


def test_the_copied_call_names_the_picture_where_it_is(named):
    from PySide6.QtGui import QGuiApplication

    named.actions.exporting.copy_command()
    assert (
        QGuiApplication.clipboard().text() == "salviewer explain --model net --method light --target 1 --seed 0 cat.png"
    )
    named.actions.exporting.copy_python()
    assert "sv.explain(model, picture, 'light', target=1, seed=0)" in QGuiApplication.clipboard().text()


def test_what_cannot_be_had_says_why(session):
    exporting = session.actions.exporting
    assert exporting.why_not("figure", "png") == "Run a method first: then there is a map to export."
    assert exporting.why_not("tables", "prediction").startswith("Open a model and a picture or volume first")
    assert not exporting.export(Wanted())


def test_a_place_that_cannot_be_written_is_one_sentence(named, qtbot, tmp_path):
    named.dialogs.path = tmp_path / "absent" / "x.png"
    named.actions.exporting.export(Wanted())
    qtbot.waitUntil(lambda: bool(named.state.messages))
    assert named.state.messages[0].text.startswith("x.png cannot be written")


@pytest.mark.parametrize("source", [InputRef(source="cat.png")])
def test_a_report_has_what_is_ticked_in_the_list(named, qtbot, tmp_path, source):
    spec = JobSpec(method="light", model=ModelRef(architecture="net"), input=source)
    number = named.engine._workspace.add(explanation(label="lynx"), spec)
    named.actions.keeping.list_results()
    qtbot.waitUntil(lambda: any(item.id == number for item in named.state.results) and not named.state.busy)
    page = export(named, qtbot, tmp_path, what="report", form="html", results=(number,)).decode()
    assert "Light · lynx" in page
    assert "tiger cat" not in page


def test_save_overlay_writes_the_figure_of_the_export_at_twice_its_size(named, qtbot, tmp_path):
    wanted = export(named, qtbot, tmp_path)
    named.actions.exporting.remembered = Wanted(scale=4, dark=True)  # which changes nothing here
    named.dialogs.path = tmp_path / "over.png"
    named.window.commands["overlay.save"].trigger()
    qtbot.waitUntil(lambda: not named.state.busy)
    assert named.dialogs.path.read_bytes() == wanted
    assert named.actions.exporting.remembered.scale == 4
    assert ("save", "light-tiger-cat.png") in named.dialogs.asked


def test_what_a_region_holds_is_a_line_per_map(named, qtbot, tmp_path):
    assert not named.window.commands["export.region"].isEnabled()
    assert "Draw a rectangle" in named.actions.exporting.why_not("tables", "region")
    shown = named.state.shown
    (top, bottom), (left, right) = shown.grid.box()[-2:]
    named.window.heatmap.region.put("rectangle", QRectF(left, top, (right - left) / 2, bottom - top))
    assert named.window.commands["export.region"].isEnabled()
    rows = list(
        csv.reader(io.StringIO(export(named, qtbot, tmp_path, what="tables", form="region").decode("utf-8-sig")))
    )
    assert [row[0] for row in rows[1:]] == ["Light", "Round 2"]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["region"], float(first["share of positive sum"]), float(first["highest"])) == ("rectangle", 1, 2.5)
    assert float(first["share of area"]) == pytest.approx(0.5, abs=0.02)
    named.window.heatmap.want_region("")
    assert not named.window.commands["export.region"].isEnabled()
