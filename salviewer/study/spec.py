"""What a reader study is made of. Plain values, so that it can be stored and gone on with."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from salviewer.api import ModelRef

CLASS = "{class}"
QUESTION = f"Which map shows better why the model said “{CLASS}”?"
SCORE_WORDS = ("not at all", "a little", "partly", "largely", "completely")
"""What the scores 1 to 5 mean: how reliable a map is."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arm(_Frozen):
    """One side of the comparison: what one method, so set, makes of one model. `label` is its name in the results."""

    label: str = Field(min_length=1)
    model: ModelRef
    method: str
    params: dict[str, Any] = Field(default_factory=dict)


class StudySpec(_Frozen):
    """Every picture x every pair of arms, judged by each reader.

    question: `CLASS` in it stands for the name of the class that is explained.
    target: "label" explains each picture's true class (where it has one), "predicted" the model's answer; pictures for
    which models answer differently are left out. correct_only: so are those that any of the models gets wrong.
    limit: pictures at most, spread over the collection; 0 takes all.
    repeats: trials that each reader sees a second time, sides swapped, to tell how far she agrees with herself.
    """

    title: str = "Reader study"
    question: str = Field(QUESTION, min_length=1)
    arms: tuple[Arm, ...]
    collection: str
    collection_params: dict[str, Any] = Field(default_factory=dict)
    limit: int = Field(20, ge=0)
    target: Literal["label", "predicted"] = "label"
    correct_only: bool = False
    repeats: int = Field(0, ge=0)
    seed: int = Field(0, ge=0, lt=2**63)

    @field_validator("arms")
    @classmethod
    def _can_be_compared(cls, arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
        if len(arms) < 2:
            raise ValueError("needs two or more: readers compare maps")
        if len({arm.label for arm in arms}) < len(arms):
            raise ValueError("needs a different label for each")
        return arms

    def asked(self, class_name: str) -> str:
        """The question about a picture whose map explains `class_name`."""
        return self.question.replace(CLASS, class_name)
