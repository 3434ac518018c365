"""Real files: the facts that are known of them."""

import json

import numpy as np
import pytest

from salviewer.data.volumes import read_volume

# file: shape, voxel size in mm, kind of number, space, greatest value
FACTS = {
    "MNI152_2009_template.nii.gz": ((193, 229, 193), 1, "int16", "mni152", 1570),
    "chris_t1.nii.gz": ((188, 256, 190), 0.88, "uint8", "aligned", 255),
    "avg152T1_RL.nii.gz": ((91, 109, 91), 2, "uint8", "mni152", 255),
    "aal_niivue.nii.gz": ((181, 217, 181), 1, "uint8", "mni152", 116),
    "binary_brain_mask.nii.gz": ((193, 229, 193), 1, "float32", "mni152", 1),
}
pytestmark = pytest.mark.data


@pytest.mark.parametrize("name", FACTS)
def test_brains(name, data):
    shape, spacing, dtype, space, greatest = FACTS[name]
    volume = read_volume(data / "brain" / name)
    assert volume.shape == shape
    assert volume.array.dtype == dtype
    assert (volume.axcodes, volume.geometry, volume.space) == (("R", "A", "S"), "sform", space)
    np.testing.assert_allclose(volume.spacing, spacing, rtol=1e-6)
    assert (volume.array.min(), volume.array.max()) == (0, greatest)
    assert volume.warnings == ()


def test_all_files_of_the_folder_are_known(data):
    assert {path.name for path in (data / "brain").glob("*.nii*")} == FACTS.keys()


def test_the_atlas_has_a_name_for_each_label(data):
    labels = np.unique(read_volume(data / "brain" / "aal_niivue.nii.gz").array)
    assert labels.tolist() == list(range(117))
    named = json.loads((data / "brain" / "aal_labels_niivue.json").read_text(encoding="utf-8"))
    assert len(named["labels"]) >= 117


def test_the_mask_covers_the_brain_of_the_template(data):
    template = read_volume(data / "brain" / "MNI152_2009_template.nii.gz")
    mask = read_volume(data / "brain" / "binary_brain_mask.nii.gz")
    np.testing.assert_array_equal(mask.affine, template.affine)
    assert set(np.unique(mask.array)) == {0, 1}
    inside = mask.array > 0
    assert template.array[inside].mean() > 3 * template.array[~inside].mean()
