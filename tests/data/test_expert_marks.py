"""Experts' XML and masks: regions whose area is known, files that belong to a photograph, agreement of several."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from salviewer.data.annotation_files import read_annotations
from salviewer.data.annotation_markings import from_markings
from salviewer.data.annotation_shapes import Shapes
from salviewer.data.expert_marks import files_of, marks
from salviewer.data.fundus_header import EyeFacts, eye_facts
from salviewer.data.lesion_types import in_order, lesion_type, masks_by_type
from salviewer.errors import UnreadableInput

BLANK = Shapes((100, 120), "sha", "image001.png")


def marking(region, kind="Haemorrhages", level="High", point="<coords2d>15,25</coords2d>"):
    return (
        f"<marking>{region}<representativepoint>{point}</representativepoint>"
        f"<confidencelevel>{level}</confidencelevel><markingtype>{kind}</markingtype></marking>"
    )


def document(*markings, size="<imagesize><width>120</width><height>100</height></imagesize>"):
    return (
        f"<imgannotooldata version='1.0'><header><imagename>image001.png</imagename>{size}</header>"
        f"<markinglist>{''.join(markings)}</markinglist></imgannotooldata>"
    )


CENTRE = "<centroid><coords2d>60,50</coords2d></centroid>"
CORNERS = "".join(f"<coords2d>{x},{y}</coords2d>" for x, y in ((10, 20), (30, 20), (30, 30), (10, 30)))
POLYGON = "<polygonregion>{}" + CORNERS + "</polygonregion>"
CIRCLE = f"<circleregion>{CENTRE}<radius>10</radius></circleregion>"
RADII = f"<radius direction='x'>20</radius><radius direction='y'>5</radius><rotangle>{math.pi / 2}</rotangle>"
ELLIPSE = f"<ellipseregion>{CENTRE}{RADII}</ellipseregion>"


def test_regions_and_points():
    found = from_markings(
        document(marking(POLYGON.format(CENTRE)), marking(CIRCLE, "Hard_exudates"), marking(ELLIPSE, "Soft_exudates"),
                 marking("", "Red_small_dots"), marking(CIRCLE, "Disc")), BLANK, "a.xml",
    )  # fmt: skip
    assert [s.name for s in found.items] == ["hemorrhages", "hard exudates", "soft exudates", "red small dots", "Disc"]
    areas = [s.area for s in found.items]
    assert areas[0] == pytest.approx(200)
    assert areas[1] == pytest.approx(math.pi * 100, rel=0.01)
    assert areas[2] == pytest.approx(math.pi * 100, rel=0.01)
    assert found.items[2].box == pytest.approx((55, 30, 65, 70), abs=0.1)  # turned by a quarter
    assert found.items[3].box == (15, 25, 16, 26)
    masks = masks_by_type(found)
    assert list(masks) == ["hemorrhages", "hard exudates", "soft exudates", "red small dots"]
    assert masks["red small dots"].sum() == 1


def test_coordinates_as_elements_and_other_cases():
    text = document(
        "<Marking><PolygonRegion><Coords2d><x>10</x><y>20</y></Coords2d><Coords2d><x>30</x><y>20</y></Coords2d>"
        "<Coords2d><x>30</x><y>30</y></Coords2d></PolygonRegion><MarkingType>Haemorrhages</MarkingType></Marking>"
    )
    assert from_markings(text, BLANK, "a.xml").items[0].area == pytest.approx(100)


def test_confidence_is_heeded():
    text = document(marking(CIRCLE, level="Low"), marking(CIRCLE, level="Medium"), marking(CIRCLE, level="High"))
    assert [len(from_markings(text, BLANK, "a", least=level).items) for level in ("low", "medium", "high")] == [3, 2, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (document(marking("", point="")), "marking 1: it has neither a region nor a point"),
        (document(marking(CIRCLE, level="Surely")), "its confidence is “surely”"),
        (document(marking("<polygonregion><coords2d>1,2,3</coords2d></polygonregion>")), "is no pair of coordinates"),
        (document(marking("<circleregion><radius>4</radius></circleregion>")), "needs a centre"),
        (document(marking("<polygonregion><coords2d>1,nan</coords2d></polygonregion>")), "not finite"),
        (document(size="<imagesize><width>9</width><height>9</height></imagesize>"), "9 × 9"),
        ("<marking", "is no XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><marking/>", "entities"),
    ],
)
def test_damaged_files_are_told_in_a_sentence(text, said):
    with pytest.raises(UnreadableInput, match=said):
        from_markings(text, BLANK, "a.xml")


def test_the_reader_tells_markings_from_boxes(tmp_path):
    path = tmp_path / "image001_01.xml"
    path.write_text(document(marking(CIRCLE)), encoding="utf-8")
    assert read_annotations(path, BLANK).items[0].name == "hemorrhages"


def test_names_in_every_spelling():
    for name in ("Haemorrhages", "hemorrhage", "HARD_EXUDATES", "EX", "cotton wool spots", "Red_small_dots", "MA"):
        assert lesion_type(name)
    assert lesion_type("Disc") is None
    assert in_order(["red small dots", "zebra", "hemorrhages"]) == ("hemorrhages", "red small dots", "zebra")


def test_files_belong_by_name(tmp_path):
    for name in ("image001_01.xml", "image0012.xml", "hard_exudates/image001.png", "image001_EX.tif", "image001.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [p.name for p in files_of("image001", tmp_path)] == ["image001.png", "image001_01.xml", "image001_EX.tif"]


def test_three_of_four_experts_must_agree(tmp_path):
    for i in range(4):
        text = document(marking(POLYGON.format("")), *([marking(CIRCLE)] if i < 2 else []))
        (tmp_path / f"image001_0{i}.xml").write_text(text, encoding="utf-8")
    mask = np.zeros((100, 120), np.uint8)
    mask[:5, :5] = 255
    (tmp_path / "hard_exudates").mkdir()
    Image.fromarray(mask).save(tmp_path / "hard_exudates" / "image001.png")
    found = marks(files_of("image001", tmp_path), BLANK, "image001")
    assert {kind: int(m.sum()) for kind, m in found.items()} == {"hemorrhages": 200, "hard exudates": 25}
    some = marks(files_of("image001", tmp_path), BLANK, "image001", agreement=0.5)
    assert some["hemorrhages"].sum() > 500


def test_only_a_header_says_which_eye(tmp_path):
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    head = FileDataset(str(tmp_path / "eye.dcm"), {}, file_meta=meta, preamble=b"\0" * 128)
    head.SOPClassUID, head.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    head.ImageLaterality, head.PixelSpacing = "L", [0.01, 0.02]
    head.save_as(tmp_path / "eye.dcm", enforce_file_format=True)
    assert eye_facts(tmp_path / "eye.dcm") == EyeFacts("left eye", (0.01, 0.02))
    Image.new("RGB", (4, 4)).save(tmp_path / "left_OS.png")
    assert eye_facts(tmp_path / "left_OS.png").words == "Eye: not stated. Size of a pixel: unknown."
    assert eye_facts(tmp_path / "gone.dcm") == EyeFacts()
