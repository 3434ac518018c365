"""Valid files with a few bytes changed: read, or refused in a sentence, never anything else."""

import numpy as np
import pytest
from bad_dicom import logged
from dicom_mutants import SEEDS, mutate

from salviewer.data.dicom import read_dicom
from salviewer.errors import SalViewerError


@pytest.mark.parametrize("kind", SEEDS)
def test_mutated_files_are_read_or_refused(kind, tmp_path, capfd):
    rng = np.random.default_rng(list(kind.encode()))
    for n, content in enumerate(SEEDS[kind]):
        (tmp_path / f"IM{n}").write_bytes(content)
    outcomes = set()
    assert read_dicom(tmp_path / "IM0", {"geometry": "ignore"}).array.size
    with logged() as log:
        for _ in range(40):
            (tmp_path / "IM0").write_bytes(mutate(SEEDS[kind][0], rng))
            try:
                volume = read_dicom(tmp_path / "IM0", {"geometry": "ignore", "nonfinite": "zero"})
            except SalViewerError as e:
                outcomes.add(e.code)
                assert e.code, e
                assert "\n" not in str(e)
            else:
                outcomes.add("read")
                assert volume.array.ndim == 3
                assert np.isfinite(volume.array).all()
                assert np.isfinite(volume.affine).all()
    assert len(outcomes) > 1
    assert capfd.readouterr() == ("", "")
    assert not log
