"""The small network that is trained on an8Flower, after MatConvNet's LeNet for MNIST, which the paper uses.

LeNet there: conv 5x5x20, max-pool 2, conv 5x5x50, max-pool 2, conv 4x4x500 as a fully connected layer, ReLU, conv 1x1
to the classes, on 28 x 28 grey pixels.

Here: conv 5x5x16, pool 2, conv 5x5x24, pool 2, conv 5x5x40, pool 2, conv 5x5x48, conv 4x4x128 as a fully connected
layer, conv 1x1 to the classes, on 92 x 92 RGB pixels; a ReLU after every convolution but the last.

Differs from LeNet: two more convolutions and one more pooling, so that 92 pixels come down to LeNet's 4 x 4; fewer
channels (182,000 weights, 0.7 MB); a ReLU after every convolution, not only before the classifier, so that methods that
change ReLU's gradient have something to change; dropout before the classifier while it is trained.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn

from torch import nn

from salviewer.api import ArchitectureFacts, ArchitectureFamily, Preprocessing, Progress
from salviewer.errors import InvalidChoice, Unavailable
from salviewer_plugins.phantoms import brain_net, fundus_net
from salviewer_plugins.phantoms.brain import CLASSES
from salviewer_plugins.phantoms.caption_net import CaptionNet
from salviewer_plugins.phantoms.flower_sets import DOUBLE_12C, PART_2C, SINGLE_6C, names
from salviewer_plugins.phantoms.sentences import VOCABULARY

INPUT = 92
PREPROCESSING = Preprocessing(resize=(INPUT, INPUT), mean=(0.62, 0.63, 0.63), std=(0.2, 0.2, 0.2))
"""The whole picture, resized; the mean is that of the training pictures."""


class Trained(NamedTuple):
    """What the network is trained on. `stem`: of its files' names; `folds`: of how many folds weights ship."""

    classes: tuple[str, ...]
    stem: str
    folds: int

    def file(self, fold: int) -> str:
        """The name of the weights that have not seen the samples of `fold`."""
        return f"{self.stem}{f'_fold_{fold}' if fold else ''}.safetensors"

    @property
    def weights(self) -> Mapping[str, str]:
        """What ships, by name; "default" is the first fold's."""
        files = {f"fold-{i}": f"salviewer_resources:models/{self.file(i)}" for i in range(self.folds)}
        return {"default": files["fold-0"], **files}


FLOWER_NETS = {
    "an8flower-cnn": Trained(names(SINGLE_6C), "an8flower_single_6c", 5),
    "an8flower-double-12c-cnn": Trained(names(DOUBLE_12C), "an8flower_double_12c", 5),
    "an8flower-part-2c-cnn": Trained(names(PART_2C), "an8flower_part_2c", 5),
}
"""By architecture: one network, trained on each of the sets."""
SPEAKER = "flower-captions"
NAMES = (*FLOWER_NETS, brain_net.NAME, SPEAKER, fundus_net.NAME)


def an8flower_cnn(classes: int) -> nn.Sequential:
    """The network: (N, 3, 92, 92) to logits (N, classes)."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, 16, 5),  # (N, 16, 88, 88)
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),  # (N, 16, 44, 44)
            conv2=nn.Conv2d(16, 24, 5),  # (N, 24, 40, 40)
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),  # (N, 24, 20, 20)
            conv3=nn.Conv2d(24, 40, 5),  # (N, 40, 16, 16)
            relu3=nn.ReLU(),
            pool3=nn.MaxPool2d(2),  # (N, 40, 8, 8)
            conv4=nn.Conv2d(40, 48, 5),  # (N, 48, 4, 4)
            relu4=nn.ReLU(),
            full=nn.Conv2d(48, 128, 4),  # (N, 128, 1, 1)
            relu5=nn.ReLU(),
            dropout=nn.Dropout(0.3),
            classifier=nn.Conv2d(128, classes, 1),  # (N, classes, 1, 1)
            flat=nn.Flatten(),
        )
    )


class PhantomNets(ArchitectureFamily):
    """Networks for the rendered collections, with the weights that ship with SalViewer."""

    def names(self) -> Sequence[str]:
        """All names."""
        return NAMES

    def facts(self, name: str) -> ArchitectureFacts:
        """What is known about `name`."""
        _check(name)
        if name == SPEAKER:
            weights = "salviewer_resources:models/flower_captions.safetensors"
            return ArchitectureFacts(PREPROCESSING, "caption", VOCABULARY, {"default": weights})
        if name == brain_net.NAME:
            weights = {f"fold-{i}": f"salviewer_resources:models/brain_phantom_fold_{i}.safetensors" for i in range(5)}
            return ArchitectureFacts(
                brain_net.PREPROCESSING, "softmax", CLASSES, {"default": weights["fold-0"], **weights}
            )
        if name == fundus_net.NAME:
            weights = "salviewer_resources:models/fundus_phantom.safetensors"
            return ArchitectureFacts(fundus_net.PREPROCESSING, "softmax", fundus_net.CLASSES, {"default": weights})
        flowers = FLOWER_NETS[name]
        return ArchitectureFacts(PREPROCESSING, "softmax", flowers.classes, flowers.weights)

    def build(self, name: str, classes: int | None = None) -> nn.Module:
        """The network, untrained."""
        _check(name)
        if name == SPEAKER:
            return CaptionNet(len(VOCABULARY) if classes is None else classes)
        if name == brain_net.NAME:
            return brain_net.brain_cnn(len(CLASSES) if classes is None else classes)
        if name == fundus_net.NAME:
            return fundus_net.fundus_cnn(len(fundus_net.CLASSES) if classes is None else classes)
        return an8flower_cnn(len(FLOWER_NETS[name].classes) if classes is None else classes)

    def fetch(self, name: str, weights: str, progress: Progress) -> NoReturn:
        """Nothing: all weights that there are ship with SalViewer. Raises `Unavailable`."""
        _check(name)
        shipped = ", ".join(self.facts(name).weights or ())
        raise Unavailable(
            f"{name} has no weights called “{weights}”: {shipped} come with SalViewer, or give a file.",
            code="unknown-weights",
        )


def _check(name: str) -> None:
    if name not in NAMES:
        raise InvalidChoice(
            f"There is no network “{name}” for phantoms: there are {', '.join(NAMES[:-1])} and {NAMES[-1]}.",
            code="unknown-architecture",
        )
