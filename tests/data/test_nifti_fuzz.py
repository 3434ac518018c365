"""A few hundred mutants of each format; `benchmarks/fuzz_volumes.py` runs thousands."""

import pytest
from mutated_volumes import SEEDS, outcomes


@pytest.mark.parametrize("kind", SEEDS)
def test_mutated_volumes_are_read_or_refused(kind, tmp_path, capfd):
    found = outcomes(kind, 150, tmp_path)
    assert found["answered: read"] > 0 or kind in ("nii.gz", "mgz")  # of which nearly every change breaks the checksum
    assert len(found) > 5
    assert capfd.readouterr() == ("", "")
