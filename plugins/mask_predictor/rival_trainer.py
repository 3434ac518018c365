"""Learns a mask generator for a classifier: the predictor's network, and the loss of Dabkowski and Gal.

The network, the filter and the way of training are those of the mask predictor (`trainer`); what differs is that a
sigmoid makes the mask of the generator's scores, in place of the controller, and what it learns (`rival_objective`).

Source: Dabkowski, Gal: Real Time Image Saliency for Black Box Classifiers (2017), arXiv 1705.07857, sections 3 and 4.
Differs from the paper: their generator has two channels, and |a| / (|a| + |b|) of them is the mask; here it has one and
a sigmoid. Batch, epochs and rates are the predictor's, as in "Distribution-Guided Local Explanation", appendix A.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from salviewer.api import Curve, Progress, Trained, Trainer, TrainRequest
from salviewer_plugins.mask_predictor.predicting import PLAIN
from salviewer_plugins.mask_predictor.rival_objective import KeepsAndDestroys
from salviewer_plugins.mask_predictor.train_params import GeneratorTrainParams
from salviewer_plugins.mask_predictor.trainer import MaskLearning
from salviewer_plugins.mask_predictor.training_evidence import score_curves
from salviewer_plugins.mask_predictor.training_loop import Objective


class GeneratorTrainer(Trainer[GeneratorTrainParams]):
    """Key `mask-generator`."""

    def train(self, request: TrainRequest, params: GeneratorTrainParams, progress: Progress) -> Trained:
        """Train the filter and then the masks; what was done before a cut is not done again."""
        return GeneratorLearning(request, params).run(progress)


class GeneratorLearning(MaskLearning):
    """Masks by a loss of four terms."""

    title = "The mask generator"

    def __init__(self, request: TrainRequest, params: GeneratorTrainParams) -> None:
        self._weights = params
        super().__init__(request, params)

    def mask(self, scores: Tensor) -> Tensor:
        """A sigmoid of the scores, in 0..1."""
        return scores.float().sigmoid()

    def _objective(self) -> Objective:
        return KeepsAndDestroys(self.sight, self.net, self.mask, self.params, self._weights)

    def _mask_facts(self) -> dict[str, Any]:
        return {"transformer": PLAIN, "eta": 1.0, "h": 1.0}

    def _histogram(self, coarse: np.ndarray) -> list[Curve]:
        return score_curves(coarse, PLAIN, 1.0, 1.0)
