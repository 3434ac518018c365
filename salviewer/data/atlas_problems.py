"""What is said where an atlas cannot be used as one."""

from __future__ import annotations

from salviewer.errors import UnreadableInput


def bad_names(shown: str, why: str) -> UnreadableInput:
    """A file of names that is none."""
    return UnreadableInput(
        f"{shown} holds no names of regions: {why}. It may be text (“1 Precentral_L”), CSV or TSV with the columns "
        f"index and name, JSON or XML.",
        code="bad-names",
    )


def no_atlas(shown: str, why: str, code: str = "not-labels") -> UnreadableInput:
    """A volume that is no image of labels."""
    return UnreadableInput(
        f"{shown} is no atlas: {why}. An atlas is a volume whose voxels hold the number of their region, 0 where "
        f"there is none.",
        code=code,
    )
