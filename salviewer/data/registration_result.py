"""What a registration found: the matrix between two worlds, how good it is, kept as a small JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from salviewer.api import Volume
from salviewer.data.files import open_regular, shown_name
from salviewer.errors import InvalidChoice, UnreadableInput

FORMAT = "salviewer-registration-1"
_MOST_BYTES = 2**20
_LEAST_SCALE, _MOST_SCALE, _MOST_RATIO = 0.5, 2.0, 2.0
_LARGE_TURN_DEGREES = 45.0


@dataclass(frozen=True)
class Registration:
    """From the RAS+ millimetres of one volume, `moving`, to those of another, `fixed`.

    matrix: 16 numbers, the rows of the (4, 4) matrix; what `AtlasRef.registration` takes.
    before, after: mutual information in nats, as the headers have it and with the matrix; the more the better.
    seconds: it took. notes: what should be known, in sentences.
    moving, fixed: names as shown to people; with the SHA-256 of each.
    """

    matrix: tuple[float, ...]
    before: float
    after: float
    seconds: float
    moving: str
    moving_sha256: str
    fixed: str
    fixed_sha256: str
    notes: tuple[str, ...] = ()

    @property
    def affine(self) -> np.ndarray:
        """The matrix, float64 (4, 4)."""
        return np.array(self.matrix, np.float64).reshape(4, 4)

    @property
    def inverse(self) -> np.ndarray:
        """The way back, float64 (4, 4): from `fixed`'s millimetres to `moving`'s."""
        return np.linalg.inv(self.affine)

    @property
    def scales(self) -> tuple[float, float, float]:
        """How much larger the head becomes along its three main directions, the greatest first."""
        a, b, c = (float(s) for s in np.linalg.svd(self.affine[:3, :3], compute_uv=False))
        return (a, b, c)

    @property
    def turned_degrees(self) -> float:
        """By how much the head is turned, 0..180."""
        return _turn(self.affine)

    def save(self, path: str | Path) -> Path:
        """Write it to `path` as JSON, whole or not at all."""
        place = Path(path)
        part = place.with_name(place.name + ".part")
        part.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n", encoding="utf-8")
        os.replace(part, place)
        return place

    @classmethod
    def load(cls, path: str | Path) -> Registration:
        """The inverse of `save`. Raises `UnreadableInput` "bad-registration"."""
        place = Path(path)
        with open_regular(place) as (file, size_bytes):
            data = file.read(_MOST_BYTES) if size_bytes <= _MOST_BYTES else b""
        try:
            plain = json.loads(data.decode("utf-8"))
            if plain.pop("format") != FORMAT:
                raise ValueError
            found = cls(**{**plain, "matrix": tuple(map(float, plain["matrix"])), "notes": tuple(plain["notes"])})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            raise _bad(place) from e
        if len(found.matrix) != 16 or not is_affine(found.affine):
            raise _bad(place)
        return found


def is_affine(matrix: np.ndarray) -> bool:
    """Whether `matrix` (4, 4) is finite, has 0 0 0 1 below and can be inverted."""
    finite = bool(np.isfinite(matrix).all()) and bool(np.allclose(matrix[3], (0, 0, 0, 1)))
    return finite and abs(float(np.linalg.det(matrix[:3, :3]))) > 1e-6


def check_plausible(matrix: np.ndarray, moving: Volume, fixed: Volume) -> tuple[str, ...]:
    """What should be known about `matrix` as a map between two heads, in sentences.

    Raises `InvalidChoice` "registration-failed" where it is none: mirrored, or heads do not differ so much in size.
    """
    sizes = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    why = ""
    if np.linalg.det(matrix[:3, :3]) <= 0:
        why = "the best map found would swap left and right"
    elif sizes.min() < _LEAST_SCALE or sizes.max() > _MOST_SCALE or sizes.max() / sizes.min() > _MOST_RATIO:
        shown = ", ".join(f"{s:.2f}" for s in sizes)
        why = f"the best map found would scale the head by {shown} along its main directions"
    if why:
        raise InvalidChoice(
            f"{moving.name} could not be registered to {fixed.name}: {why}. Check that both show a whole head of the "
            f"same kind of scan.",
            code="registration-failed",
        )
    notes = []
    if _turn(matrix) > _LARGE_TURN_DEGREES:
        notes.append(f"The head is turned by {_turn(matrix):.0f} degrees: look at the checkerboard.")
    notes += [
        f"The header of {volume.name} does not say where left is, and no registration can find out."
        for volume in (moving, fixed)
        if volume.axcodes is None
    ]
    return tuple(notes)


def _turn(matrix: np.ndarray) -> float:
    """The angle in degrees of the rotation that is nearest to `matrix` (4, 4)."""
    u, _, v = np.linalg.svd(matrix[:3, :3])
    return float(np.degrees(np.arccos(np.clip((np.trace(u @ v) - 1) / 2, -1, 1))))


def _bad(path: Path) -> UnreadableInput:
    return UnreadableInput(
        f"{shown_name(path)} is no registration: give the JSON file that “salviewer register” wrote.",
        code="bad-registration",
    )
