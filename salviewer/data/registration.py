"""Affine registration of one head to another by mutual information, on a 2 mm grid, with SimpleITK.

Both volumes are brought to grids along the axes of the world (RAS+ millimetres) first, so that no image has directions
of its own, and what SimpleITK finds is the map between the two worlds. First turned and shifted, then affine, from
coarse to fine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from salviewer.api import Progress, Volume
from salviewer.data.registration_result import Registration, check_plausible
from salviewer.errors import Cancelled, InvalidChoice, Unavailable
from salviewer.numeric.affine_sampling import sample_affine

if TYPE_CHECKING:
    import SimpleITK

GRID_MM = 2.0
_SEED = 20_240
_SAMPLES = 0.04
_LEVELS = ((4, 4.0, 1.0), (2, 2.0, 0.25), (1, 0.0, _SAMPLES))
"""(shrink factor, smoothing in mm, share of the voxels that are looked at) of each level."""
_AROUND = 4
"""Voxels of 2 mm around the fixed head that are compared too."""
_STEPS = {"rigid": 60, "affine": 80}
_LEAST_MM = 20.0


def register(moving: Volume, fixed: Volume, progress: Progress | None = None) -> Registration:
    """The affine map from `moving`'s RAS+ millimetres to `fixed`'s, such as a person's head to a template.

    Some seconds; the same for the same volumes. `progress` is asked at each step whether to stop.

    Raises:
        Unavailable: "needs-mri", SimpleITK is not installed.
        InvalidChoice: "registration-failed", the volumes have nothing in common that could be found, or what was found
            is no map between two heads.
    """
    sitk = _simple_itk()
    progress = progress or Progress()
    start = time.perf_counter()
    progress(0.0, "Bringing both to a 2 mm grid")
    images = _image(sitk, moving), _image(sitk, fixed)
    try:
        found, before, after = _search(sitk, *images, progress)
    except RuntimeError as e:
        raise _failed(moving, fixed, "they have too little in common to begin with") from e
    matrix = np.linalg.inv(_matrix(found))
    notes = check_plausible(matrix, moving, fixed)
    if not after > before:
        notes = (*notes, "The headers alone fit no worse than what was found: look at the checkerboard.")
    progress(1.0, "Done")
    seconds = round(time.perf_counter() - start, 2)
    return Registration(tuple(map(float, matrix.ravel())), before, after, seconds, moving.name, moving.sha256,
                        fixed.name, fixed.sha256, notes)  # fmt: skip


def moved(moving: Volume, fixed: Volume, matrix: np.ndarray) -> np.ndarray:
    """`moving` on `fixed`'s grid, float32 (X, Y, Z), NaN where it has no voxels; `matrix` (4, 4) as `register` gives.

    The identity shows how they lie by their headers alone.
    """
    return sample_affine(moving.array, np.linalg.inv(matrix @ moving.affine) @ fixed.affine, fixed.shape)


def _simple_itk() -> Any:
    try:
        import SimpleITK  # noqa: PLC0415 - of the extra `mri`, and slow to load
    except ImportError as e:
        raise Unavailable(
            "Registration needs SimpleITK: install it with pip install 'salviewer[mri]'.", code="needs-mri"
        ) from e
    return SimpleITK


def _image(sitk: Any, volume: Volume) -> SimpleITK.Image:
    """`volume` on a 2 mm grid along the axes of the world, in 0..1, 0 beyond its voxels."""
    shape = np.array(volume.shape)
    corners = np.array(np.meshgrid(*((-0.5, n - 0.5) for n in shape))).reshape(3, -1).T
    mm = corners @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    low, high = mm.min(axis=0), mm.max(axis=0)
    if (high - low).min() < _LEAST_MM or (high - low).max() > 1000:
        spans = " × ".join(f"{span:.0f}" for span in high - low)
        raise InvalidChoice(
            f"{volume.name} is {spans} mm large, and heads are registered: {_LEAST_MM:.0f} to 1000 mm along each axis.",
            code="registration-failed",
        )
    grid = np.diag([GRID_MM, GRID_MM, GRID_MM, 1.0])
    grid[:3, 3] = low + GRID_MM / 2
    size = np.maximum(1, np.ceil((high - low) / GRID_MM)).astype(int)
    values = sample_affine(volume.array, np.linalg.inv(volume.affine) @ grid, size)
    values = np.nan_to_num(values, nan=float(np.nanmin(values)))
    low_value, high_value = np.percentile(values, (0.1, 99.9))
    if not high_value > low_value:
        raise InvalidChoice(f"{volume.name} has the same value everywhere: there is nothing to register.",
                            code="registration-failed")  # fmt: skip
    values = np.clip((values - low_value) / (high_value - low_value), 0, 1).astype(np.float32)
    image = sitk.GetImageFromArray(np.ascontiguousarray(values.T))  # SimpleITK's arrays are (Z, Y, X)
    image.SetSpacing([GRID_MM] * 3)
    image.SetOrigin([float(x) for x in grid[:3, 3]])
    return image


def _search(sitk: Any, moving: Any, fixed: Any, progress: Progress) -> tuple[Any, float, float]:
    """The transform from fixed to moving points, and the mutual information without and with it (in nats)."""
    before = _information(sitk, moving, fixed, sitk.AffineTransform(3))
    starts = [sitk.Euler3DTransform()]
    for way in (sitk.CenteredTransformInitializerFilter.MOMENTS, sitk.CenteredTransformInitializerFilter.GEOMETRY):
        starts.append(sitk.Euler3DTransform(sitk.CenteredTransformInitializer(fixed, moving, starts[0], way)))
    middle = starts[-1].GetCenter()
    starts[0].SetCenter(middle)
    best = max(starts, key=lambda start: _information(sitk, moving, fixed, start))
    rigid = _refined(sitk, moving, fixed, sitk.Euler3DTransform(best), "rigid", progress.part(0.1, 0.45))
    affine = sitk.AffineTransform(3)
    affine.SetMatrix(rigid.GetMatrix())
    affine.SetTranslation(rigid.GetTranslation())
    affine.SetCenter(rigid.GetCenter())
    affine = _refined(sitk, moving, fixed, affine, "affine", progress.part(0.45, 0.98))
    return affine, before, _information(sitk, moving, fixed, affine)


def _looked_at(sitk: Any, fixed: Any) -> Any:
    """The part of `fixed` that is compared: its head and some millimetres around it.

    A template is often a brain alone. Were all of its empty surround compared, it would be made to fit the skull.
    """
    return sitk.BinaryDilate(sitk.BinaryThreshold(fixed, 0.02, 1.0), [_AROUND] * 3)


def _information(sitk: Any, moving: Any, fixed: Any, transform: Any) -> float:
    """Mutual information in nats; 0 where the two do not overlap."""
    method = _method(sitk, fixed)
    method.SetInitialTransform(transform)
    try:
        return max(0.0, -float(method.MetricEvaluate(fixed, moving)))
    except RuntimeError:
        return 0.0


def _method(sitk: Any, fixed: Any) -> Any:
    method = sitk.ImageRegistrationMethod()
    method.SetMetricFixedMask(_looked_at(sitk, fixed))
    method.SetNumberOfThreads(1)  # several add up in the order in which they end, and each run finds another matrix
    method.SetNumberOfWorkUnits(1)
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=48)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(_SAMPLES, _SEED)
    method.SetMetricUseFixedImageGradientFilter(False)  # slopes are taken where they are needed, not everywhere
    method.SetMetricUseMovingImageGradientFilter(False)
    method.SetInterpolator(sitk.sitkLinear)
    return method


def _refined(sitk: Any, moving: Any, fixed: Any, transform: Any, kind: str, progress: Progress) -> Any:
    """`transform`, moved uphill from coarse to fine. Raises `Cancelled`."""
    levels = _LEVELS[:2] if kind == "rigid" else _LEVELS
    method = _method(sitk, fixed)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0 if kind == "rigid" else 1.0, minStep=1e-3, numberOfIterations=_STEPS[kind],
        gradientMagnitudeTolerance=1e-7,
    )  # fmt: skip
    method.SetOptimizerScalesFromPhysicalShift()
    factors, sigmas, samples = zip(*levels, strict=True)
    method.SetShrinkFactorsPerLevel(factors)
    method.SetSmoothingSigmasPerLevel(sigmas)
    method.SetMetricSamplingPercentagePerLevel(samples, _SEED)
    method.SetInitialTransform(transform, True)
    stopped: list[Cancelled] = []

    def each_step() -> None:
        """SimpleITK swallows what a callback raises: it is kept, and raised when the search has ended."""
        done = method.GetCurrentLevel() + min(1.0, method.GetOptimizerIteration() / _STEPS[kind])
        words = "Turning and shifting" if kind == "rigid" else "Scaling and shearing"
        try:
            progress(done / len(levels), words)
        except Cancelled as e:
            stopped.append(e)
            method.StopRegistration()

    method.AddCommand(sitk.sitkIterationEvent, each_step)
    method.Execute(fixed, moving)
    if stopped:
        raise stopped[0]
    return transform


def _matrix(transform: Any) -> np.ndarray:
    """(4, 4) of an affine transform of SimpleITK, whose matrix works about a centre."""
    linear = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    matrix = np.eye(4)
    matrix[:3, :3] = linear
    matrix[:3, 3] = np.array(transform.GetTranslation()) + centre - linear @ centre
    return matrix


def _failed(moving: Volume, fixed: Volume, why: str) -> InvalidChoice:
    return InvalidChoice(
        f"{moving.name} could not be registered to {fixed.name}: {why}. Check that both show a head, and that their "
        f"headers say how large a voxel is.",
        code="registration-failed",
    )
