"""The field of view of a fundus photograph: the bright disc within a dark surround, also where the frame cuts it.

1. A picture of at most `SIDE` pixels: each value the brightest channel, averaged over its pixels.
2. What is brighter than the surround: the threshold lies `STEP` of the way from the corners' darkness to the median of
   what is clearly brighter, so that a grey surround does as well as a black one.
3. The largest group of such pixels; text that was burned into the surround is a group of its own and left out.
4. A circle by least squares through the ends of its rows and columns, but for those on the picture's edge, where the
   frame cuts it; what lies off the circle (notches, tabs, text that touches it) is dropped and the circle fitted anew.

The field is what lies within the circle and within the picture. No side (left or right eye) is told: pixels do not
say it.

Source of step 4: Kåsa, "A circle fitting procedure and its error analysis", IEEE Trans. Instrum. Meas. 25, 1976.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salviewer.numeric.blobs import blob_sizes, blobs

SIDE, SAMPLES = 256, 4
STEP = 0.25
LEAST_CONTRAST = 0.06
"""Of the whole range: with less between surround and picture there is no surround."""
LEAST_SHARE, MOST_OFF, OFF_AT_LEAST = 0.15, 0.02, 1.0
LEAST_FIT = 0.9
"""Of the bright pixels and the circle's, how many must be both for it to be a round field."""
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """Where the eye is seen. mask: bool (H, W). circle: (x, y, radius) in pixels, edges of pixel 0 at 0; or None.

    circle None: no round field was found, and the whole picture counts.
    """

    mask: np.ndarray = field(repr=False)
    circle: tuple[float, float, float] | None = None

    @property
    def share(self) -> float:
        """Of the picture, 0..1."""
        return float(self.mask.mean())


def field_of_view(pixels: np.ndarray) -> FieldOfView:
    """The field of view of `pixels` (H, W) or (H, W, C), uint8 or float in 0..1; the whole picture where none is."""
    shape = pixels.shape[:2]
    small, step = _small(pixels)
    bright = _largest(_brighter(small))
    circle = _circle(bright) if bright is not None else None
    if bright is None or circle is None:
        return FieldOfView(np.ones(shape, bool))
    inside = disc(circle, small.shape)
    if (inside & bright).sum() < LEAST_FIT * (inside | bright).sum():
        return FieldOfView(np.ones(shape, bool))
    x, y, radius = (float(v) * step for v in circle)
    return FieldOfView(disc((x, y, radius), shape), (x, y, radius))


def disc(circle: tuple[float, float, float], shape: tuple[int, ...]) -> np.ndarray:
    """Bool (H, W): the pixels whose centres lie within `circle` (x, y, radius)."""
    x, y, radius = circle
    down = (np.arange(shape[0]) + 0.5 - y) ** 2
    along = (np.arange(shape[1]) + 0.5 - x) ** 2
    found: np.ndarray = down[:, None] + along[None, :] <= radius**2
    return found


def _small(pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """float32 (h, w) in 0..1 of the brightest channel, and how many pixels make one of its sides."""
    step = max(1, int(np.ceil(max(pixels.shape[:2]) / SIDE)))
    every = max(1, step // SAMPLES)  # of a large picture so many rows and columns of each pixel's are enough
    inner = -(-step // every)
    height, width = (max(1, n // step) for n in pixels.shape[:2])
    rows, columns = (np.add.outer(np.arange(n) * step, np.arange(inner) * every).ravel() for n in (height, width))
    cut = pixels[np.minimum(rows, pixels.shape[0] - 1)][:, np.minimum(columns, pixels.shape[1] - 1)]
    bright = np.maximum.reduce([cut[..., c] for c in range(min(3, cut.shape[-1]))]) if cut.ndim > 2 else cut
    sums = bright.reshape(height, inner, width, inner).astype(np.float32).mean(axis=(1, 3))
    return np.nan_to_num(sums) / np.float32(255 if pixels.dtype == np.uint8 else 1), step


def _brighter(small: np.ndarray) -> np.ndarray:
    """Bool (h, w): what is brighter than the surround; nothing where there is no surround."""
    side = max(2, min(small.shape) // 24)
    corners = [small[a, b] for a in (slice(side), slice(-side, None)) for b in (slice(side), slice(-side, None))]
    dark = float(np.median(np.sort([float(np.median(c)) for c in corners])[:2]))  # two may be cut, or written on
    lit = small[small > dark + LEAST_CONTRAST]
    if lit.size < LEAST_SHARE * small.size:
        return np.zeros(small.shape, bool)
    light = float(np.median(lit))
    found: np.ndarray = small > dark + STEP * (light - dark)
    return found


def _largest(bright: np.ndarray) -> np.ndarray | None:
    """The largest group of `bright`; None where it is small, or leaves no surround."""
    labels, count = blobs(bright)
    if not count:
        return None
    found: np.ndarray = labels == 1 + int(np.argmax(blob_sizes(labels, count)))
    return found if found.mean() > LEAST_SHARE and not found[0, 0] & found[-1, -1] & found[0, -1] else None


def _circle(bright: np.ndarray) -> tuple[float, float, float] | None:
    """(x, y, radius) through the border of `bright`; None where too little of it lies within the picture."""
    points = _border(bright)
    circle = None
    for _ in range(ROUNDS):
        if len(points) < 8:
            return None
        circle = _fit(points)
        off = np.abs(np.hypot(points[:, 0] - circle[0], points[:, 1] - circle[1]) - circle[2])
        kept = off <= max(OFF_AT_LEAST, MOST_OFF * circle[2], float(np.median(off)))
        if kept.all():
            break
        points = points[kept]
    return circle


def _border(bright: np.ndarray) -> np.ndarray:
    """(n, 2) x, y: where rows and columns of `bright` begin and end, but for what lies on the picture's edge."""
    height, width = bright.shape
    found = []
    for turned, (across, along) in ((False, (height, width)), (True, (width, height))):
        lines = bright.T if turned else bright
        at = np.flatnonzero(lines.any(axis=1))
        first = lines[at].argmax(axis=1)
        last = along - lines[at, ::-1].argmax(axis=1)
        for ends, edge in ((first, 0), (last, along)):
            inner = (ends != edge) & (at > 0) & (at < across - 1)
            pair = (ends[inner].astype(float), at[inner] + 0.5)
            found.append(np.column_stack(pair[::-1] if turned else pair))
    return np.concatenate(found)


def _fit(points: np.ndarray) -> tuple[float, float, float]:
    """Kåsa's circle: the least squares of x² + y² = 2 a x + 2 b y + c."""
    middle = points.mean(axis=0)
    x, y = (points - middle).T
    (a, b, c), *_ = np.linalg.lstsq(np.column_stack((2 * x, 2 * y, np.ones(len(x)))), x**2 + y**2, rcond=None)
    return float(a + middle[0]), float(b + middle[1]), float(np.sqrt(max(c + a**2 + b**2, 0.0)))
