"""Which networks the plugins can build, and the family that builds one."""

from __future__ import annotations

from salviewer.api import ArchitectureFamily, ArchitectureInfo
from salviewer.errors import InvalidChoice
from salviewer.host import Host


def architecture_names(host: Host) -> dict[str, tuple[str, ...]]:
    """Names of the networks that can be built, by family title."""
    return {info.title: _names(host, info) for info in _families(host)}


def family_of(host: Host, name: str) -> ArchitectureFamily:
    """The family that builds the network called `name`. Raises `InvalidChoice` naming near matches."""
    import difflib  # noqa: PLC0415 - needed for the error only

    everything: list[str] = []
    for info in _families(host):
        names = _names(host, info)
        if name in names:
            return host.load(info)()
        everything += names
    near = difflib.get_close_matches(name, everything, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "“salviewer list models” shows all."
    raise InvalidChoice(f"There is no network called “{name}”: {hint}", code="unknown-architecture")


def _families(host: Host) -> list[ArchitectureInfo]:
    """Families whose names are known cheaply come first."""
    return sorted(host.architectures.values(), key=lambda info: not info.names)


def _names(host: Host, info: ArchitectureInfo) -> tuple[str, ...]:
    return tuple(info.names or host.load(info)().names())
