"""Which lesions of a picture a proposal covers, and how many proposed regions touch none.

A lesion is found where at least so much of its own pixels is proposed. A map that proposes everything finds all of
them: the false regions and the proposed share stand beside what is found.

Source: Wagner et al., "Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks", CVPR
2019, section 5.2; the overlap of 50 % after Gondal et al., ICIP 2017.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salviewer.numeric.blobs import blob_sizes, blobs

OVERLAPS = (0.25, 0.5)


@dataclass(frozen=True, eq=False)
class LesionsFound:
    """covered: float64 (n,), the share of each lesion that is proposed, 0..1; n may be 0."""

    covered: np.ndarray = field(repr=False)

    def share(self, overlap: float) -> float:
        """Of the lesions that are found; NaN where there is none."""
        return float((self.covered >= overlap).mean()) if len(self.covered) else float("nan")

    def any(self, overlap: float) -> float:
        """1 if a lesion is found, 0 if none is; NaN where there is none."""
        return float((self.covered >= overlap).any()) if len(self.covered) else float("nan")


def lesions_found(proposed: np.ndarray, lesions: np.ndarray) -> LesionsFound:
    """How far each blob of `lesions` (bool (H, W)) is covered by `proposed` (bool (H, W))."""
    labels, count = blobs(lesions)
    return LesionsFound(blob_sizes(np.where(proposed, labels, 0), count) / blob_sizes(labels, count))


def false_regions(proposed: np.ndarray, lesions: np.ndarray) -> tuple[int, int]:
    """(regions, false ones): blobs of `proposed`, and those of them without a pixel of `lesions`."""
    labels, count = blobs(proposed)
    return count, count - len(np.unique(labels[lesions & proposed]))
