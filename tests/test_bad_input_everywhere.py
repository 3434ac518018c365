"""Bad input through the terminal and Python: one clear sentence, the right exit code, nothing computed is lost.

The window's share is in tests/gui.
"""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

import salviewer as sv

MODEL = "cifar-resnet20"
ASK = ("--method", "glas", "-p", "grid=3")
PIXELS = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)


def encoded(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def bomb():
    """A picture of 60,000 x 60,000 pixels by its header, in some hundred bytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


GOOD = encoded(Image.fromarray(PIXELS))
BAD_PICTURES = {
    "not an image": (b"The quick brown fox.\n", "not-picture"),
    "truncated": (GOOD[: len(GOOD) // 2], "truncated"),
    "0 bytes": (b"", "empty-file"),
    "decompression bomb": (bomb(), "over-budget"),
}
SIDEWAYS = Image.Exif()
SIDEWAYS[0x0112] = 6
ODD_PICTURES = {
    "16 bit": encoded(Image.fromarray((PIXELS[..., 0].astype(np.uint16) << 8) | 7)),
    "CMYK": encoded(Image.fromarray(PIXELS).convert("CMYK"), "JPEG"),
    "palette": encoded(Image.fromarray(PIXELS).convert("P")),
    "opaque alpha": encoded(Image.fromarray(PIXELS).convert("RGBA")),
    "rotated by EXIF": encoded(Image.fromarray(PIXELS), "JPEG", exif=SIDEWAYS),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with good and bad files."""
    folder = tmp_path_factory.mktemp("files")
    network = sv.load_model(MODEL, weights="random", classes=[f"c{n}" for n in range(10)], device="cpu").loaded.module
    tensors = {key: value.clone().contiguous() for key, value in network.state_dict().items()}
    save_file(tensors, folder / "good.safetensors")
    first = next(key for key, value in tensors.items() if value.is_floating_point())
    save_file(tensors | {first: torch.full_like(tensors[first], float("nan"))}, folder / "nan.safetensors")
    save_file({"fc.weight": torch.zeros(3, 3)}, folder / "other.safetensors")
    (folder / "notes.pth").write_text("These are my notes, not weights.\n")
    (folder / "good.png").write_bytes(GOOD)
    for name, (content, _) in BAD_PICTURES.items():
        (folder / f"{name}.png").write_bytes(content)
    for name, content in ODD_PICTURES.items():
        (folder / f"{name}.img").write_bytes(content)
    return folder


@pytest.fixture
def model(files):
    return sv.load_model(MODEL, weights=files / "good.safetensors", device="cpu")


def explain(files, *arguments, weights="good.safetensors", out="out"):
    """The outcome of `salviewer explain` with the good model, in this process; checks that no traceback is shown."""
    from salviewer.cli.app import app

    words = ["explain", "--model", MODEL, "--weights", files / weights, "-o", files / out, *ASK, *arguments]
    done = CliRunner().invoke(app, list(map(str, words)))
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert "Traceback" not in done.stdout + done.stderr
    return done


def the_sentence(done):
    """The one line on stderr, without "error: "."""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture_in_the_terminal_costs_only_its_own_result(files, name):
    bad = files / f"{name}.png"
    done = explain(files, files / "good.png", bad, files / "good.png", out=name)
    assert done.exit_code == 3
    assert the_sentence(done).startswith(f"{bad}: {bad.name} ")
    assert {p.suffix for p in (files / name).iterdir()} == {".png", ".safetensors"}
    assert sv.load_explanation(next((files / name).glob("*.safetensors"))).heatmap.shape == (32, 32)


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture_in_python_is_one_sentence(files, name):
    with pytest.raises(sv.UnreadableInput) as caught:
        sv.load_input(files / f"{name}.png")
    assert caught.value.code == BAD_PICTURES[name][1]
    assert str(caught.value).startswith(f"{name}.png ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(files):
    assert "nowhere.png" in the_sentence(explain(files, files / "nowhere.png"))
    with pytest.raises(sv.UnreadableInput, match="nowhere.png"):
        sv.load_input(files / "nowhere.png")
    with pytest.raises(sv.UnreadableModel, match="nowhere.pth"):
        sv.load_model(MODEL, weights=files / "nowhere.pth")


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_an_unusual_picture_is_handled_right_and_said(files, name, model):
    opened = sv.load_input(files / f"{name}.img")
    height, width = (48, 40) if name == "rotated by EXIF" else (40, 48)
    assert opened.picture.shape == (height, width)
    assert opened.picture.pixels.dtype in (np.uint8, np.float32)
    e = sv.explain(model, opened, "glas", params={"grid": 3})
    assert e.on_input().shape == (height, width)
    if name != "opaque alpha":
        assert opened.notes


def test_the_terminal_explains_unusual_pictures_too(files):
    done = explain(files, *(files / f"{name}.img" for name in ODD_PICTURES), out="odd")
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(list((files / "odd").glob("*.png"))) == len(ODD_PICTURES)


@pytest.mark.parametrize(
    ("weights", "code", "said"),
    [
        ("notes.pth", "text-file", "notes.pth is a text file"),
        ("other.safetensors", "", "other.safetensors"),
        ("nan.safetensors", "", "nan.safetensors"),
    ],
)
def test_a_bad_model_is_one_sentence(files, weights, code, said):
    done = explain(files, files / "good.png", weights=weights, out="none")
    assert done.exit_code == 4
    assert said in the_sentence(done)
    assert not (files / "none").exists()
    with pytest.raises(sv.UnreadableModel, match=said) as caught:
        sv.load_model(MODEL, weights=files / weights)
    assert caught.value.code == code or not code
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "asked", "said"),
    [
        (("--target", "tabby"), {"target": "tabby"}, "tabby"),
        (("--target", "10"), {"target": 10}, "There is no class 10: the network has classes 0 to 9"),
        (
            ("-p", "grid=1"),
            {"params": {"grid": 1}},
            "grid = 1 is not allowed, it must be at least 2 and at most 64",
        ),
        (("-p", "sigma_light=a lot"), {"params": {"sigma_light": "a lot"}}, "sigma_light = 'a lot'"),
        (("-p", "girth=4"), {"params": {"girth": 4}}, "there is no parameter “girth” (there are grid,"),
        (("--seed", "-1"), {"seed": -1}, "seed = -1"),
        (("--method", "gals"), {"method": "gals"}, "glas"),
    ],
)
def test_a_wrong_choice_is_one_sentence_and_earlier_results_stay(files, model, arguments, asked, said):
    kept = sv.explain(model, sv.load_input(files / "good.png"), "glas", params={"grid": 3})
    done = explain(files, files / "good.png", files / "good.png", *arguments, out="wrong")
    assert done.exit_code == 2
    assert said in the_sentence(done)
    with pytest.raises(sv.InvalidChoice) as caught:
        sv.explain(model, sv.load_input(files / "good.png"), **{"method": "glas", "params": {"grid": 3}, **asked})
    assert said in str(caught.value)
    again = sv.explain(model, sv.load_input(files / "good.png"), "glas", params={"grid": 3})
    assert again.evidence == kept.evidence


def test_half_transparent_pixels_are_asked_about(files):
    (files / "ghost.png").write_bytes(encoded(Image.new("RGBA", (40, 40), (200, 10, 10, 128))))
    done = explain(files, files / "ghost.png")
    assert done.exit_code == 5
    assert "--option alpha=" in the_sentence(done)
    assert explain(files, files / "ghost.png", "--option", "alpha=white").exit_code == 0
    assert sv.load_input(files / "ghost.png", alpha="white").picture.shape == (40, 40)


def test_a_folder_that_cannot_be_written_is_one_sentence(files):
    (files / "taken").write_text("a file stands here")
    done = explain(files, files / "good.png", out="taken")
    assert done.exit_code == 7
    assert "choose another folder" in the_sentence(done)
