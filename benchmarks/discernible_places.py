"""How many positions of a global average should be followed: pointing, box and time for several, on photographs.

python -m benchmarks.discernible_places [number of photographs]
"""

from __future__ import annotations

import sys

from benchmarks.discernible_photographs import explained, shown
from benchmarks.discernible_table import row_of, say
from benchmarks.photographs import DATA, MISSING, squeezenet

PLACES = (1, 3, 10, 30)


def main(most: int = 40) -> None:
    """Explain, count and print, by the real SqueezeNet, which averages its class map over all places."""
    if not DATA.is_dir():
        print(MISSING)
        return
    handle = squeezenet()
    asked = [(key, places) for key in ("discernible-neurons", "cnn-fixations") for places in PLACES]
    rows: dict[str, list[dict[str, float]]] = {f"{key}, {places}": [] for key, places in asked}
    for number, one in enumerate(shown(handle, most), 1):
        for key, places in asked:
            rows[f"{key}, {places}"].append(row_of(handle, one, *explained(handle, one, key, places=places)))
        if number % 10 == 0 or number == most:
            print(number, "photographs")
            say(rows)
            sys.stdout.flush()


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
