"""Groups of commands whose help shows what each command does in a whole sentence, not its first words."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class WholeSentences(TyperGroup):
    """A group of commands."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each command's name beside the first paragraph of its help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, _first(command.help)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _first(text: str | None) -> str:
    return " ".join((text or "").strip().partition("\n\n")[0].split())
