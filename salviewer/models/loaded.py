"""A network, opened and ready: its logits, its probabilities, and the way from a picture to its input and back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from salviewer.api import ModelInput, Note, Picture, Preprocessing, Volume, VolumePreprocessing
from salviewer.errors import UnreadableInput
from salviewer.models import preprocess, volume_preprocess
from salviewer.models.captions import read_caption
from salviewer.models.outputs import Outputs, to_logits, to_probabilities, unwrap
from salviewer.models.undisturbed import undisturbed


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """What `salviewer.api.Model` promises, and what is known about the network.

    module: the network itself. It is not changed; run it inside `ready()`.
    sha256: of the weights file, or of names, shapes and bytes of the weights where there is no file.
    classes: names in index order. variant: "" or what was done to the network.
    architecture: its name. outputs: their kind, see `salviewer.models.outputs`.
    preprocessing: None feeds inputs as they are.
    channels: of its input.
    notes: what was assumed or converted on opening.
    chosen: of a caption, the word that is explained if nobody says which; None elsewhere.
    memory_format: in which inputs are laid out on the way in; None leaves them as they are.
    dims: 2 or 3, how many axes in space its input has; None where nothing in it says.
    """

    module: nn.Module
    sha256: str
    classes: tuple[str, ...]
    architecture: str
    outputs: Outputs
    preprocessing: Preprocessing | VolumePreprocessing | None
    channels: int | None = None
    notes: tuple[Note, ...] = ()
    variant: str = ""
    chosen: int | None = None
    memory_format: torch.memory_format | None = None
    dims: int | None = None

    def reading(self, x: Tensor) -> LoadedModel:
        """This model as it reads x (1, C, *S): a captioning network gets one output per word of its caption of x."""
        if self.outputs != "caption":
            return self
        with self.ready():
            module, words, chosen = read_caption(self.module, self.classes, x)
        return replace(self, module=module, classes=words, outputs="sigmoid", chosen=chosen)

    @property
    def device(self) -> torch.device:
        """Where its parameters are."""
        return next((p.device for p in self.module.parameters()), torch.device("cpu"))

    @property
    def parameters_count(self) -> int:
        """How many numbers it has learned, shared ones counted once."""
        return sum(p.numel() for p in self.module.parameters())

    def __call__(self, x: Tensor) -> Tensor:
        """Logits (N, K) float32 of x (N, C, *S) in the normalised space."""
        first = next(self.module.parameters(), None)
        if first is None or not first.is_floating_point():
            return to_logits(unwrap(self.module(self._laid_out(x.to(self.device, self._dtype)))), self.outputs)
        return to_logits(unwrap(self.module(self._laid_out(x.to(first.device, first.dtype)))), self.outputs)

    def probabilities(self, logits: Tensor) -> Tensor:
        """(N, K) in 0..1: P(y | x) after the model's own output activation."""
        return to_probabilities(logits, self.outputs)

    def encode(self, raw: Tensor) -> Tensor:
        """Raw values (N, C, *S) in 0..1, channels as the model has them, in the model's normalised space."""
        if isinstance(self.preprocessing, VolumePreprocessing):
            return volume_preprocess.encode(raw, self.preprocessing)
        return raw if self.preprocessing is None else preprocess.encode(raw, self.preprocessing)

    def decode(self, x: Tensor) -> Tensor:
        """The inverse of `encode`."""
        if isinstance(self.preprocessing, VolumePreprocessing):
            return volume_preprocess.decode(x, self.preprocessing)
        return x if self.preprocessing is None else preprocess.decode(x, self.preprocessing)

    def prepare(self, source: Picture | Volume) -> ModelInput:
        """`source` as the network sees it, on its device.

        Raises `UnreadableInput` where the channels do not fit, or a volume meets a network for pictures or the reverse.
        """
        if isinstance(source, Volume):
            if self.dims == 2 or isinstance(self.preprocessing, Preprocessing):
                raise UnreadableInput(
                    f"{source.name} is a 3D volume, and {self.architecture} takes pictures: open a network for "
                    f"volumes, or choose a picture.",
                    code="volume",
                )
            channels = self.channels if self.dims == 3 else None  # else it was tried with pictures
            return volume_preprocess.prepare_volume(source, self.preprocessing, channels, self.device)
        if self.dims == 3 or isinstance(self.preprocessing, VolumePreprocessing):
            raise UnreadableInput(
                f"{source.name} is a picture, and {self.architecture} takes 3D volumes: choose a volume, or open a "
                f"network for pictures.",
                code="wrong-dims",
            )
        return preprocess.prepare(source, self.preprocessing, self.channels, self.device)

    def with_module(self, module: nn.Module, variant: str) -> LoadedModel:
        """This model around another network of the same inputs and outputs; `variant` says what was done to it."""
        return replace(self, module=module, variant=variant)

    def ready(self) -> AbstractContextManager[nn.Module]:
        """The network in eval mode with frozen parameters for the length of a block, and then as it was."""
        return undisturbed(self.module)

    def _laid_out(self, x: Tensor) -> Tensor:
        """The input `x` in `memory_format`, where a network does not see to it itself.

        One channel is in every format at once: torch takes it for the plain one, and so would all that follows, unless
        its strides say otherwise. Of several channels 2D convolutions see to it, 3D ones do not.
        """
        if self.memory_format not in (torch.channels_last, torch.channels_last_3d):
            return x
        if x.shape[1] == 1:
            return x.squeeze(1).unsqueeze(-1).movedim(-1, 1)
        return x.contiguous(memory_format=self.memory_format) if x.ndim == 5 else x

    @property
    def _dtype(self) -> torch.dtype:
        return next((p.dtype for p in self.module.parameters() if p.is_floating_point()), torch.float32)
