"""The recipes by name."""

from __future__ import annotations

import difflib

from salviewer.bench.fgvis_tables import ADVERSARIAL, DELETION
from salviewer.bench.glas_tables import TABLE_1, TABLE_2, TABLE_3
from salviewer.bench.mask_predictor_tables import TABLES
from salviewer.bench.recipe import Recipe
from salviewer.errors import InvalidChoice

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (TABLE_1, TABLE_2, TABLE_3, TABLES, ADVERSARIAL, DELETION)
}


def recipe(name: str) -> Recipe:
    """The recipe called `name`. Raises `InvalidChoice` naming near matches."""
    if name in RECIPES:
        return RECIPES[name]
    from salviewer.bench.experiments import EXPERIMENTS  # noqa: PLC0415 - loads torch, and needed here only

    known = (*RECIPES, *EXPERIMENTS)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}."
    raise InvalidChoice(f"There is no recipe “{name}”: {hint}", code="unknown-recipe")
