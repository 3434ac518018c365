"""What folders, tables and files hold: order, classes, what is missing, and what is said of a malformed table."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from salviewer.data.label_table import read_label_table
from salviewer.data.natural import natural_key
from salviewer.errors import InvalidChoice, NeedsChoice, UnreadableInput
from salviewer.jobs.batches import of_files, of_siblings, read_batch
from salviewer.jobs.shelf import Shelf


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


def picture(path, value=90):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(path)
    return path


def table(tmp_path, text, name="labels.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_people_count_two_before_ten():
    names = ["eye-10.png", "Eye-2.png", "eye-1.png", "a/10/x", "a/9/x"]
    assert sorted(names, key=natural_key) == ["a/9/x", "a/10/x", "eye-1.png", "Eye-2.png", "eye-10.png"]


def test_class_folders_are_the_classes(tmp_path, shelf):
    for name in ("cat/10.png", "cat/9.png", "dog/1.png", "loose.png"):
        picture(tmp_path / name)
    batch = read_batch(shelf, tmp_path)
    assert [item.name for item in batch.items] == ["cat/9.png", "cat/10.png", "dog/1.png", "loose.png"]
    assert [item.truth for item in batch.items] == ["cat", "cat", "dog", ""]
    assert batch.truths == ("cat", "dog")
    assert batch.items[0].key == str(tmp_path / "cat" / "9.png")
    assert batch.items[0].stamp[1] == (tmp_path / "cat" / "9.png").stat().st_size


def test_a_folder_opened_again_shows_what_is_new(tmp_path, shelf):
    picture(tmp_path / "1.png")
    assert len(read_batch(shelf, tmp_path).items) == 1
    picture(tmp_path / "2.png")
    assert len(read_batch(shelf, tmp_path).items) == 2


def test_folders_with_boxes_or_masks_are_read_as_such(tmp_path, shelf):
    picture(tmp_path / "a" / "n01440764" / "1.png")
    assert read_batch(shelf, tmp_path / "a").items[0].key == "collection:ilsvrc/n01440764/1.png"
    picture(tmp_path / "b" / "images" / "1.png")
    picture(tmp_path / "b" / "lesions" / "1.png")
    assert read_batch(shelf, tmp_path / "b").items[0].key == "collection:masked-folder/1.png"


def test_boxes_that_cannot_be_read_leave_the_pictures(tmp_path, shelf):
    picture(tmp_path / "1.png")
    (tmp_path / "annotations.json").write_text("{}")
    assert [item.key for item in read_batch(shelf, tmp_path).items] == [str(tmp_path / "1.png")]


def test_a_folder_without_pictures_is_refused(tmp_path, shelf):
    with pytest.raises(UnreadableInput, match="holds no pictures") as caught:
        read_batch(shelf, tmp_path)
    assert caught.value.code == "no-pictures"


def test_files_and_samples_make_a_batch(tmp_path):
    paths = [picture(tmp_path / name) for name in ("x10.png", "x9.png")]
    assert [item.name for item in of_files(paths).items] == ["x9.png", "x10.png"]
    batch = of_siblings("Flowers", ("collection:f/red-00", "collection:f/red-01"), {"collection": {"seed": 3}})
    assert [item.name for item in batch.items] == ["red-00", "red-01"]
    assert batch.items[1].ref.options == {"collection": {"seed": 3}}


READ = [
    ("file,label\na.png,cat\nb.png,dog\n", (("a.png", "cat"), ("b.png", "dog")), ("file", "label")),
    ("label;picture\ncat;a.png\n", (("a.png", "cat"),), ("picture", "label")),
    ("Image name\tRetinopathy grade\tRisk\nIDRiD_001\t3\t2\n", (("IDRiD_001", "3"),),
     ("Image name", "Retinopathy grade")),
    ("lesion_id,image_id,dx,dx_type\nH1,ISIC_1,mel,histo\n", (("ISIC_1", "mel"),), ("image_id", "dx")),
    ("a.png,cat\nb.png,dog\n", (("a.png", "cat"), ("b.png", "dog")), ("", "")),
    ("a.png\nb.png\n", (("a.png", ""), ("b.png", "")), ("", "")),
    ("picture,what it shows\na.png,cat\n", (("a.png", "cat"),), ("picture", "what it shows")),
    ("Bild,Klasse\na.png,cat\n", (("a.png", "cat"),), ("Bild", "Klasse")),
    ('\ufefffile,label\n"a, b.png","cat, wild"\n\n', (("a, b.png", "cat, wild"),), ("file", "label")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows", "columns"), READ)
def test_columns_are_found_by_name_or_by_order(tmp_path, text, rows, columns):
    found = read_label_table(table(tmp_path, text))
    assert found.rows == rows
    assert found.columns == columns


def test_a_column_can_be_named(tmp_path):
    path = table(tmp_path, "file,label,second\na.png,cat,dog\n")
    assert read_label_table(path, {"label": "second"}).rows == (("a.png", "dog"),)


REFUSED = [
    ("", "empty-file", "is empty"),
    ("\n\n", "no-rows", "names no pictures"),
    ("file,label\n", "no-rows", "names no pictures"),
    ("file,label\na.png\n", "short-row", "line 2: 1 of 2 columns"),
    ("file,label\na.png,cat\na.png,dog\n", "duplicate-rows", "line 3: “a.png” is there twice, as “cat” and as “dog”"),
    (b"\xff\xfe\x00file", "not-a-table", "no text in UTF-8"),
    (b"PK\x03\x04\x00\x00", "not-a-table", "no text file"),
]


@pytest.mark.parametrize(("text", "code", "words"), REFUSED)
def test_each_malformed_table_has_its_sentence(tmp_path, text, code, words):
    with pytest.raises(UnreadableInput, match=words) as caught:
        read_label_table(table(tmp_path, text))
    assert caught.value.code == code


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path):
    path = table(tmp_path, "file,label\na.png,cat\n")
    with pytest.raises(InvalidChoice, match="no column “grade”: there are “file”, “label”") as caught:
        read_label_table(path, {"label": "grade"})
    assert caught.value.code == "no-such-column"


def test_several_columns_that_may_hold_the_classes_are_asked_about(tmp_path):
    with pytest.raises(NeedsChoice, match="which one holds the classes") as caught:
        read_label_table(table(tmp_path, "file,left,right\na.png,cat,dog\n"))
    assert caught.value.option == "label"
    assert caught.value.choices == ("left", "right")


def test_the_same_line_twice_counts_once(tmp_path):
    found = read_label_table(table(tmp_path, "a.png,cat\na.png,cat\nb.png,dog\n"))
    assert len(found.rows) == 2
    assert found.repeated == 1


def test_pictures_of_a_table_are_found_by_path_name_or_stem_and_the_missing_named(tmp_path, shelf):
    for name in ("a.png", "deep/b.png", "deep/IDRiD_001.png", "one/twice.png", "two/twice.png"):
        picture(tmp_path / name)
    path = table(tmp_path, "a.png,x\nb.png,y\nIDRiD_001,z\ngone.png,x\ntwice.png,x\n")
    batch = read_batch(shelf, path)
    assert [item.key for item in batch.items] == [
        str(tmp_path / "a.png"), str(tmp_path / "deep" / "b.png"), str(tmp_path / "deep" / "IDRiD_001.png"),
    ]  # fmt: skip
    assert [item.truth for item in batch.items] == ["x", "y", "z"]
    assert batch.missing == ("gone.png", "twice.png")
    assert batch.notes == ("2 of 5 pictures that labels.csv names were not found: gone.png, twice.png.",)


def test_a_table_without_any_of_its_pictures_is_refused(tmp_path, shelf):
    with pytest.raises(UnreadableInput, match="None of the 1 picture that") as caught:
        read_batch(shelf, table(tmp_path, "a.png,x\n"))
    assert caught.value.code == "no-pictures"


def test_a_table_may_lie_elsewhere(tmp_path, shelf):
    picture(tmp_path / "pictures" / "a.png")
    path = table(tmp_path, "a.png,x\n")
    batch = read_batch(shelf, path, {"folder": str(tmp_path / "pictures")})
    assert batch.items[0].key == str(tmp_path / "pictures" / "a.png")
