"""What a person may settle about a picture that can be read in several ways, and how they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from salviewer.errors import InvalidChoice, NeedsChoice

_ALLOWED = {"alpha": ("white", "black", "drop"), "range": ("full", "data"), "nonfinite": ("zero",)}


@dataclass(frozen=True)
class Choices:
    """Settled questions; None or "" where nothing was said.

    page: 1 is the first. alpha: what lies behind transparent parts; "drop" shows the colours stored there.
    range: what becomes 1 in a 16-bit picture, the type's largest number ("full") or this picture's ("data").
    nonfinite: what replaces NaN and infinity.
    """

    page: int | None = None
    alpha: str = ""
    range: str = ""
    nonfinite: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Choices:
        """The choices in `options`, whose values may be text. Raises `InvalidChoice` for one that does not exist."""
        known = [f.name for f in fields(cls)]
        checked_options(options, known, _ALLOWED, "pictures")
        page = options.get("page")
        return cls(**{**options, "page": None if page is None else whole_number("page", page)})

    def page_index(self, name: str, count: int) -> int:
        """The index from 0 of the page to show, of `count`.

        Raises:
            NeedsChoice: there are several and nobody said which. InvalidChoice: there are fewer.
        """
        if self.page is None and count > 1:
            raise question(name, f"holds {count} pages", "pages", "page", tuple(str(n) for n in range(1, count + 1)))
        page = self.page or 1
        if not 1 <= page <= count:
            pages = "only 1 page" if count == 1 else f"pages 1 to {count}"
            raise InvalidChoice(f"{name} has {pages}, not page {page}.", code="bad-option")
        return page - 1


MEANS = {
    ("nonfinite", "zero"): "“zero” makes them 0",
    ("complex", "magnitude"): "“magnitude” takes how large they are",
    ("geometry", "sform"): "“sform” places it by the header's sform",
    ("geometry", "qform"): "“qform” places it by the header's qform",
    ("geometry", "ignore"): "“ignore” shows it as voxels of 1 mm, without left and right",
    ("alpha", "white"): "“white” and “black” lie behind what is transparent",
    ("alpha", "drop"): "“drop” shows it as if it were not",
}
"""What a choice makes of a file, by option and choice."""


def checked_options(
    options: Mapping[str, Any], known: Sequence[str], allowed: Mapping[str, Sequence[str]], what: str
) -> None:
    """Raise `InvalidChoice` for an option that is not among the `known` ones of `what`, or a value not `allowed`."""
    for option, value in options.items():
        if option not in known:
            raise InvalidChoice(
                f"There is no option {option!r} for {what}; there are {', '.join(known)}.", code="bad-option"
            )
        if option in allowed and value not in allowed[option]:
            raise InvalidChoice(f"Option {option} may be {_listed(allowed[option])}, not {value!r}.", code="bad-option")


def question(name: str, what: str, code: str, option: str, choices: tuple[str, ...]) -> NeedsChoice:
    """A question to the person, with the way to answer it from the terminal and from Python."""
    return NeedsChoice(
        f'{name} {what}: pass --option {option}={choices[0]} ({_listed(choices)}), in Python {option}="{choices[0]}".',
        code=code,
        option=option,
        choices=choices,
        asks=asked(f"{name} {what}", option, choices),
    )


def asked(what: str, option: str, choices: tuple[str, ...]) -> str:
    """`what` is open, and what each choice makes of it, where its word alone does not say so."""
    meant = "; ".join(MEANS[option, choice] for choice in choices if (option, choice) in MEANS)
    return f"{what}: {meant}." if meant else f"{what}: which one?"


def _listed(choices: Sequence[str]) -> str:
    if len(choices) > 5:
        return f"{choices[0]} to {choices[-1]}"
    return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))


def whole_number(option: str, value: Any) -> int:
    """`value` as a whole number from 1 on. Raises `InvalidChoice` naming `option`."""
    try:
        if isinstance(value, bool) or int(value) != float(value) or int(value) < 1:
            raise ValueError
    except (TypeError, ValueError, OverflowError) as e:
        raise InvalidChoice(
            f"Option {option} must be a whole number from 1 on, not {value!r}.", code="bad-option"
        ) from e
    return int(value)
