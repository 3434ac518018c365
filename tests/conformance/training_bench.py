"""The built-in sample network and a few of its flowers: enough for any trainer to learn something."""

from __future__ import annotations

from salviewer.api import CollectionRef, JobSpec, ModelRef
from salviewer.host import Host
from salviewer.jobs.plan import Plan
from salviewer.jobs.run import run
from salviewer.jobs.shelf import Shelf

HOST = Host.discover()
COLLECTION = "an8flower-single-6c"
SAMPLES = 6
FEW = {"discernible-neurons": {"trials": 6}}
"""Where a quick look is long for a test: of each trainer what makes it shorter still."""


class Bench:
    """One shelf, and the network that it opens."""

    def __init__(self, key, device="cpu"):
        self.key, self.shelf = key, Shelf(HOST, device)
        self.model = self.shelf.model(ModelRef(architecture="an8flower-cnn"))

    @property
    def net(self):
        return self.model.module

    def train(self, progress=None, *, seed=0, limit=SAMPLES, plan=None):
        spec = JobSpec(
            verb="train", method=self.key, seed=seed,
            params=HOST.params(HOST.trainer(self.key)).quick | FEW.get(self.key, {}),
            model=ModelRef(architecture=self.shelf.keep_live(self.model)),
            collection=CollectionRef(key=COLLECTION, limit=limit),
        )  # fmt: skip
        return run(spec, self.shelf, progress, plan or Plan(self.shelf.device, batch=4))
