"""The way to the mask: a circle to begin with, then Adam, several masks at a time.

The circle is the smallest in the middle that takes away, or keeps, `SUFFICES` of the way from the score of the picture
to that of its background (Fong and Vedaldi, section 4.3). A row that meets trouble is left as it is; the others go on.
"""

from __future__ import annotations

import torch
from torch import Tensor

from salviewer.api import Heatmap, Progress
from salviewer_plugins.mask_predictor.meaningful_perturbation_findings import as_heatmap
from salviewer_plugins.mask_predictor.meaningful_perturbation_game import Game

SUFFICES = 0.99
CHOOSING = 0.05
"""The share of the progress that the choice of the circle counts for."""


class Adam:
    """Adam over several masks at once; each value has its own pace, so rows do not know of one another."""

    def __init__(self, masks: Tensor, rate: float) -> None:
        self._mean, self._square, self._rate, self._t = torch.zeros_like(masks), torch.zeros_like(masks), rate, 0

    def step(self, masks: Tensor, gradient: Tensor) -> Tensor:
        """The masks after one step against `gradient`, kept within 0..1."""
        self._t += 1
        self._mean = 0.9 * self._mean + 0.1 * gradient
        self._square = 0.999 * self._square + 0.001 * gradient.square()
        mean, square = self._mean / (1 - 0.9**self._t), self._square / (1 - 0.999**self._t)
        return (masks - self._rate * mean / (square.sqrt() + 1e-8)).clamp(0, 1)


class Descent:
    """One run about the rows of `game`: `begin`, then `run`.

    masks: (N, 1, *cells) as they are by now. wholes, nothings: each row's score in the picture and in its background.
    losses: each row's objective at every iteration. troubles: by row, "flat" or "not finite".
    ended_after: so many iterations were made when the person wanted what there was; None where nobody did.
    """

    def __init__(self, game: Game, progress: Progress) -> None:
        self._game, self._progress = game, progress
        self.masks = game.whole()
        self.wholes: list[float] = []
        self.nothings: list[float] = []
        self.losses: list[list[float]] = [[] for _ in self.masks]
        self.troubles: dict[int, str] = {}
        self.ended_after: int | None = None

    def begin(self) -> None:
        """Find each row's first mask."""
        radii, told = self._game.params.radii, self._progress.part(0.0, CHOOSING)
        scores = []
        for k, radius in enumerate(radii):
            tried = self._game.masks(radius)
            told(k / len(radii), "Choosing where to begin", lambda m=tried: self._preview(m))  # type: ignore[misc]
            scores.append(self._game.scores(tried))
        none, all_of_it = scores[0], scores[-1]
        deletes = self._game.deletes
        self.wholes, self.nothings = (
            (none if deletes else all_of_it).tolist(),
            (all_of_it if deletes else none).tolist(),
        )
        if self._game.params.start == "circle":
            changed = (torch.stack(scores) - none) / (all_of_it - none)  # (radii, N); no number where nothing changes
            for i, enough in enumerate((changed >= SUFFICES).T.tolist()):
                if True in enough:
                    self.masks[i] = self._game.masks(radii[enough.index(True)])[i]

    def run(self) -> None:
        """Go down from the first masks."""
        params, told = self._game.params, self._progress.part(CHOOSING, 1.0)
        adam, before = Adam(self.masks, params.rate), self._game.whole()
        for k in range(params.iterations):
            told(k / params.iterations, "Playing the game", lambda m=self.masks: self._preview(m))  # type: ignore[misc]
            if told.ends_early():
                self.ended_after = k
                return
            losses, gradient, of_scores = self._game.gradient(self.masks)
            finite = losses.isfinite() & gradient.flatten(1).isfinite().all(1)
            flat = of_scores.flatten(1).abs().amax(1) == 0
            waits = self._judged(k, losses, finite, flat, before)
            if len(self.troubles) == len(self.masks):
                return
            rows = torch.tensor(waits, device=flat.device).view(-1, *(1,) * (self.masks.ndim - 1))
            moved = adam.step(self.masks, torch.where(rows, 0.0, gradient))
            before, self.masks = self.masks, torch.where(rows, self.masks, moved)

    def _judged(self, k: int, losses: Tensor, finite: Tensor, flat: Tensor, before: Tensor) -> list[bool]:
        """Which rows are not to move after iteration k.

        Where the first mask leaves no slope the row begins again with the whole picture; if there is none either, that
        is its trouble.
        """
        for i, (loss, is_number, is_flat) in enumerate(
            zip(losses.tolist(), finite.tolist(), flat.tolist(), strict=True)
        ):
            if i in self.troubles:
                continue
            if not is_number:
                self.troubles[i], self.masks[i] = "not finite", before[i]
            elif is_flat and k == 0:
                self.masks[i] = 1
            elif is_flat and k == 1 and not self.losses[i]:
                self.troubles[i] = "flat"
            else:
                self.losses[i].append(loss)
        return [i in self.troubles or not self.losses[i] for i in range(len(losses))]

    def _preview(self, masks: Tensor) -> tuple[Heatmap]:
        return (as_heatmap(self._game.enlarged(masks)[0, 0], deletes=self._game.deletes),)
