"""Image-level lesion sensitivity: is a lesion of the picture found, where found means covered by a quarter or by half?

What lies above t times the map's maximum is proposed; lesions are the blobs of the true mask on the source's pixels.
A lesion is found where at least 25 % (50 %) of its pixels are proposed, and the picture counts as found if one lesion
is. The mean over pictures is the sensitivity. A map that shows everything has 100 %: so the regions proposed where
there is no lesion, and the proposed share of the picture, stand beside it.

Source: Wagner et al., "Interpretable and Fine-Grained Visual Explanations for Convolutional Neural Networks", CVPR
2019, section 5.2 and Table 3; the 50 % after Gondal et al., ICIP 2017.
Differs from the paper: it does not say how regions are made from masks nor of what the overlap is a share; here a cut
at t, and the lesion's pixels.
Degenerate maps: one without a value above zero proposes nothing and finds nothing: 0, with a note. A positive constant
proposes all that the model sees. Pixels without a number are not proposed. NaN where the picture has no lesion, with a
note; false regions are counted there too.
"""

from __future__ import annotations

from salviewer.api import Measurement, MeasureRequest, Metric, Progress
from salviewer.numeric.lesions_found import OVERLAPS, false_regions, lesions_found
from salviewer_plugins.evaluation.annotation_params import LesionParams
from salviewer_plugins.evaluation.truth import NOTHING_SHOWN, given, mass

NO_LESION = "The picture has no lesion: there is nothing to find."


class LesionSensitivity(Metric[LesionParams]):
    """Key `lesion-sensitivity`.

    image_25, image_50: 1 if a lesion is found, else 0. lesions_25, lesions_50: share of the lesions found. lesions,
    regions, false_regions: counts; a region is false where it touches no lesion. proposed: share of the picture.
    """

    def measure(self, request: MeasureRequest, params: LesionParams, progress: Progress) -> Measurement:
        """The values above, `image_25` first."""
        true = given(request.source_truth).mask
        weights = mass(request.input.grid.to_source(request.heatmap))
        top = float(weights.max())
        proposed = weights > params.threshold * top
        found = lesions_found(proposed, true)
        count, (total, false) = len(found.covered), false_regions(proposed, true)
        values = {f"image_{o * 100:g}": found.any(o) for o in OVERLAPS}
        values |= {f"lesions_{o * 100:g}": found.share(o) for o in OVERLAPS}
        values |= {"lesions": float(count), "regions": float(total), "false_regions": float(false)}
        notes = [NO_LESION] if not count else []
        notes += [NOTHING_SHOWN] if top <= 0 else []
        return Measurement(
            {**values, "proposed": float(proposed.mean()), "threshold": params.threshold}, notes=tuple(notes)
        )
