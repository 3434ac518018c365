"""Networks that describe a picture in words, asked word by word: each word of the caption becomes one output.

A captioning network has `describe(x) -> (N, T)` word indices, and `forward(x, words) -> (N, T, V)` logits of the word
at each position, given x and the words before it. For a picture its own caption is found once and held fixed; output t
is then the log odds of word t, given the picture and the caption's words 0 .. t - 1. Without holding the words before
it fixed, a masked picture would change what word t stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from salviewer.errors import UnsupportedModel

END: Final = "<end>"
"""The word with which a caption ends."""


def describes(module: nn.Module) -> bool:
    """Whether `module` is a captioning network."""
    return callable(getattr(module, "describe", None))


class PinnedCaption(nn.Module):
    """`network` as a classifier with one output per word of a caption: (N, C, *S) to log odds (N, T).

    words: (T,) indices into the vocabulary; None asks the network for its caption of each batch's first picture.
    """

    def __init__(self, network: nn.Module, words: Tensor | None = None) -> None:
        super().__init__()
        self.network = network
        self._words = words

    def forward(self, x: Tensor) -> Tensor:
        """Log odds (N, T) of the caption's words."""
        network: Any = self.network
        words = network.describe(x[:1])[0] if self._words is None else self._words
        rows = words.to(x.device).expand(len(x), -1)
        log_p = torch.log_softmax(network(x, rows).float(), dim=2).gather(2, rows[..., None])[..., 0]
        return log_p - torch.log(-torch.expm1(log_p.clamp(max=-1e-7)))


def read_caption(
    network: nn.Module, vocabulary: Sequence[str], x: Tensor
) -> tuple[PinnedCaption, tuple[str, ...], int]:
    """The network pinned to its caption of x (1, C, *S), a name per word, and the word that the picture decides most.

    A name is as in "red (word 2)". The picture decides a word by how much likelier it makes it than a blank one does.

    Raises:
        UnsupportedModel: the caption is empty.
    """
    described: Any = network
    with torch.no_grad():
        words = described.describe(x)[0].cpu()
    spoken = [vocabulary[i] for i in words.tolist()]
    length = spoken.index(END) if END in spoken else len(spoken)
    if not length:
        raise UnsupportedModel("The network has no words for this picture, so there is nothing to explain.",
                               code="no-caption")  # fmt: skip
    pinned = PinnedCaption(network, words[:length]).eval()
    with torch.no_grad():
        gain = torch.sigmoid(pinned(x)) - torch.sigmoid(pinned(torch.zeros_like(x)))
    names = tuple(f"{word} (word {i})" for i, word in enumerate(spoken[:length], start=1))
    return pinned, names, int(gain[0].argmax())
