"""What a run will cost, from what earlier runs cost: measured and scaled, never guessed. Loads no torch.

| known | seconds |
|---|---|
| runs with the same settings | their median |
| a run of the same method, and how many inputs both pass through the network | in proportion to the inputs |
| the network's measured speed, and a method that needs its outputs alone | inputs / speed |

All of one network, input size, device and precision. The first run of these also measures how to run the network, so
its time counts only while there is nothing better.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from math import log
from pathlib import Path
from typing import Any

import platformdirs

from salviewer.api import Explanation, JobSpec
from salviewer.data.whole_file import replace_text
from salviewer.numeric.counted import counted

PLACES_KEPT, RUNS_KEPT, TIMES_KEPT = 64, 64, 5


@dataclass(frozen=True)
class Setting:
    """What decides how long a run takes.

    place: network, input size, device and precision; passes: inputs through the network, None where unknown.
    gradients: whether the method needs more than the network's outputs.
    """

    place: str
    method: str
    params: str
    passes: int | None = None
    gradients: bool = False


@dataclass(frozen=True)
class Estimate:
    """seconds, bytes: None where nothing is known; least_bytes: what one input takes; how: where the time is from."""

    seconds: float | None = None
    bytes: int | None = None
    least_bytes: int | None = None
    how: str = ""


@dataclass
class _Run:
    """Runs with the same settings. `cold`: only the first run of its place so far."""

    passes: int | None
    seconds: list[float] = field(default_factory=list)
    cold: bool = False


@dataclass
class _Place:
    """One network on inputs of one size, on one device. `images_per_s`, `bytes_per_image`: measured, or 0."""

    images_per_s: float = 0.0
    bytes_per_image: int = 0
    batch: int = 1
    runs: dict[str, _Run] = field(default_factory=dict)


def place_of(model_sha256: str, size: tuple[int, ...], device: str, precision: str) -> str:
    """The key of a network, input size (*S), device and precision."""
    return "/".join((model_sha256, "x".join(map(str, size)), device.partition(":")[0], precision))


def params_key(params: Mapping[str, Any]) -> str:
    """The key of all of a method's settings."""
    return sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()[:16]


def setting_of(explanation: Explanation, spec: JobSpec, passes: int | None, *, gradients: bool) -> Setting | None:
    """The setting of a finished run; None where its provenance does not say all."""
    about, grid = explanation.provenance, explanation.grid
    try:
        device, model = str(about["plan"]["device"]), str(about["model"]["sha256"])
        params = params_key(about["params"])
    except (KeyError, TypeError):
        return None
    if grid is None:
        return None
    return Setting(place_of(model, grid.model_shape, device, spec.precision), spec.method, params, passes, gradients)


class RunBook:
    """What runs cost, in memory and in a small JSON file of the user's cache; a damaged file is begun anew."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(platformdirs.user_cache_dir("salviewer", appauthor=False)) / "runs.json"
        self._places: dict[str, _Place] = {}
        try:
            self._places = {key: _place(stored) for key, stored in json.loads(self._path.read_text()).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._places = {}

    def learn(self, setting: Setting, seconds: float, plan: Mapping[str, Any]) -> None:
        """Take in one finished run and the plan by which the network was run."""
        cold = setting.place not in self._places
        place = self._places.pop(setting.place, None) or _Place()
        self._places[setting.place] = place  # the one used last is at the end
        place.images_per_s = float(plan.get("images_per_s", 0)) or place.images_per_s
        place.bytes_per_image = int(plan.get("bytes_per_image", 0)) or place.bytes_per_image
        place.batch = int(plan.get("batch", place.batch))
        key = f"{setting.method}/{setting.params}"
        run = place.runs.pop(key, None)
        if run is None or run.cold:
            run = _Run(setting.passes, cold=cold)
        run.seconds = [*run.seconds, round(seconds, 3)][-TIMES_KEPT:]
        place.runs[key] = run
        _drop_oldest(place.runs, RUNS_KEPT)
        _drop_oldest(self._places, PLACES_KEPT)

    def estimate(self, setting: Setting) -> Estimate:
        """What a run will cost, as far as it is known."""
        place = self._places.get(setting.place)
        if place is None:
            return Estimate()
        seconds, how = _seconds(place, setting)
        if setting.gradients or not place.bytes_per_image:
            return Estimate(seconds, how=how)
        batch = place.batch if setting.passes is None else max(1, min(place.batch, setting.passes // 10))
        return Estimate(seconds, batch * place.bytes_per_image, place.bytes_per_image, how)

    def save(self) -> None:
        """Write the file; where the cache cannot be written, what was learned is kept for this process."""
        text = json.dumps({key: asdict(place) for key, place in list(self._places.items())}, indent=1)
        with suppress(OSError):
            replace_text(self._path, text)


def _seconds(place: _Place, setting: Setting) -> tuple[float | None, str]:
    """(seconds, where they are from); warm runs first."""
    mine = {key: run for key, run in place.runs.items() if key.partition("/")[0] == setting.method}
    found = _measured(mine, setting, cold=False)
    if found is None and setting.passes and not setting.gradients and place.images_per_s:
        speed = (
            f"{counted(setting.passes, 'input')} at the measured speed of this model ({place.images_per_s:.0f} per "
            f"second)"
        )
        found = setting.passes / place.images_per_s, speed
    if found is None:
        found = _measured(mine, setting, cold=True)
    return found or (None, "")


def _measured(runs: dict[str, _Run], setting: Setting, *, cold: bool) -> tuple[float, str] | None:
    """From runs of the same method: those with the same settings, else the one with the most alike number of inputs."""
    same = runs.get(f"{setting.method}/{setting.params}")
    if same is not None and same.cold == cold:
        return statistics.median(same.seconds), "as long as earlier runs with these settings took"
    wanted = setting.passes
    known = [run for run in runs.values() if run.passes and run.cold == cold]
    if not wanted or not known:
        return None
    near = min(known, key=lambda run: abs(log((run.passes or 1) / wanted)))
    seconds = statistics.median(near.seconds) * wanted / (near.passes or 1)
    return seconds, f"{counted(wanted, 'input')}, at the speed of an earlier run of this method with {near.passes:,}"


def _place(stored: dict[str, Any]) -> _Place:
    runs = {key: _Run(**run) for key, run in stored["runs"].items()}
    return _Place(**{**stored, "runs": runs})


def _drop_oldest(kept: dict[str, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
