"""The ranking of regions over subjects: sums and means by hand, registered subjects, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from salviewer.api import (
    AtlasOnGrid,
    Explanation,
    GridMap,
    Heatmap,
    ModelInput,
    Progress,
    Region,
    RegionTable,
    Request,
    Target,
    table_of,
)
from salviewer.errors import InvalidChoice
from salviewer.jobs.plan import Plan
from salviewer.jobs.work import PlannedWork
from salviewer_plugins.glas.cohort import RegionRanking
from salviewer_plugins.glas.volume_params import RankingParams

SHAPE = (8, 9, 10)
NAMES = ("Hippocampus", "Amygdala", "Pons", "Insula", "Vermis", "Cuneus")
PLACES = [(0, 0, 0), (0, 5, 6), (4, 0, 6), (4, 5, 0), (0, 0, 6), (4, 5, 6)]


def grid(move=None, shape=SHAPE):
    """2 mm voxels, axes z, y, x of a volume in RAS; `move`: (4, 4) laid over its affine."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-10, -9, -8)
    affine = (np.eye(4) if move is None else move) @ affine
    rows = ((0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    return GridMap(shape[::-1], shape, rows, (), tuple(map(tuple, affine.tolist())), "RAS")


def atlas(move=None, names=NAMES, first=1):
    """Six blocks of 3 x 3 x 3 voxels."""
    labels = np.zeros(SHAPE, np.int32)
    for n, (i, j, k) in enumerate(PLACES, start=first):
        labels[i : i + 3, j : j + 3, k : k + 3] = n
    regions = tuple(Region(n, name) for n, name in enumerate(names, start=first))
    index = np.array(PLACES, float) + 1
    world = grid(move).world()
    return AtlasOnGrid(labels, regions, index, index @ world[:3, :3].T + world[:3, 3], np.full(6, 216.0))


def about(name, **changed):
    facts = {
        "method": "glas-3d",
        "params": {"grid": 8},
        "model": {"sha256": "m", "variant": ""},
        "target": {"index": 1, "label": "AD", "output": "probability"},
        "input": {"name": name, "sha256": f"sha of {name}"},
    }
    return facts | changed


def subject(name, impact, values=None, *, move=None, regions=None, signed=False, **changed):
    """An explanation with a table (`impact` None: without), of a map that is `values`."""
    values = np.zeros(SHAPE, np.float32) if values is None else values.astype(np.float32)
    evidence = [Heatmap("3D-GLAS", values, signed=signed, unit="probability squared")]
    if impact is not None:
        where = regions or atlas(move)
        columns = {"light": np.array(impact) / 2, "shadow": np.full(6, 2.0)}
        evidence.append(table_of(where, np.array(impact, float), columns, "probability squared"))
    return Explanation(tuple(evidence), grid=grid(move), provenance=about(name, **changed))


def rank(*sources, where=None, atlas_there=None, params=None, progress=None, seed=0):
    progress = progress or Progress()
    source = ModelInput(torch.zeros(1, 1, *SHAPE), where or grid())
    request = Request(
        None, source, Target(1, "AD"), seed, torch.Generator(), PlannedWork(Plan(), progress),
        atlas=atlas() if atlas_there is None else atlas_there, sources=tuple(sources),
    )  # fmt: skip
    return RegionRanking().explain(request, params or RankingParams(), progress)


def refusal(*sources, **options):
    with pytest.raises(InvalidChoice) as refused:
        rank(*sources, **options)
    return refused.value


def test_maps_are_summed_and_the_sum_is_brought_to_0_to_1():
    one, two = np.zeros(SHAPE), np.zeros(SHAPE)
    one[2, 3, 4], two[2, 3, 4], two[5, 5, 5] = 3, 1, 2
    total = rank(subject("a", np.ones(6), one), subject("b", np.ones(6), two)).heatmap
    assert (total[2, 3, 4], total[5, 5, 5], total[0, 0, 0]) == (1.0, 0.5, 0.0)
    assert total.dtype == np.float32


def test_the_least_of_the_sum_becomes_0():
    values = np.full(SHAPE, 2.0)
    values[0, 0, 0] = 4
    total = rank(subject("a", np.ones(6), values), subject("b", np.ones(6), values + 1)).heatmap
    assert (total.min(), total.max()) == (0.0, 1.0)
    assert not rank(subject("a", np.ones(6), np.full(SHAPE, 3.0))).heatmap.any()


def test_signed_maps_keep_their_sign():
    values = np.zeros(SHAPE)
    values[1, 1, 1], values[2, 2, 2] = -4, 2
    found = rank(subject("a", np.ones(6), values, signed=True)).evidence[0]
    assert found.signed
    assert (found.values[1, 1, 1], found.values[2, 2, 2]) == (-1.0, 0.5)


def test_regions_are_ranked_by_their_mean_impact_and_painted_with_it():
    found = rank(subject("a", [1, 6, 2, 0, 3, 5]), subject("b", [3, 4, 0, 0, 5, 9]))
    _, painted, table = found.evidence
    assert isinstance(table, RegionTable)
    assert table.impact.tolist() == [2, 5, 1, 0, 4, 7]
    assert table.ranks().tolist() == [4, 2, 5, 6, 3, 1]
    assert table.regions == NAMES
    columns = dict(zip(table.column_names, table.columns.tolist(), strict=True))
    assert columns["light"] == [1, 2.5, 0.5, 0, 2, 3.5]
    assert columns["subjects"] == [2] * 6
    # The fourth is last in both; the third is fourth in "a", and in "b" fifth, before the fourth region by its label.
    assert columns["in the top 5"] == [1, 1, 1, 0, 1, 1]
    labels = atlas().labels
    for region, impact in zip(range(1, 7), table.impact, strict=True):
        assert (painted.values[labels == region] == impact).all()
    assert not painted.values[labels == 0].any()
    assert painted.unit == table.unit == "probability squared"


def test_where_all_subjects_agree_the_intervals_are_the_ranks():
    table = rank(*(subject(f"s{i}", np.array([1, 6, 2, 0, 3, 5]) * (1 + i)) for i in range(6))).evidence[2]
    assert table.rank_low.tolist() == table.rank_high.tolist() == table.ranks().tolist()


def test_a_lead_that_few_subjects_give_is_not_certain():
    often, once = [0.5, 0.4, 0.1, 0.05, 0.01, 0], [0.1, 0.9, 0.1, 0.05, 0.01, 0]
    table = rank(*(subject(f"s{i}", once if i < 2 else often) for i in range(8))).evidence[2]
    assert table.ranks()[1] == 1
    assert (table.rank_low[1], table.rank_high[1]) == (1, 2)
    assert (table.rank_low[5], table.rank_high[5]) == (6, 6)


def test_the_same_seed_gives_the_same_intervals():
    sources = [subject(f"s{i}", np.random.default_rng(i).random(6)) for i in range(5)]
    assert rank(*sources, seed=4).evidence[2] == rank(*sources, seed=4).evidence[2]


def test_one_subject_has_no_interval_and_the_notes_say_so():
    found = rank(subject("a", [1, 6, 2, 0, 3, 5]))
    assert np.isnan(found.evidence[2].rank_low).all()
    assert "no interval" in found.notes[0]


def test_a_method_without_a_table_is_ranked_by_its_maps_means():
    labels = atlas().labels
    maps = [np.array([0, 5, 1, 2, 4, 3, 6], float)[labels] for _ in range(2)]
    maps[1] = maps[1] * 3
    found = rank(*(subject(f"s{i}", None, m) for i, m in enumerate(maps)))
    table = found.evidence[2]
    assert table.impact == pytest.approx([10, 2, 4, 8, 6, 12])
    assert table.ranks().tolist() == [2, 6, 5, 3, 4, 1]
    assert "mean of the subject's map" in found.notes[0]


def test_a_registered_subjects_map_comes_to_the_reference_through_its_regions():
    # The subject's head lies elsewhere in its own world; its regions say where each voxel is in the atlas.
    c, s = np.cos(0.3), np.sin(0.3)
    move = np.array([[c, -s, 0, 30], [s, c, 0, -12], [0, 0, 1, 5], [0, 0, 0, 1]])
    values = np.zeros(SHAPE)
    values[2, 3, 4] = 1
    total = rank(subject("a", np.ones(6), values, move=move)).heatmap
    assert total == pytest.approx(values.astype(np.float32), abs=1e-4)


def test_a_subject_on_another_grid_comes_to_the_reference_in_millimetres():
    values = np.zeros((6, 9, 10), np.float32)
    values[1, 3, 4] = 1
    shifted = np.eye(4)
    shifted[2, 3] = 4.0  # two voxels up: its slice 1 is the reference's slice 3
    source = replace(subject("a", None), evidence=(Heatmap("map", values),), grid=grid(shifted, (6, 9, 10)))
    total = rank(source).heatmap
    assert np.unravel_index(total.argmax(), SHAPE) == (3, 3, 4)
    assert total.sum() == pytest.approx(1, abs=1e-5)


def test_a_region_that_a_subject_lacks_is_averaged_over_the_others():
    few = subject("b", [9, 9, 9, 9, 9, 9])
    table = few.evidence[1]
    kept = np.array([0, 1, 2, 4, 5])
    rows = {n: getattr(table, n)[kept] for n in ("labels", "centroids", "sizes", "impact", "rank_low", "rank_high")}
    less = replace(
        table, **rows, columns=table.columns[:, kept], regions=tuple(NAMES[i] for i in kept), sides=("",) * 5
    )
    found = rank(subject("a", [1, 1, 1, 1, 1, 1]), replace(few, evidence=(few.evidence[0], less)))
    assert found.evidence[2].impact.tolist() == [5, 5, 5, 1, 5, 5]
    assert found.notes == ("One region is not known of every subject; its mean is over fewer.",)


def test_provenance_names_the_subjects_and_the_class():
    about_it = rank(subject("a", np.ones(6)), subject("b", np.ones(6))).provenance
    assert [s["name"] for s in about_it["subjects"]["inputs"]] == ["a", "b"]
    assert about_it["subjects"]["method"] == "glas-3d"
    assert about_it["target"]["label"] == "AD"


def test_progress_tells_of_each_subject_and_shows_the_sum_so_far():
    heard = []
    progress = Progress(lambda fraction, message, evidence: heard.append((fraction, message)))
    rank(subject("a", np.ones(6)), subject("b", np.ones(6)), progress=progress)
    assert heard == [(0.5, "Subject 1 of 2"), (1.0, "Subject 2 of 2")]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"target": {"index": 0, "label": "NC", "output": "probability"}}, "target classes (AD and NC)"),
        ({"target": {"index": 1, "label": "AD", "output": "logit"}}, "outputs"),
        ({"model": {"sha256": "other", "variant": ""}}, "models"),
        ({"model": {"sha256": "m", "variant": "randomised: fc"}}, "models"),
        ({"method": "gradient"}, "methods (glas-3d and gradient)"),
        ({"params": {"grid": 9}}, "settings of the method"),
    ],
)
def test_subjects_that_do_not_belong_together_are_refused(changed, words):
    found = refusal(subject("a", np.ones(6)), subject("b", np.ones(6), **changed))
    assert found.code == "mixed-subjects"
    assert words in str(found)
    assert "a and b" in str(found)


def test_no_subject_and_no_atlas_are_refused():
    assert refusal().code == "no-subjects"
    nowhere = replace(atlas(), regions=(), centroids=np.zeros((0, 3)), centroids_mm=np.zeros((0, 3)))
    assert refusal(subject("a", np.ones(6)), atlas_there=replace(nowhere, sizes_mm3=np.zeros(0))).code == (
        "atlas-elsewhere"
    )
    source = ModelInput(torch.zeros(1, 1, *SHAPE), grid())
    request = Request(None, source, Target(1, "AD"), 0, None, None, sources=(subject("a", np.ones(6)),))
    with pytest.raises(InvalidChoice, match="choose the one that the subjects") as refused:
        RegionRanking().explain(request, RankingParams(), Progress())
    assert refused.value.code == "no-atlas"


def test_the_same_volume_twice_is_refused():
    assert refusal(subject("a", np.ones(6)), subject("a", np.ones(6))).code == "subject-twice"


@pytest.mark.parametrize(
    "regions", [atlas(names=("Thalamus", *NAMES[1:])), atlas(first=50)], ids=["another name", "no shared label"]
)
def test_regions_of_another_atlas_are_refused(regions):
    found = refusal(subject("a", np.ones(6), regions=regions))
    assert found.code == "mixed-atlases"


def test_regions_that_no_registration_could_put_there_are_refused():
    here = atlas()
    bent = replace(here, centroids_mm=here.centroids_mm[[1, 2, 0, 3, 4, 5]])
    assert "mm apart" in str(refusal(subject("a", np.ones(6), regions=bent)))


def test_a_picture_is_no_subject():
    flat = Explanation((Heatmap("GLAS", np.zeros((4, 4), np.float32)),), provenance=about("photo"))
    assert refusal(flat).code == "not-3d"


def test_a_map_whose_place_is_unknown_must_have_the_references_shape():
    bare = Explanation((Heatmap("map", np.ones((3, 3, 3), np.float32)),), provenance=about("array"))
    assert refusal(bare).code == "unknown-place"
    fits = Explanation((Heatmap("map", np.ones(SHAPE, np.float32)),), provenance=about("array"))
    assert rank(fits).evidence[2].impact.tolist() == [1] * 6
