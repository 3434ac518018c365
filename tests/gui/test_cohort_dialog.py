"""A cohort: whose explanations are asked for, and the one job that puts them together."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import atlas, volume

from salviewer.api import InputRef, ModelRef, Sample
from salviewer.api.jobspec import AtlasRef
from salviewer.gui.values import OpenPicture
from salviewer.gui.volumes.atlas_values import OpenAtlas
from salviewer.gui.volumes.cohort import Group, Subjects, subjects_of
from salviewer.gui.volumes.cohort_dialog import CohortDialog
from salviewer.jobs.batches import Batch, Item

BRAINS = Subjects(("healthy", "atrophy"), ("a", "b", "c", "d", "e"), (0, 1, 1, 0, 1))


@pytest.fixture
def ready(session, qtbot, monkeypatch):
    """A session with a model, a volume of a collection, an atlas of its space, and a method that ranks."""
    explainers = session.actions.host.explainers
    light = explainers["light"]
    monkeypatch.setitem(explainers, "glas-3d", replace(light, key="glas-3d", dims=(3,), assets=frozenset({"atlas"})))
    ranking = {"key": "region-ranking", "dims": (3,), "assets": frozenset({"atlas"}), "sources": "one per subject"}
    monkeypatch.setitem(explainers, "region-ranking", replace(light, title="Ranking", **ranking))
    session.actions.opening.open_model(ModelRef(architecture="net"))
    qtbot.waitUntil(lambda: session.state.model is not None and not session.state.busy)
    ref = InputRef(source="collection:brains/a", options={"collection": {"split": "held-out"}})
    session.actions.opening.picture_opened(OpenPicture(ref, volume("a")))
    monkeypatch.setattr(session.shelf, "atlas", lambda ref: atlas("labels.nii"))
    session.actions.atlases.open(AtlasRef(source="collection:brains"))
    qtbot.waitUntil(lambda: session.actions.atlases.state.atlas is not None and not session.state.busy)
    return session


def test_the_dialog_asks_for_the_last_group_that_has_anybody(qtbot):
    dialog = CohortDialog(BRAINS, {"gradcam": "Grad-CAM", "glas-3d": "3D-GLAS"}, "glas-3d")
    qtbot.addWidget(dialog)
    assert dialog.wanted() == Group("glas-3d", 1, 3)
    dialog.group.setCurrentIndex(0)
    assert dialog.wanted() == Group("glas-3d", 0, 2)
    assert dialog.said.text() == "2 explanations, one after the other."


def test_a_group_of_one_cannot_be_run(qtbot):
    dialog = CohortDialog(Subjects(("x",), ("a",), (0,)), {"glas-3d": "3D-GLAS"}, "")
    qtbot.addWidget(dialog)
    assert not dialog.run.isEnabled()


def test_each_subject_is_explained_for_its_own_class_and_all_are_put_together(ready):
    spec = ready.actions.cohort.spec(BRAINS, Group("glas-3d", 1, 2))
    assert (spec.method, spec.target, spec.input.source) == ("region-ranking", 1, "collection:brains/a")
    assert [s.input.source for s in spec.sources] == ["collection:brains/b", "collection:brains/c"]
    assert all(s.method == "glas-3d" and s.target == 1 and s.atlas.source == "collection:brains" for s in spec.sources)
    assert all(s.input.options == {"collection": {"split": "held-out"}} for s in spec.sources)


def test_the_command_runs_what_the_dialog_says(ready, qtbot, monkeypatch):
    samples = SimpleNamespace(labels=BRAINS.labels, classes=BRAINS.classes)
    monkeypatch.setattr(ready.shelf, "collection", lambda key, params=None: samples)
    monkeypatch.setattr(ready.shelf, "sample_ids", lambda key, params=None: BRAINS.ids)
    ready.dialogs.group = Group("glas-3d", 1, 3)
    command = ready.window.commands["volume.cohort"]
    ready.window.wiring.show_all()
    assert command.isEnabled()
    command.trigger()
    qtbot.waitUntil(lambda: any(r.spec is not None and r.spec.method == "region-ranking" for r in ready.state.busy))
    running = next(r for r in ready.state.busy if r.spec is not None)
    assert len(running.spec.sources) == 3
    ready.actions.queueing.cancel_all()
    qtbot.waitUntil(lambda: not ready.state.busy)


def test_labels_are_looked_up_where_a_collection_does_not_list_them():
    samples = [Sample(name, volume(name), label) for name, label in zip(BRAINS.ids, BRAINS.labels, strict=True)]
    shelf = SimpleNamespace(
        collection=lambda key, params: samples, sample_ids=lambda key, params: BRAINS.ids,
        host=SimpleNamespace(collection=lambda key: SimpleNamespace(classes=BRAINS.classes)),
    )  # fmt: skip
    told = []
    assert subjects_of(shelf, "brains", {}, lambda share, words: told.append(share)) == BRAINS
    assert np.allclose(told, [0, 0.2, 0.4, 0.6, 0.8])


def test_what_is_missing_is_said(ready, session):
    ready.actions.atlases.close()
    assert ready.actions.cohort.why_not() == "Open an atlas first: its regions are ranked."


def folder_of(session, name="study/AD/a.nii"):
    """Open a folder of three scans in two classes, with one of them on the screen."""
    items = tuple(
        Item(InputRef(source=f"study/{key}"), key, key.partition("/")[0])
        for key in ("AD/a.nii", "CN/b.nii", "AD/c.nii")
    )
    session.actions.browsing.memory.batch = Batch("study", items)
    session.actions.opening.picture_opened(OpenPicture(InputRef(source=name), volume("a.nii")))
    session.actions.atlases.state.atlas = OpenAtlas(AtlasRef(source="labels.nii"), atlas("labels.nii"))


def test_a_folder_with_a_class_per_folder_is_a_cohort_too(ready):
    folder_of(ready)
    ready.actions.atlases.register("none")
    assert ready.actions.cohort.why_not() == ""
    ready.state.model = replace(ready.state.model, classes=("CN", "MCI", "AD"))
    seen = []
    ready.actions.cohort.look(seen.append)
    assert seen == [Subjects(("AD", "CN"), ("study/AD/a.nii", "study/CN/b.nii", "study/AD/c.nii"), (0, 1, 0))]
    spec = ready.actions.cohort.spec(seen[0], Group("glas-3d", 0, 2))
    assert [s.input.source for s in spec.sources] == ["study/AD/a.nii", "study/AD/c.nii"]
    assert spec.target == 2 and all(s.target == 2 for s in spec.sources)  # by name: the model has another order


def test_every_subject_is_registered_by_itself(ready, qtbot, monkeypatch):
    folder_of(ready)
    atlases = ready.actions.atlases
    matrices = {"study/AD/a.nii": tuple(map(float, range(16))), "study/AD/c.nii": tuple(map(float, range(1, 17)))}
    atlases.register(matrices["study/AD/a.nii"])
    atlases.registering.template = InputRef(source="head.nii")

    def met(shelf, atlas, source, template, progress):
        assert (atlas.registration, template.source) == (None, "head.nii")
        return atlas.model_copy(update={"registration": matrices[source.source]})

    monkeypatch.setattr("salviewer.jobs.registering.met", met)
    seen = []
    ready.actions.cohort.look(seen.append)
    ready.actions.cohort.run(seen[0], Group("glas-3d", 0, 2))
    qtbot.waitUntil(lambda: any(r.spec is not None and r.spec.method == "region-ranking" for r in ready.state.busy))
    spec = next(r.spec for r in ready.state.busy if r.spec is not None and r.spec.method == "region-ranking")
    assert [s.atlas.registration for s in spec.sources] == list(matrices.values())
    assert spec.atlas.registration == matrices["study/AD/a.nii"]
    ready.actions.queueing.cancel_all()
    qtbot.waitUntil(lambda: not ready.state.busy)
