"""Thousands of mutated volumes per format, seeded: none may raise anything but our own error.

python benchmarks/fuzz_volumes.py [count]; 4,000 per format unless said otherwise.
"""

import sys
import tempfile
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "data"))

from mutated_volumes import SEEDS, outcomes


def main(count=4000):
    warnings.simplefilter("error")
    for kind in SEEDS:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            found = outcomes(kind, count, Path(folder))
        listed = ", ".join(f"{code} {n}" for code, n in found.most_common() if not code.startswith("answered"))
        answered = found["answered: read"]
        print(f"{kind}: {count} files in {time.perf_counter() - began:.0f} s: {listed}; read with answers {answered}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
