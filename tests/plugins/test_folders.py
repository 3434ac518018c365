"""Collections in folders: what is found, what is true of it, and one sentence for each kind of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from salviewer.api import InputRef
from salviewer.errors import InvalidChoice, UnreadableInput
from salviewer.host import Host
from salviewer.jobs.shelf import Shelf
from salviewer_plugins.folders.wnids import LABELS, WNIDS

HOST = Host.discover()
DOG, FISH = "n02085620", "n01440764"  # labels 151 and 0


@pytest.fixture
def opened():
    """Opens a collection as everyone does."""
    shelf = Shelf(HOST, "cpu")
    return lambda key, folder, **params: shelf.collection(key, {"folder": str(folder), **params})


def paint(path: Path, width=12, height=8, value=200, mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = value if mode == "L" else (value,) * len(mode)
    Image.new(mode, (width, height), colour).save(path)
    return path


def paint_mask(path: Path, box, width=12, height=8):
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros((height, width), np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 1
    Image.fromarray(mask).save(path)


class TestImageFolder:
    def test_the_folders_are_the_classes(self, tmp_path, opened):
        for name in ("dogs/b.png", "cats/a.JPG", "cats/deep/c.tiff"):
            paint(tmp_path / name)
        samples = opened("image-folder", tmp_path)
        assert samples.ids == ("cats/a.JPG", "cats/deep/c.tiff", "dogs/b.png") and samples.classes == ("cats", "dogs")
        assert [s.label for s in samples] == [0, 0, 1] and len(samples) == 3
        assert samples[-1].id == "dogs/b.png" and samples[-1].picture.name == "b.png"
        assert samples[1:].ids == samples.ids[1:] and samples[1:][0].label == 0
        with pytest.raises(IndexError):
            samples[3]

    def test_a_flat_folder_has_no_classes(self, tmp_path, opened):
        paint(tmp_path / "a.png")
        samples = opened("image-folder", tmp_path)
        assert samples.classes == () and samples[0].label == -1 and not samples[0].boxes and not samples[0].masks

    def test_a_list_of_classes_gives_the_network_s_order(self, tmp_path, opened):
        paint(tmp_path / "in" / "cats" / "a.png")
        names = tmp_path / "names.txt"
        names.write_text("ants\ncats\n\nbees\n")
        samples = opened("image-folder", tmp_path / "in", classes=str(names))
        assert samples[0].label == 1 and samples.classes == ("ants", "cats", "bees")
        names.write_text("ants\ncat\n")
        with pytest.raises(InvalidChoice, match="“cats” is none of the 2 classes in names.txt; the nearest is “cat”"):
            opened("image-folder", tmp_path / "in", classes=str(names), alpha="black")

    def test_nothing_is_read_before_it_is_looked_at(self, tmp_path, opened):
        (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        paint(tmp_path / "whole.png")
        samples = opened("image-folder", tmp_path)
        assert samples[1].picture.pixels.shape == (8, 12, 3)
        with pytest.raises(UnreadableInput, match=r"broken\.png"):
            samples[0]

    def test_pictures_are_as_a_person_would_open_them(self, tmp_path, opened):
        turned = Image.Exif()
        turned[0x0112] = 6
        Image.new("RGB", (12, 8)).save(tmp_path / "a.jpg", exif=turned)
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "b.png")
        samples = opened("image-folder", tmp_path)
        assert samples[0].picture.shape == (12, 8)
        assert samples[0].picture.sha256 == Shelf(HOST).source(InputRef(source=str(tmp_path / "a.jpg"))).sha256
        assert (samples[1].picture.pixels == 255).all()
        assert (opened("image-folder", tmp_path, alpha="black")[1].picture.pixels == 0).all()

    def test_hidden_files_are_left_out_and_links_in_circles_end(self, tmp_path, opened):
        paint(tmp_path / "cats" / "a.png")
        paint(tmp_path / ".thumbs" / "a.png")
        (tmp_path / "cats" / "._a.png").write_bytes(b"x")
        (tmp_path / "cats" / "again").symlink_to(tmp_path)
        assert opened("image-folder", tmp_path).ids == ("cats/a.png",)

    def test_a_changed_file_is_read_anew(self, tmp_path, opened):
        paint(tmp_path / "a.png", value=10)
        samples = opened("image-folder", tmp_path)
        first = samples[0].picture
        paint(tmp_path / "a.png", width=20, value=99)
        assert samples[0].picture.sha256 != first.sha256


@pytest.mark.parametrize("key", ["image-folder", "ilsvrc", "masked-folder"])
class TestBadFolders:
    def test_none(self, key, opened):
        with pytest.raises(InvalidChoice, match=f"^{key} reads a folder of yours and was given none"):
            opened(key, "")

    def test_missing(self, key, tmp_path, opened):
        with pytest.raises(UnreadableInput, match="no folder “nowhere”"):
            opened(key, tmp_path / "nowhere")
        with pytest.raises(UnreadableInput, match="no folder"):
            opened(key, "a\0b")

    def test_a_file(self, key, tmp_path, opened):
        (tmp_path / "a.txt").write_text("x")
        with pytest.raises(UnreadableInput, match=r"“a\.txt” is a file"):
            opened(key, tmp_path / "a.txt")

    def test_empty(self, key, tmp_path, opened):
        (tmp_path / "notes.txt").write_text("x")
        with pytest.raises(UnreadableInput, match=r"holds no pictures( or volumes)? \(JPG, JPEG, PNG, TIF, TIFF"):
            opened(key, tmp_path)


def voc(objects, size="<size><width>12</width><height>8</height></size>"):
    things = "".join(
        f"\n<object><name>{name}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax>"
        f"</bndbox></object>"
        for name, x0, y0, x1, y1 in objects
    )
    return f"<annotation>{size}{things}\n</annotation>"


class TestIlsvrc:
    def test_the_classes_are_numbered_as_networks_do(self):
        assert len(WNIDS) == 1000 and list(WNIDS) == sorted(set(WNIDS))
        assert (LABELS[FISH], LABELS[DOG], LABELS["n15075141"]) == (0, 151, 999)

    def test_class_folders_without_boxes(self, tmp_path, opened):
        paint(tmp_path / DOG / "x.JPEG")
        sample = opened("ilsvrc", tmp_path)[0]
        assert (sample.id, sample.label, sample.boxes) == (f"{DOG}/x.JPEG", 151, ())

    def test_csv(self, tmp_path, opened):
        paint(tmp_path / "val" / "ILSVRC2012_val_00000001.JPEG")
        paint(tmp_path / "val" / "ILSVRC2012_val_00000002.JPEG")
        (tmp_path / "LOC_val_solution.csv").write_text(
            f"ImageId,PredictionString\nILSVRC2012_val_00000001,{DOG} 2 1 5 3 {DOG} 0 0 11 7 {FISH} 1 1 2 2 \n"
        )
        first, second = opened("ilsvrc", tmp_path / "val")
        # Columns 2..5 and rows 1..3 lie between the edges 2..6 and 1..4.
        assert (first.label, first.boxes) == (151, ((2, 1, 6, 4), (0, 0, 12, 8)))
        assert (second.label, second.boxes) == (-1, ())

    def test_xml(self, tmp_path, opened):
        paint(tmp_path / "val" / "a.JPEG")
        (tmp_path / "boxes").mkdir()
        (tmp_path / "boxes" / "a.xml").write_text(voc([(FISH, 1, 1, 4, 8), (DOG, 1, 1, 2, 2)]))
        given = {"annotations": str(tmp_path / "boxes")}
        sample = opened("ilsvrc", tmp_path / "val", **given)[0]
        assert (sample.label, sample.boxes) == (0, ((1, 1, 5, 8),))  # cut at the lower edge
        assert opened("ilsvrc", tmp_path / "val", first_pixel=1, **given)[0].boxes == ((0, 0, 4, 8),)

    def test_json(self, tmp_path, opened):
        paint(tmp_path / "images" / "a.JPEG")
        paint(tmp_path / "images" / "b.JPEG")
        entries = [
            {"file": "a.JPEG", "index": 7, "boxes": [[0, 0, 3, 3]], "width": 12, "height": 8, "anything": "else"},
            {"file": "b.JPEG", "wnid": DOG},
        ]
        (tmp_path / "annotations.json").write_text(json.dumps(entries))
        a, b = opened("ilsvrc", tmp_path)
        assert (a.id, a.label, a.boxes) == ("images/a.JPEG", 7, ((0, 0, 4, 4),))
        assert (b.label, b.boxes) == (151, ())

    def test_boxes_of_another_size_are_refused(self, tmp_path, opened):
        paint(tmp_path / "a.JPEG", 6, 4)
        entry = {"file": "a.JPEG", "index": 7, "boxes": [[0, 0, 3, 3]], "width": 12, "height": 8}
        (tmp_path / "annotations.json").write_text(json.dumps([entry]))
        with pytest.raises(UnreadableInput, match=r"boxes of a\.JPEG are for 12 × 8 pixels, and it has 6 × 4"):
            opened("ilsvrc", tmp_path)[0]
        (tmp_path / "annotations.json").write_text(json.dumps([{"file": "a.JPEG", "boxes": [[7, 0, 9, 3]]}]))
        with pytest.raises(UnreadableInput, match=r"box 7 0 9 3 of a\.JPEG lies outside its 6 × 4 pixels"):
            opened("ilsvrc", tmp_path, alpha="black")[0]

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("Picture,Boxes\n", "line 1: the heading must name ImageId and PredictionString"),
            ("", "line 1: the heading"),
            (f"ImageId,PredictionString\na,{DOG} 1 1 2 2\nb,{DOG} 1 1 2\n", "line 3: a class and four numbers"),
            (f"ImageId,PredictionString\na,{DOG} 1 1 two 2\n", "line 2: a box is four numbers, not 1 1 two 2"),
            (f"ImageId,PredictionString\na,{DOG} 5 1 2 2\n", "line 2: the box 5 1 2 2 ends before it begins"),
            (f"ImageId,PredictionString\na,{DOG} nan 1 2 2\n", "line 2: the box nan 1 2 2"),
            ("ImageId,PredictionString\na,dog 1 1 2 2\n", "line 2: 'dog' is no class such as n01440764"),
            ("ImageId,PredictionString\na\n", "line 2: 1 of 2 columns"),
            ('ImageId,PredictionString\na,"x"y"\n', "line 2"),
        ],
    )
    def test_a_damaged_csv_names_the_line(self, tmp_path, opened, rows, said):
        paint(tmp_path / "a.JPEG")
        (tmp_path / "boxes.csv").write_text(rows)
        with pytest.raises(UnreadableInput, match=said) as raised:
            opened("ilsvrc", tmp_path, annotations=str(tmp_path / "boxes.csv"))
        assert str(raised.value).startswith("boxes.csv, line") and str(tmp_path) not in str(raised.value)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[\n{"file": "a.JPEG",\n "boxes" [[]]}]', "line 3: this is no JSON"),
            ("{}", "line 1: it must hold a list"),
            ('[{"file": "a.JPEG"}, {"index": 3}]', "entry 2: an entry needs the name of its picture"),
            ('[{"file": "a.JPEG", "index": "dog"}]', "entry 1: index must be a class number"),
            ('[{"file": "a.JPEG", "boxes": [1, 2, 3, 4]}]', "entry 1: boxes must be a list of lists"),
            ('[{"file": "a.JPEG", "boxes": [[1, 2, 3]]}]', "entry 1: a box is four numbers, not 1 2 3"),
            ("[" * 100_000, "nested too deep"),
        ],
    )
    def test_a_damaged_json_names_the_line_or_entry(self, tmp_path, opened, text, said):
        paint(tmp_path / "a.JPEG")
        (tmp_path / "annotations.json").write_text(text)
        with pytest.raises(UnreadableInput, match=said):
            opened("ilsvrc", tmp_path)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("<annotation>\n<object>\n</annotation>", "line 3: this is no XML"),
            (voc([(DOG, 1, 1, 2, 2), (DOG, 1, 1, "x", 2)]), "line 3: a box is four numbers, not 1 1 x 2"),
            ("<annotation>\n\n<object><name>n</name></object></annotation>", "line 3: a box is four numbers"),
            ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "line 1: it defines entities"),
            (b"\xff\xfe\x00", "cannot be read as a text file"),
        ],
    )
    def test_a_damaged_xml_names_the_line(self, tmp_path, opened, text, said):
        paint(tmp_path / "a.JPEG")
        (tmp_path / "Annotations").mkdir()
        (tmp_path / "Annotations" / "a.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(UnreadableInput, match=said):
            opened("ilsvrc", tmp_path)[0]

    def test_annotations_that_are_not_there(self, tmp_path, opened):
        paint(tmp_path / "a.JPEG")
        with pytest.raises(UnreadableInput, match=r"no file or folder “b\.csv” with boxes"):
            opened("ilsvrc", tmp_path, annotations=str(tmp_path / "b.csv"))
        (tmp_path / "Annotations").mkdir()
        with pytest.raises(UnreadableInput, match="“Annotations” holds no XML files"):
            opened("ilsvrc", tmp_path)

    def test_real_photographs(self, data, opened):
        entries = json.loads((data / "imagenet_boxes" / "annotations.json").read_text())
        samples = opened("ilsvrc", data / "imagenet_boxes")
        assert len(samples) == len(entries) == 200
        for entry in entries[::20]:
            sample = samples[samples.ids.index(f"images/{entry['file']}")]
            assert sample.label == entry["index"] == LABELS[entry["wnid"]]
            covered = np.zeros(sample.picture.shape, bool)
            for x0, y0, x1, y1 in sample.boxes:
                covered[int(y0) : int(y1), int(x0) : int(x1)] = True
            assert covered.mean() == pytest.approx(entry["box_area_fraction"], abs=1e-4)


class TestMaskedFolder:
    def test_each_folder_is_a_kind_of_mask(self, tmp_path, opened):
        for name in ("eye-1", "eye-2", "eye-22"):
            paint(tmp_path / "images" / f"{name}.jpg")
        paint_mask(tmp_path / "exudates" / "eye-1.png", (1, 2, 4, 5))
        paint_mask(tmp_path / "exudates" / "eye-22_EX.tif", (0, 0, 1, 1))
        paint_mask(tmp_path / "vessels" / "eye-1.png", (5, 5, 6, 6))
        paint_mask(tmp_path / "vessels" / "somebody.png", (5, 5, 6, 6))
        (tmp_path / "papers").mkdir()
        one, two, other = opened("masked-folder", tmp_path)
        assert (one.id, one.label, list(one.masks)) == ("eye-1.jpg", -1, ["exudates", "vessels"])
        assert one.masks["exudates"].dtype == bool and one.masks["exudates"].sum() == 9 and one.masks["exudates"][2, 1]
        assert not two.masks and list(other.masks) == ["exudates"]

    def test_class_folders_give_labels(self, tmp_path, opened):
        for name in ("ill", "well"):
            paint(tmp_path / "photos" / name / "a.jpg")
            paint_mask(tmp_path / "spots" / name / "a.png", (0, 0, 1 + len(name), 1))
        ill, well = opened("masked-folder", tmp_path, pictures="photos")
        assert (ill.label, well.label) == (0, 1)
        assert (ill.masks["spots"].sum(), well.masks["spots"].sum()) == (4, 5)

    def test_masks_beside_the_pictures(self, tmp_path, opened):
        paint(tmp_path / "a.png")
        paint(tmp_path / "b.png")
        paint_mask(tmp_path / "a_mask.png", (0, 0, 3, 1))
        a, b = opened("masked-folder", tmp_path)
        assert a.masks["mask"].sum() == 3 and not b.masks

    def test_masks_of_another_size_are_refused(self, tmp_path, opened):
        paint(tmp_path / "images" / "a.jpg")
        paint_mask(tmp_path / "spots" / "a.png", (0, 0, 1, 1), width=6, height=4)
        with pytest.raises(UnreadableInput, match=r"mask spots/a\.png and its picture have 6 × 4 and 12 × 8 pixels"):
            opened("masked-folder", tmp_path)[0]

    def test_no_masks_at_all(self, tmp_path, opened):
        paint(tmp_path / "images" / "a.jpg")
        paint(tmp_path / "spots" / "a.jpg")  # JPEG is none
        with pytest.raises(UnreadableInput, match=f"No mask in “{tmp_path.name}” belongs to a picture"):
            opened("masked-folder", tmp_path)

    def test_real_photographs(self, data, opened):
        samples = opened("masked-folder", data / "fundus")
        sample = samples[samples.ids.index("IDRiD_02.jpg")]
        assert len(samples) == 36 and sample.masks["hard_exudates"].shape == sample.picture.shape
        assert 0 < sample.masks["hard_exudates"].mean() < 0.2
