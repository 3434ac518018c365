"""Learns, once per classifier, to say in one pass which places of a picture leave its class in it.

First the filter learns where each class is (appendix A.1), then the generator learns masks under which the classifier
still says what it says of the whole picture (equation 4). See `mask_objectives` for what is learned, `training_loop`
for how, and `backgrounds` for what stands where the mask hides.

| paper | here |
|---|---|
| Adam, batch 64, 10 epochs, 10^-2, halved every three epochs | the defaults |
| the filter, trained on 250,000 images beforehand | `filter_epochs`: each picture of the collection once |
| eta = 1.5, h = 2.5 | the defaults |

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers", sections 3.1, 3.2, 4 and appendix A.1.
Differs from the paper: the class is what the classifier says of the picture as it is learned from, mirrored and cropped
where `augment` asks for it; the pictures of an epoch are dealt out evenly, so that no step has only a few.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from typing import Any, Final

import numpy as np
import torch

from salviewer.api import Curve, Evidence, Progress, Trained, Trainer, TrainRequest
from salviewer.errors import UnsupportedModel
from salviewer.numeric.counted import counted
from salviewer_plugins.mask_predictor.checkpoint import Course
from salviewer_plugins.mask_predictor.controller import controlled, standardised, upsampled
from salviewer_plugins.mask_predictor.feature_maps import TITLE
from salviewer_plugins.mask_predictor.generator import MaskGenerator, tensors_of
from salviewer_plugins.mask_predictor.mask_objectives import KeepsClass, KeepsPlaces, Sight
from salviewer_plugins.mask_predictor.pictures import Pictures
from salviewer_plugins.mask_predictor.taps import find_taps, pick_taps
from salviewer_plugins.mask_predictor.train_params import LoopParams, PredictorTrainParams
from salviewer_plugins.mask_predictor.training_evidence import course_curves, sample_maps, score_curves
from salviewer_plugins.mask_predictor.training_loop import Loop, Objective, Stage

SHOWN: Final = 4
"""Pictures of the collection whose masks are shown while it learns."""
FELL: Final = 0.9
"""A loss that ends above this share of where it began has hardly fallen."""
FILTER, MASKS = 0, 1
"""The stages by number."""


class PredictorTrainer(Trainer[PredictorTrainParams]):
    """Key `mask-predictor`."""

    def train(self, request: TrainRequest, params: PredictorTrainParams, progress: Progress) -> Trained:
        """Train the filter and then the masks; what was done before a cut is not done again."""
        return Learning(request, params).run(progress)


class MaskLearning(ABC):
    """One training, with the network that learns: filter first, then masks by what a subclass says of them."""

    title: str = TITLE
    """The method, as what it refuses begins."""

    def __init__(self, request: TrainRequest, params: LoopParams) -> None:
        self.request, self.params = request, params
        model = request.model
        self.pictures = Pictures(request.samples, model.device)
        first = self.pictures.batch([0])
        with torch.no_grad():
            self.classes = model.probabilities(model(first).float()).shape[1]
        if self.classes < 2:
            raise UnsupportedModel(
                f"{self.title} learns what tells a class from the others, and this model has one output: open a "
                "classifier of two classes or more.",
                code="one-class",
            )
        self.taps = (
            pick_taps(model, first, params.taps, self.title)
            if params.taps
            else find_taps(model, first, title=self.title)
        )
        self.sight = Sight(model, self.taps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(request.seed)
            self.net = MaskGenerator([tap.channels for tap in self.taps], self.classes, params.width)
        self.net.to(model.device)
        self._sample_rows = sorted({round(at) for at in np.linspace(0, len(self.pictures) - 1, SHOWN)})
        self._samples: list[tuple[torch.Tensor, tuple[torch.Tensor, ...]]] | None = None

    def run(self, progress: Progress) -> Trained:
        """All stages, and what came of them."""
        course = self.loop().run(progress)
        made = "its one epoch was made" if self.params.epochs == 1 else f"all {self.params.epochs} epochs were made"
        return Trained(tensors_of(self.net), self._facts(course), self._curves(course), self._notes(course),
                       course.stopped or made)  # fmt: skip

    def loop(self) -> Loop:
        """What trains it, where it goes on."""
        return Loop(self.request, self.params, self.net, self.pictures, self._stages(), self._question(), self._shown)

    @abstractmethod
    def mask(self, scores: torch.Tensor) -> torch.Tensor:
        """The coarse mask (N, 1, h, w) of the generator's scores, as it is mixed with."""

    @abstractmethod
    def _objective(self) -> Objective:
        """What the masks learn."""

    @abstractmethod
    def _mask_facts(self) -> dict[str, Any]:
        """What else an explanation must know to make the same mask."""

    @abstractmethod
    def _histogram(self, coarse: np.ndarray) -> list[Curve]:
        """How often scores of each size are among coarse masks (n, h, w)."""

    def _stages(self) -> list[Stage]:
        params, own = self.params, list(self.net.filter.parameters())
        others = [weight for weight in self.net.parameters() if all(weight is not one for one in own)]
        return [
            Stage("filter", own, KeepsPlaces(self.sight, self.net, self.classes), params.filter_epochs,
                  params.filter_rate, params.halve_every),
            Stage("masks", others, self._objective(), params.epochs, params.rate, params.halve_every, params.patience),
        ]  # fmt: skip

    def _question(self) -> dict[str, Any]:
        ids = hashlib.sha256(json.dumps(self.request.ids).encode()).hexdigest()
        return {
            "params": self.params.model_dump(mode="json"),
            "seed": self.request.seed,
            "model": [self.request.model.sha256, self.request.model.variant],
            "taps": [tap.facts() for tap in self.taps],
            "samples": ids,
        }

    def _shown(self, course: Course) -> list[Evidence]:
        """The course so far, and the masks of a few pictures as they are now."""
        if course.stage != MASKS:
            return list(course_curves(course.losses[FILTER], course.kept[FILTER], of_filter=True))
        coarse, masks = self._sample_masks()
        scores = self._histogram(coarse.numpy())
        names = [self.request.ids[row] for row in self._sample_rows]
        return [*course_curves(course.losses[MASKS], course.kept[MASKS]), *scores, *sample_maps(names, masks.numpy())]

    def _sample_masks(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(coarse masks (n, h, w), masks at full size (n, H, W)) of the pictures that are shown, on the CPU."""
        if self._samples is None:
            self._samples = [self.sight(self.pictures.batch([row])) for row in self._sample_rows]
        with torch.no_grad():
            coarse = torch.cat([self.mask(self.net(maps, own)).float() for own, maps in self._samples])
            return coarse[:, 0].cpu(), upsampled(coarse, self.pictures.shape[1:])[:, 0].cpu()

    def _curves(self, course: Course) -> tuple[Evidence, ...]:
        if not course.losses[MASKS]:
            return ()
        coarse = self._sample_masks()[0].numpy()
        return (*course_curves(course.losses[MASKS], course.kept[MASKS]), *self._histogram(coarse))

    def _facts(self, course: Course) -> dict[str, Any]:
        params, losses, kept = self.params, course.losses[MASKS], course.kept[MASKS]
        last = max(1, -(-len(self.pictures) // params.batch))
        return {
            "taps": [tap.facts() for tap in self.taps],
            "classes": self.classes,
            **self._mask_facts(),
            "width": params.width,
            "side": list(self._sample_masks()[0].shape[1:]),
            "pictures": len(self.pictures),
            "steps": len(losses),
            "first_loss": losses[0] if losses else None,
            "last_loss": float(np.mean(losses[-last:])) if losses else None,
            "kept": float(np.mean(kept[-last:])) if kept else None,
        }

    def _notes(self, course: Course) -> tuple[str, ...]:
        if not course.losses[MASKS]:
            return ("Nothing was learned of masks: the training ended before its first step.",)
        losses = course.losses[MASKS]
        tenth = max(1, len(losses) // 10)
        first, last = float(np.mean(losses[:tenth])), float(np.mean(losses[-tenth:]))
        if last < FELL * first:
            return ()
        fell = "hardly fell" if last < first else "did not fall"
        return (
            f"The loss {fell}: it was {first:.3g} at first and {last:.3g} after {counted(len(losses), 'step')}. "
            f"These masks tell little: try more epochs, another learning rate or another seed.",
        )


class Learning(MaskLearning):
    """Masks of a wished distribution, by the classification loss alone."""

    def __init__(self, request: TrainRequest, params: PredictorTrainParams) -> None:
        self._shape = params.transformer, params.eta, params.h
        super().__init__(request, params)

    def mask(self, scores: torch.Tensor) -> torch.Tensor:
        """The controller's."""
        return controlled(standardised(scores), *self._shape)

    def _objective(self) -> Objective:
        return KeepsClass(self.sight, self.net, self.mask, self.params)

    def _mask_facts(self) -> dict[str, Any]:
        return dict(zip(("transformer", "eta", "h"), self._shape, strict=True))

    def _histogram(self, coarse: np.ndarray) -> list[Curve]:
        return score_curves(coarse, *self._shape)
