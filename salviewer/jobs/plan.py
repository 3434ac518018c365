"""How a network is run on this machine: layout, batch size, precision, threads. Measured once, then looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import platformdirs
import torch

from salviewer.data.whole_file import replace_text

Layout = Literal["contiguous", "channels-last"]
Precision = Literal["full", "bfloat16"]


@dataclass(frozen=True)
class Plan:
    """What was found best. `batch`: images per forward pass; `images_per_s`, `bytes_per_image`: measured, or 0."""

    device: str = "cpu"
    layout: Layout = "contiguous"
    batch: int = 8
    precision: Precision = "full"
    threads: int = 1
    images_per_s: float = 0.0
    bytes_per_image: int = 0

    def memory_format(self, dims: int) -> torch.memory_format:
        """The torch memory format for inputs with `dims` spatial dimensions."""
        if self.layout == "contiguous" or dims not in (2, 3):
            return torch.contiguous_format
        return torch.channels_last if dims == 2 else torch.channels_last_3d

    def autocast(self) -> torch.autocast:
        """The context in which a forward pass runs."""
        device = torch.device(self.device).type
        return torch.autocast(device, dtype=torch.bfloat16, enabled=self.precision == "bfloat16")


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Run torch's CPU kernels on `count` threads, then on as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, count))
    try:
        yield
    finally:
        torch.set_num_threads(before)


class PlanBook:
    """Plans by key, in memory and in a small JSON file of the user's cache; a damaged file is begun anew."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(platformdirs.user_cache_dir("salviewer", appauthor=False)) / "plans.json"
        self._plans: dict[str, Plan] = {}
        try:
            stored = json.loads(self._path.read_text())
            self._plans = {key: Plan(**plan) for key, plan in stored.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._plans = {}

    def get(self, key: str) -> Plan | None:
        """The plan kept under `key`."""
        return self._plans.get(key)

    def keep(self, key: str, plan: Plan) -> None:
        """Keep `plan`; where the cache cannot be written it is kept for this process."""
        self._plans[key] = plan
        with suppress(OSError):
            replace_text(self._path, json.dumps({k: asdict(p) for k, p in self._plans.items()}, indent=1))
