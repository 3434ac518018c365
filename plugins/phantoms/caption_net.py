"""The small captioning network that is trained on the captioned flowers: a CNN that sees, an LSTM that speaks.

Four convolutions and one fully connected layer turn 92 x 92 RGB pixels into 96 numbers, which enter the LSTM at every
word beside the word before. The network follows the convention of `salviewer.models.captions`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from salviewer_plugins.phantoms.sentences import VOCABULARY

LONGEST = 12
"""Words in a sentence, its end included."""


class CaptionNet(nn.Module):
    """Captions of at most `LONGEST` words from `vocabulary`, of pictures (N, 3, 92, 92)."""

    vocabulary = VOCABULARY

    def __init__(self, words: int = len(VOCABULARY)) -> None:
        super().__init__()
        self.sees = nn.Sequential(
            *(nn.Conv2d(3, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),  # (N, 16, 44, 44)
            *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),  # (N, 32, 20, 20)
            *(nn.Conv2d(32, 48, 5), nn.ReLU(), nn.MaxPool2d(2)),  # (N, 48, 8, 8)
            *(nn.Conv2d(48, 48, 3), nn.ReLU(), nn.Flatten()),  # (N, 48 * 6 * 6)
            *(nn.Linear(48 * 36, 96), nn.ReLU()),
        )
        self.knows = nn.Embedding(words, 24)
        self.speaks = nn.LSTM(96 + 24, 96, batch_first=True)
        self.chooses = nn.Linear(96, words)

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        """Logits (N, T, V) of the word at each position, given x and the words (N, T) before it."""
        seen = self.sees(x)
        before = torch.cat([torch.zeros_like(words[:, :1]), words[:, :-1]], 1)
        heard = torch.cat([seen[:, None].expand(-1, words.shape[1], -1), self.knows(before)], 2)
        spoken, _ = self.speaks(heard)
        return self.chooses(spoken)

    def describe(self, x: Tensor) -> Tensor:
        """The most probable word after each word, (N, T) indices; the end repeats itself."""
        seen = self.sees(x)
        word, state, said = torch.zeros(len(x), 1, dtype=torch.long, device=x.device), None, []
        for _ in range(LONGEST):
            heard = torch.cat([seen[:, None], self.knows(word)], 2)
            spoken, state = self.speaks(heard, state)
            word = self.chooses(spoken).argmax(2)
            said.append(word)
        return torch.cat(said, 1)
