"""Annotation files: as the standards have them, there and back, and what is said of broken ones."""

import gzip
import json

import nibabel
import numpy as np
import pytest
from PIL import Image

from salviewer.data.annotation_coco import from_coco, to_coco
from salviewer.data.annotation_files import FORMATS, read_annotations, write_annotations
from salviewer.data.annotation_pixels import Pixels
from salviewer.data.annotation_shapes import Shape, Shapes, box_shape, mask_shape
from salviewer.data.annotation_store import AnnotationStore
from salviewer.errors import InvalidChoice, UnreadableInput

SIZE = (6, 8)
BLANK = Shapes(SIZE, "ab" * 32, "eye.png")

COCO = """{
 "info": {"year": 2017}, "licenses": [],
 "images": [{"id": 9, "file_name": "eye.png", "width": 8, "height": 6},
            {"id": 10, "file_name": "hand.png", "width": 640, "height": 480}],
 "annotations": [
  {"id": 1, "image_id": 9, "category_id": 18, "iscrowd": 0, "area": 6.0, "bbox": [1.0, 2.0, 3.0, 2.0],
   "segmentation": []},
  {"id": 2, "image_id": 9, "category_id": 44, "iscrowd": 0, "area": 8.0, "bbox": [0, 0, 4, 4],
   "segmentation": [[0, 0, 4, 0, 0, 4]]},
  {"id": 3, "image_id": 9, "category_id": 18, "iscrowd": 1, "area": 3, "bbox": [1, 1, 2, 3],
   "segmentation": {"size": [6, 8], "counts": [7, 2, 3, 1, 35]}},
  {"id": 4, "image_id": 10, "category_id": 18, "iscrowd": 0, "area": 1, "bbox": [500, 400, 1, 1], "segmentation": []}
 ],
 "categories": [{"id": 18, "name": "dog", "supercategory": "animal"}, {"id": 44, "name": "bottle"}]
}"""

VOC = """<annotation>
 <folder>VOC2007</folder><filename>eye.jpg</filename>
 <size><width>8</width><height>6</height><depth>3</depth></size>
 <object><name>dog</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>
  <bndbox><xmin>2</xmin><ymin>3</ymin><xmax>4</xmax><ymax>4</ymax></bndbox>
  <part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
 </object>
 <object><name>person</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>8</xmax><ymax>6</ymax></bndbox></object>
</annotation>"""


def drawn():
    lesion = np.zeros(SIZE, bool)
    lesion[1:3, 6], lesion[4, 0] = True, True
    shapes = [
        box_shape((1, 2, 4, 4.5), "dog"),
        Shape("polygon", "bottle – größe", ((0.25, 0), (4, 0), (0, 4))),
        mask_shape(lesion, "dog"),
    ]
    return BLANK.added(shapes)


def test_a_coco_file_written_by_hand():
    box, polygon, lesion = from_coco(COCO, BLANK, "a.json").items
    assert (box.kind, box.name, box.box) == ("box", "dog", (1, 2, 4, 4))
    assert (polygon.kind, polygon.name, polygon.points) == ("polygon", "bottle", ((0, 0), (4, 0), (0, 4)))
    # 7 off: column 0 and row 0 of column 1; rows 1 and 2 on; 3 off end column 1; row 0 of column 2 on
    assert lesion.pixels == Pixels(1, 0, 2, 3, (1, 3, 2))


def test_compressed_run_lengths_are_read():
    # 7, 2, 3 stand for themselves; 1 is written as 1 - 2 = -1, which is "O"; 35 - 3 = 32 is "P1".
    found = json.loads(COCO)
    found["annotations"][2]["segmentation"]["counts"] = "723OP1"
    assert from_coco(json.dumps(found), BLANK, "a.json").items[2].pixels == Pixels(1, 0, 2, 3, (1, 3, 2))


def test_an_object_of_two_polygons_is_one_area():
    found = json.loads(COCO)
    found["annotations"][1]["segmentation"] = [[0, 0, 2, 0, 2, 2, 0, 2], [4, 4, 6, 4, 6, 6, 4, 6]]
    shape = from_coco(json.dumps(found), BLANK, "a.json").items[1]
    assert (shape.kind, shape.area, shape.box) == ("lesion", 8, (0, 0, 6, 6))


def test_coco_there_and_back():
    assert from_coco(json.dumps(to_coco(drawn())), BLANK, "a.json") == drawn()
    entry = to_coco(drawn())["annotations"][0]
    assert entry["bbox"] == [1, 2, 3, 2.5]
    assert entry["area"] == 7.5


def test_a_voc_file_written_by_hand(tmp_path):
    path = tmp_path / "eye.xml"
    path.write_text(VOC)
    dog, person = read_annotations(path, BLANK).items
    # VOC counts from 1 and names the last pixel: pixels 2 to 4 span the edges 1 to 4
    assert (dog.name, dog.box) == ("dog", (1, 2, 4, 4))
    assert (person.name, person.box) == ("person", (0, 0, 8, 6))


def test_voc_keeps_the_tightest_box_in_whole_pixels(tmp_path):
    path = tmp_path / "eye.xml"
    write_annotations(drawn(), path, "voc")
    found = read_annotations(path, BLANK)
    assert [s.box for s in found.items] == [(1, 2, 4, 4), (0, 0, 4, 4), (0, 1, 7, 5)]
    assert found.items[1].name == "bottle – größe"
    thin = BLANK.added([box_shape((7.9, 5.9, 8, 6), "dot")])
    write_annotations(thin, path, "voc")
    assert read_annotations(path, BLANK).items[0].box == (7, 5, 8, 6)


@pytest.mark.parametrize("key", ["mask", "nifti"])
def test_label_images_keep_areas_and_names(tmp_path, key):
    path = tmp_path / f"eye{FORMATS[key].ending}"
    shapes = BLANK.added(
        [box_shape((1, 2, 4, 4), "dog"), box_shape((0, 0, 8, 1), "cat"), box_shape((5, 5, 8, 6), "dog")]
    )
    write_annotations(shapes, path, key)
    dog, cat = read_annotations(path, BLANK).items
    assert (dog.name, dog.area, dog.box) == ("dog", 9, (1, 2, 8, 6))
    assert (cat.name, cat.area, cat.box) == ("cat", 8, (0, 0, 8, 1))
    assert json.loads((tmp_path / "eye.names.json").read_text()) == {"1": "dog", "2": "cat"}


def test_one_class_becomes_black_and_white(tmp_path):
    path = tmp_path / "eye.png"
    write_annotations(BLANK.added([box_shape((1, 2, 4, 4), "dog")]), path, "mask")
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert (pixels.dtype, set(pixels.ravel().tolist()), pixels[2, 1]) == (np.uint8, {0, 255}, 255)
    assert read_annotations(path, BLANK).items[0].name == "dog"
    (tmp_path / "eye.names.json").unlink()
    assert read_annotations(path, BLANK, "exudate").items[0].name == "exudate"


def test_a_picture_becomes_a_volume_of_one_slice(tmp_path):
    path = tmp_path / "eye.nii.gz"
    write_annotations(BLANK.added([box_shape((7, 0, 8, 2), "dog")]), path, "nifti")
    image = nibabel.load(path)
    assert image.shape == (8, 6, 1)
    assert image.get_data_dtype() == np.uint8
    assert np.array_equal(image.affine, np.eye(4))
    assert np.argwhere(np.asarray(image.dataobj)).tolist() == [[7, 0, 0], [7, 1, 0]]


def test_a_palette_picture_has_a_class_per_colour(tmp_path):
    path = tmp_path / "voc.png"
    image = Image.new("P", (8, 6))
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    image.putpixel((2, 1), 1)
    image.putpixel((3, 1), 2)
    image.save(path)
    assert [(s.name, s.box) for s in read_annotations(path, BLANK).items] == [
        ("label 1", (3, 1, 4, 2)),
        ("label 2", (2, 1, 3, 2)),
    ]


def test_no_path_and_no_name_unless_wished(tmp_path):
    for key, form in FORMATS.items():
        path = tmp_path / f"out{form.ending}"
        write_annotations(drawn(), path, key)
        raw = path.read_bytes()
        assert b"eye" not in (gzip.decompress(raw) if key == "nifti" else raw)
    write_annotations(drawn(), tmp_path / "out.json", "coco", picture="eye.png")
    assert json.loads((tmp_path / "out.json").read_text())["images"][0]["file_name"] == "eye.png"
    with pytest.raises(InvalidChoice, match="no format"):
        write_annotations(drawn(), tmp_path / "out", "tiff")


def broken(path, change):
    found = json.loads(COCO)
    change(found)
    path.write_text(json.dumps(found))
    return path


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda c: c["images"][0].update(width=9), "annotation-size", "9 × 6 pixels and this one has 8 × 6"),
        (lambda c: c["images"][0].update(file_name="x.png"), "other-picture", "2 pictures, and none of them"),
        (lambda c: c.pop("annotations"), "bad-annotations", "no list “annotations”"),
        (lambda c: c["annotations"][0].update(bbox=[1, 2, "x", 3]), "bad-annotations", "'x' is no number"),
        (lambda c: c["annotations"][0].update(bbox=[1, 2, 0, 3]), "bad-annotations", "annotation 1: its box is 0 × 3"),
        (lambda c: c["annotations"][0].update(bbox=None), "bad-annotations", "neither a segmentation nor a bbox"),
        (lambda c: c["annotations"][1].update(segmentation=[[1, 2]]), "bad-annotations", "three or more points"),
        (lambda c: c["annotations"][2]["segmentation"].update(counts=[1, 2]), "bad-annotations", "cover 3 pixels"),
        (lambda c: c["annotations"][2]["segmentation"].update(size=[8, 6]), "bad-annotations", "for 6 × 8 pixels"),
        (lambda c: c["annotations"][2]["segmentation"].update(counts="\n"), "bad-annotations", "damaged"),
        (lambda c: c["annotations"][2]["segmentation"].update(counts="X"), "bad-annotations", "cut off"),
        (lambda c: c.update(images=[1]), "bad-annotations", "no list of pictures"),
        (lambda c: c["annotations"].append(3), "bad-annotations", "annotation 5"),
    ],
)  # fmt: skip
def test_a_broken_coco_file_gets_one_sentence(tmp_path, change, code, words):
    with pytest.raises(UnreadableInput, match=words) as error:
        read_annotations(broken(tmp_path / "a.json", change), BLANK)
    assert error.value.code == code
    assert str(error.value).startswith("a.json ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1 is no JSON"),
        ("[" * 100_000, "nested too deep"),
        ("<annotation><object>", "line 1 is no XML"),
        ("<html></html>", "begins with <html>"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "entities"),
        (VOC.replace("<xmin>2</xmin>", ""), "object 1: its box is nothing, 3, 4, 4"),
        (VOC.replace("<xmin>2</xmin>", "<xmin>7</xmin>"), "ends before it begins"),
        (VOC.replace("<width>8</width>", "<width>80</width>"), "80 × 6 pixels and this one has 8 × 6"),
    ],
)
def test_a_broken_text_gets_one_sentence(tmp_path, text, words):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(UnreadableInput, match=words):
        read_annotations(tmp_path / "a.txt", BLANK)


def save_nifti(path, values):
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)
    return path


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((9, 6, 1), np.uint8), "9 × 6 pixels and this one has 8 × 6"),
        (np.zeros((8, 6, 3), np.uint8), "8 × 6 × 3 voxels"),
        (np.full((8, 6, 1), 0.5, np.float32), "no whole numbers"),
    ],
)
def test_volumes_that_are_no_labels_of_this_picture(tmp_path, values, words):
    with pytest.raises(UnreadableInput, match=words):
        read_annotations(save_nifti(tmp_path / "a.nii.gz", values), BLANK)


def test_cut_off_files_get_one_sentence(tmp_path):
    whole = save_nifti(tmp_path / "a.nii.gz", np.ones((8, 6, 1), np.int16)).read_bytes()
    for keep in (3, 40, len(whole) - 12):
        (tmp_path / "b.nii.gz").write_bytes(whole[:keep])
        with pytest.raises(UnreadableInput):
            read_annotations(tmp_path / "b.nii.gz", BLANK)
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UnreadableInput):
        read_annotations(tmp_path / "c.png", BLANK)


def test_a_photograph_is_no_mask(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    with pytest.raises(UnreadableInput, match="a photograph and no mask"):
        read_annotations(tmp_path / "a.png", Shapes((30, 40)))
    (tmp_path / "a.names.json").write_text("[")
    with pytest.raises(UnreadableInput, match=r"a\.names\.json"):
        read_annotations(tmp_path / "a.png", Shapes((30, 40)))


def test_a_mask_of_another_size_names_both(tmp_path):
    Image.new("L", (4, 3), 255).save(tmp_path / "a.png")
    with pytest.raises(UnreadableInput, match="4 × 3 pixels and this one has 8 × 6") as error:
        read_annotations(tmp_path / "a.png", BLANK)
    assert error.value.code == "annotation-size"


def test_what_was_drawn_returns_with_the_picture(tmp_path):
    store = AnnotationStore(tmp_path / "kept")
    assert store.find(BLANK) == (BLANK, "")
    store.keep(drawn())
    assert store.find(BLANK) == (drawn(), "")
    assert store.find(Shapes(SIZE, "cd" * 32))[0].items == ()
    store.keep(BLANK)
    assert list(store.folder.iterdir()) == []


def test_a_kept_file_that_is_damaged_is_set_aside(tmp_path):
    store = AnnotationStore(tmp_path)
    store.place(BLANK.sha256).write_text("{")
    found, said = store.find(BLANK)
    assert found == BLANK
    assert "set aside" in said
    assert [p.suffix for p in tmp_path.iterdir()] == [".bad"]
