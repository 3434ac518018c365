"""Valid files with a few bytes changed: read, or refused in a sentence, never anything else."""

import numpy as np
import pytest
from bad_pictures import animation, five_pages
from picture_files import exif, grey_tiff, noise, saved

from salviewer.data.pictures import read_picture
from salviewer.errors import SalViewerError

RNG = np.random.default_rng(7)
SEEDS = {
    "png": saved(noise(RNG), "PNG"),
    "palette": saved(noise(RNG).convert("P"), "PNG", transparency=3),
    "animation": animation(),
    "jpeg": saved(noise(RNG), "JPEG", exif=exif(6), icc_profile=bytes(200)),
    "progressive": saved(noise(RNG).convert("CMYK"), "JPEG", progressive=True),
    "tiff": grey_tiff(np.arange(64, dtype=np.uint16).reshape(8, 8), bits=16),
    "float": grey_tiff(np.linspace(-3, 3, 64, dtype=np.float32).reshape(8, 8), bits=32, sample_format=3),
    "lzw": saved(noise(RNG).convert("RGBA"), "TIFF", compression="tiff_lzw"),
    "pages": five_pages(),
}


def mutate(data, rng):
    """`data` with 1 to 8 bytes replaced, most of them in its first 300, or a part cut out or doubled."""
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        reach = len(changed) if rng.random() < 0.4 else min(300, len(changed))
        changed[rng.integers(reach)] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
    way, a, b = rng.integers(8), *sorted(rng.integers(len(changed), size=2))
    if way == 0:
        del changed[a:b]
    elif way == 1:
        changed[b:b] = changed[a:b]
    elif way == 2:
        del changed[a:]
    return bytes(changed)


@pytest.mark.parametrize("kind", SEEDS)
def test_mutated_files_are_read_or_refused(kind, tmp_path, capfd):
    rng = np.random.default_rng(list(kind.encode()))
    path = tmp_path / "mutant"
    outcomes = set()
    for _ in range(80):
        path.write_bytes(mutate(SEEDS[kind], rng))
        try:
            picture = read_picture(path, {"page": 1, "alpha": "white", "nonfinite": "zero"})
        except SalViewerError as e:
            outcomes.add(e.code)
            assert e.code, e
            assert "\n" not in str(e)
        else:
            outcomes.add("read")
            assert picture.pixels.ndim == 3
            assert np.isfinite(picture.pixels).all()
    assert len(outcomes) > 1
    assert capfd.readouterr() == ("", "")
