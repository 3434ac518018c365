"""Reads thousands of mutated DICOM files; anything but a volume or our own error is printed with its seed.

`python benchmarks/fuzz_dicom.py [files] [seed]`
"""

import collections
import logging
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "data"))
warnings.simplefilter("error")

from dicom_mutants import SEEDS, mutate  # noqa: E402

from salviewer.data.dicom import read_dicom  # noqa: E402
from salviewer.errors import SalViewerError  # noqa: E402


def main(count: int = 4000, seed: int = 0) -> int:
    """How many files did something that they must not."""
    outcomes, strange, slowest = collections.Counter(), 0, 0.0
    kinds = list(SEEDS)
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            kind = kinds[n % len(kinds)]
            rng = np.random.default_rng([seed, n])
            for k, content in enumerate(SEEDS[kind]):
                (Path(folder) / f"IM{k}").write_bytes(content if k else mutate(content, rng))
            start = time.perf_counter()
            code, detail = _outcome(Path(folder) / "IM0")
            took = time.perf_counter() - start
            slowest = max(slowest, took)
            outcomes[code] += 1
            if detail or took > 2:
                strange += 1
                print(f"{kind}, seed {seed}, file {n}, {took:.1f} s: {code} {detail}")
            for path in Path(folder).iterdir():
                path.unlink()
    print(f"{count} files, {strange} strange, slowest {1000 * slowest:.0f} ms")
    for code, times in outcomes.most_common():
        print(f"{times:6d}  {code}")
    return strange


def _outcome(path: Path) -> tuple[str, str]:
    """(its code, what is wrong with that)."""
    try:
        volume = read_dicom(path, {"geometry": "ignore", "nonfinite": "zero"})
    except SalViewerError as e:
        told = "" if "\n" not in str(e) and e.__cause__ is None else repr(e)
        return (e.code, told) if e.code else ("no code", repr(e))
    except BaseException as e:  # noqa: BLE001 - it is what is looked for
        return type(e).__name__, repr(e)
    finite = np.isfinite(volume.array).all() and np.isfinite(volume.affine).all()
    return "read", "" if finite and volume.array.ndim == 3 else "not finite"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.basicConfig()
    sys.exit(min(1, main(*(int(a) for a in sys.argv[1:3]))))
