"""Names of regions in every file that atlases come with, and the side that a name speaks of."""

from __future__ import annotations

import json

import pytest

from salviewer.data.atlas_names import names_beside, read_names
from salviewer.data.atlas_sides import side_in
from salviewer.errors import UnreadableInput

WANTED = {1: "Precentral_L", 2: "Vermis 10"}
XML = "<atlas><data>{}</data></atlas>"
LABEL = "<label><index>{}</index><name>{}</name></label>"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "1 Precentral_L\n2 Vermis 10\n"),
        ("a.txt", "# number name code\n1 Precentral_L 2001\n2 Vermis 10 9170\n"),
        ("a.txt", "1\tPrecentral_L\t2001\n2\tVermis 10\t9170\n"),
        ("lut.txt", "0 Unknown 0 0 0 0\n1 Precentral_L 25 5 25 0\n2 Vermis 10 1 2 3 0\n"),
        ("snap.txt", '1 255 0 0 1 1 1 "Precentral_L"\n2 0 255 0 1 1 1 "Vermis 10"\n'),
        ("roi.txt", "PRE\tPrecentral_L\t1\nV\tVermis 10\t2\n"),
        ("plain.txt", "Precentral_L\nVermis 10\n"),
        ("a.csv", "label,name\n1,Precentral_L\n2,Vermis 10\n"),
        ("a.csv", "\ufeffindex;label;volume\n1;Precentral_L;33\n2;Vermis 10;44\n"),
        ("a.csv", '1,"Precentral_L"\n2,"Vermis 10"\n'),
        ("a_dseg.tsv", "index\tname\tcolor\n1\tPrecentral_L\t#ff0000\n2\tVermis 10\t#00ff00\n"),
        ("a.json", '{"1": "Precentral_L", "2": "Vermis 10"}'),
        ("a.json", '{"R": [0, 1, 2], "G": [0, 1, 2], "B": [0, 1, 2], "labels": ["Air", "Precentral_L", "Vermis 10"]}'),
        ("a.json", '{"labels": ["Air", "Precentral_L", "Vermis 10"]}'),
        ("a.json", '["Precentral_L", "Vermis 10"]'),
        ("a.json", '[{"label": 1, "name": "Precentral_L"}, {"label": "2", "name": "Vermis 10", "rgb": [1, 2, 3]}]'),
        ("a.json", '{"regions": [{"id": 1, "name": "Precentral_L"}, {"id": 2, "name": "Vermis 10"}]}'),
        ("a.json", '{"Precentral_L": 1, "Vermis 10": 2}'),
        ("a.xml", XML.format(LABEL.format(1, "Precentral_L") + LABEL.format(2, "Vermis 10"))),
        ("fsl.xml", "<atlas><header><type>Probabilistic</type></header><data><label index='0'>Precentral_L</label>"
         "<label index='1'>Vermis 10</label></data></atlas>"),
        ("jhu.xml", "<atlas><header><type>Label</type></header><data><label index='1'>Precentral_L</label>"
         "<label index='2'>Vermis 10</label></data></atlas>"),
    ],
)  # fmt: skip
def test_names_are_found_in(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = read_names(path)
    assert {n: found[n] for n in WANTED} == WANTED
    assert found.keys() <= {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"1 Precentral_L\nand then\n"),
        ("a.txt", b"# nothing\n"),
        ("a.txt", bytes(range(256))),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"RepetitionTime": 2.0, "Manufacturer": "X"}'),
        ("a.xml", b"<atlas><label>"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><atlas><label><index>1</index><name>&x;</name></label></atlas>'),
        ("a.xml", '<!DOCTYPE a [<!ENTITY x "y">]><atlas/>'.encode("utf-16")),
        ("a.csv", b"label,name\n" + b"x,y\n" * 3),
        ("a.md", b"| path | what it is |\n|---|---|\n| `a.nii.gz` | labels |\n"),
        (
            "a.txt",
            b"The labels were drawn by hand on the scans of fourteen people, on every second slice, and then "
            b"brought to one space.\nHow that was done stands elsewhere.\n",
        ),
    ],
)
def test_what_holds_no_names_is_refused_in_a_sentence(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableInput) as caught:
        read_names(path)
    assert caught.value.code == "bad-names"


def test_a_list_too_large_is_not_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"1 a\n" * 2_000_000)
    with pytest.raises(UnreadableInput, match="too large"):
        read_names(path)


def test_old_files_may_be_latin_1(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("1 Région_L\n2 b".encode("latin-1"))
    assert read_names(path)[1] == "Région_L"


def test_files_of_names_are_found_beside_the_labels(tmp_path):
    for name in ("aal.nii.gz", "aal.nii.txt", "labels_aal.csv", "aal-lut.json", "other.txt", "aal2.txt", "aal.md"):
        (tmp_path / name).write_text("1 a")
    found = [path.name for path in names_beside(tmp_path / "aal.nii.gz")]
    assert found == ["aal-lut.json", "aal.nii.txt", "labels_aal.csv"]


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Precentral_L", "left"), ("Precentral_R", "right"), ("lh.precentral", "left"), ("ctx-rh-insula", "right"),
        ("Right-Putamen", "right"), ("left caudate", "left"), ("R Insula", "right"), ("SFG_L_7_1", "left"),
        ("7Networks_LH_Vis_1", "left"), ("precentral_r", "right"), ("FrontalLeft", "left"),
        ("Vermis_4_5", ""), ("Cleft", ""), ("Vertebra L1", ""), ("left to right tract", ""), ("L", ""),
        ("Brain-Stem", ""),
        ("bright spot", ""), ("Lingual", ""),
    ],
)  # fmt: skip
def test_the_side_in_a_name(name, side):
    assert side_in(name) == side


def test_json_with_huge_numbers_as_keys_does_not_hang(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"9" * 5000: "x"}))
    with pytest.raises(UnreadableInput):
        read_names(path)
