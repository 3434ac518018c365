import hashlib
import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from salviewer.api import Volume
from salviewer.errors import InvalidChoice, NeedsChoice, SalViewerError, UnreadableInput
from salviewer_plugins.arrays import salviewer_readers
from salviewer_plugins.arrays.npy import NpyReader


def npy(array, **how):
    buffer = io.BytesIO()
    np.save(buffer, array, **how)
    return buffer.getvalue()


def with_header(text, data=b"", version=1):
    wide = 2 if version == 1 else 4
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(wide, "little") + text.encode("latin-1") + data


def plain(shape, descr="<f4", order="False"):
    return f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n"


def read(tmp_path, data, **options):
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    return NpyReader().read(path, options)


RAMP = np.arange(60, dtype=np.float32).reshape(3, 4, 5) / 60


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (RAMP[0], RAMP[0][..., None]),
        (RAMP, RAMP.transpose(1, 2, 0)),
        (RAMP.transpose(1, 2, 0), RAMP.transpose(1, 2, 0)),
        (np.asfortranarray(RAMP), RAMP.transpose(1, 2, 0)),
        (RAMP.astype(">f8"), RAMP.transpose(1, 2, 0)),
        (RAMP[:1], RAMP[:1].transpose(1, 2, 0)),
    ],
)
def test_floats_of_any_layout(tmp_path, array, expected):
    picture = read(tmp_path, npy(array))
    assert picture.pixels.dtype == np.float32
    np.testing.assert_array_equal(picture.pixels, expected)
    assert picture.warnings == ()
    assert picture.pixels.flags.writeable


def test_bytes_stay_bytes_and_the_hash_is_the_files(tmp_path):
    data = npy(np.arange(12, dtype=np.uint8).reshape(3, 4))
    picture = read(tmp_path, data)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels[..., 0].tolist() == np.arange(12).reshape(3, 4).tolist()
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert picture.name == "a.npy"


def test_a_shape_that_fits_two_layouts_is_asked_about(tmp_path):
    array = np.arange(45, dtype=np.float32).reshape(3, 5, 3) / 45
    with pytest.raises(NeedsChoice) as caught:
        read(tmp_path, npy(array))
    assert (caught.value.option, caught.value.choices) == ("layout", ("channels-first", "channels-last"))
    assert read(tmp_path, npy(array), layout="channels-last").pixels.shape == (3, 5, 3)
    assert read(tmp_path, npy(array), layout="channels-first").pixels.shape == (5, 3, 3)


@pytest.mark.parametrize(
    ("dtype", "kept"), [("<f8", "f4"), (">f4", "f4"), (">i2", "i2"), ("i8", "i4"), ("u1", "u1"), ("?", "u1")]
)
def test_three_long_axes_are_a_volume_of_unknown_orientation(tmp_path, dtype, kept):
    array = (np.arange(20 * 21 * 22) % 100).reshape(20, 21, 22).astype(dtype)
    volume = read(tmp_path, npy(array))
    assert isinstance(volume, Volume)
    assert volume.array.dtype == np.dtype(kept)
    np.testing.assert_array_equal(volume.array, array)
    assert (volume.axcodes, volume.geometry, volume.spacing) == (None, "array", (1, 1, 1))
    assert [note.code for note in volume.warnings] == ["orientation-unknown"]


def test_few_layers_may_be_channels_or_slices(tmp_path):
    array = np.resize(RAMP, (7, 4, 5))
    with pytest.raises(NeedsChoice) as caught:
        read(tmp_path, npy(array))
    assert (caught.value.option, caught.value.choices) == ("layout", ("channels-first", "volume"))
    np.testing.assert_array_equal(read(tmp_path, npy(array), layout="volume").array, array)
    np.testing.assert_array_equal(read(tmp_path, npy(array), layout="channels-first").pixels, array.transpose(1, 2, 0))
    assert read(tmp_path, npy(RAMP), layout="volume").shape == (3, 4, 5)


def test_gaps_and_constant_volumes_are_said(tmp_path):
    array = np.ones((20, 20, 20), np.float32)
    array[3] = np.nan
    with pytest.raises(NeedsChoice, match="400 values"):
        read(tmp_path, npy(array))
    assert [n.code for n in read(tmp_path, npy(array), nonfinite="zero").warnings][1:] == ["non-finite"]
    assert [n.code for n in read(tmp_path, npy(np.ones((20, 20, 20)))).warnings][1:] == ["constant-image"]


def test_values_out_of_range_are_kept_and_noted(tmp_path):
    picture = read(tmp_path, npy(np.array([[-1.0, 2.0]])))
    assert picture.pixels[..., 0].tolist() == [[-1, 2]]
    assert [note.code for note in picture.warnings] == ["value-range"]


def test_numbers_that_are_not_finite_are_replaced_only_when_told(tmp_path):
    data = npy(np.array([[0.5, np.nan, 1e300]]))
    with pytest.raises(NeedsChoice, match="2 values") as caught:
        read(tmp_path, data)
    assert caught.value.code == "non-finite"
    assert read(tmp_path, data, nonfinite="zero").pixels[..., 0].tolist() == [[0.5, 0, 0]]


class Trap:
    def __reduce__(self):
        return os.abort, ()


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (npy(np.array([[Trap()]], dtype=object)), "unsupported-kind", "objects"),
        (with_header(plain((1, 1), "|O"), pickle.dumps(Trap())), "unsupported-kind", "objects"),
        (npy(np.zeros((4, 4), complex)), "unsupported-kind", "complex"),
        (npy(np.zeros((4, 4), np.int64)), "unsupported-kind", "int64"),
        (npy(np.zeros((4, 4), [("a", "f4")])), "unsupported-kind", "records"),
        (npy(np.array([["a"]])), "unsupported-kind", "<U1"),
        (with_header(plain((2, 2), "f4,,")), "unsupported-kind", ""),
        (npy(np.full((4, 4), np.nan)), "no-finite-voxels", "NaN"),
        (npy(np.zeros(4)), "bad-dims", "(4,)"),
        (npy(np.zeros((2, 3, 4, 5))), "bad-dims", ""),
        (npy(np.zeros((0, 4))), "bad-dims", "(0, 4)"),
        (npy(np.full((20, 20, 20), 2**40)), "unsupported-kind", "32 bits"),
        (npy(np.full((20, 20, 20), np.nan)), "no-finite-voxels", "NaN"),
        (npy(np.zeros((17, 2, 5000), np.uint8)), "over-budget", "4096"),
        (with_header(plain("(-1, 4)")), "bad-dims", ""),
        (with_header(plain("(True, 4)")), "bad-dims", ""),
        (with_header(plain("'x'")), "bad-dims", ""),
        (with_header(plain((20_000, 20_000))), "over-budget", "megapixels"),
        (with_header(plain((10**12, 10**12))), "over-budget", ""),
        (with_header(plain((1, 40_000))), "over-budget", ""),
        (with_header(plain((9_000, 9_000))), "truncated", "bytes by its header"),
        (npy(RAMP)[:-1], "truncated", ""),
        (npy(RAMP) + b"x", "size-mismatch", ""),
        (b"\x93NUMPY\x01", "truncated", "header"),
        (b"\x93NUMPY\x01\x00\x76\x00{'descr'", "truncated", "header"),
        (with_header("[" * 9000), "corrupt", "header"),
        (with_header("__import__('os').abort()"), "corrupt", "header"),
        (with_header("{}"), "corrupt", "header"),
        (with_header(plain((2, 2), order="1"), bytes(16)), "corrupt", "header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_picture_gets_a_sentence(tmp_path, data, code, says):
    with pytest.raises(SalViewerError) as caught:
        read(tmp_path, data)
    assert caught.value.code == code
    assert says in str(caught.value)
    assert "a.npy" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_sizes_as_python_2_wrote_them(tmp_path):
    data = with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 2L), }\n", bytes(16))
    assert read(tmp_path, data).pixels.shape == (2, 2, 1)


def test_a_second_version_header(tmp_path):
    assert read(tmp_path, with_header(plain((2, 2)), bytes(16), version=2)).pixels.shape == (2, 2, 1)


def test_things_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.npy")
    for path in (tmp_path / "pipe.npy", tmp_path, tmp_path / "missing.npy"):
        with pytest.raises(UnreadableInput) as caught:
            NpyReader().read(path, {})
        assert caught.value.code == "not-a-file"


@pytest.mark.parametrize("options", [{"page": 1}, {"layout": "sideways"}])
def test_options_that_do_not_exist(tmp_path, options):
    with pytest.raises(InvalidChoice):
        read(tmp_path, npy(RAMP), **options)


def test_mutated_files_are_read_or_refused(tmp_path):
    rng = np.random.default_rng(3)
    outcomes = set()
    for _ in range(300):
        data = bytearray(npy(RAMP))
        for _ in range(rng.integers(1, 4)):
            data[rng.integers(100)] = rng.integers(32, 127)
        try:
            read(tmp_path, bytes(data))
            outcomes.add("read")
        except SalViewerError as e:
            outcomes.add(e.code)
    assert {"read", "corrupt"} <= outcomes


def test_the_descriptor_loads_without_numpy():
    (info,) = salviewer_readers()
    assert (info.key, info.patterns, info.magic) == ("npy", ("*.npy",), (b"\x93NUMPY",))
    code = "import salviewer_plugins.arrays, sys; sys.exit(any(m in sys.modules for m in ('numpy', 'torch')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
