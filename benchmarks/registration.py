"""How well and how fast a real head meets the MNI152 template (../shared/data/brain); a checkerboard to look at.

python benchmarks/registration.py [board.png]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from salviewer.data.checkerboard import board_picture, checkerboard
from salviewer.data.registration import moved, register
from salviewer.data.volumes import read_volume

BRAIN = Path(__file__).resolve().parents[2] / "shared" / "data" / "brain"


def main() -> None:
    head, template = (read_volume(BRAIN / f"{name}.nii.gz") for name in ("chris_t1", "MNI152_2009_template"))
    started = time.process_time()
    found = register(head, template)
    scales = ", ".join(f"{scale:.3f}" for scale in found.scales)
    print(f"{found.seconds:.1f} s, of which {time.process_time() - started:.1f} s on the processor")
    print(f"mutual information {found.before:.3f} before, {found.after:.3f} after")
    print(f"scales {scales}; turned by {found.turned_degrees:.1f} degrees")
    if len(sys.argv) > 1:
        tiles = checkerboard(template.array, moved(head, template, found.affine))
        board_picture(tiles, template).save(sys.argv[1])


if __name__ == "__main__":
    main()
