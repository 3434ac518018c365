"""The layers of a network as the form knows them: plain values from the worker, and the tree that their names make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LayerItem:
    """A layer whose output is a map. name: dotted; kind: its class; shape: (C, *S) of its output."""

    name: str
    kind: str
    shape: tuple[int, ...]

    @property
    def size(self) -> str:
        """The shape in words: "512 × 13 × 13"."""
        return " × ".join(map(str, self.shape))


@dataclass(frozen=True)
class LayerList:
    """All layers of a network in the order in which they run. last: the last one whose output is still a map."""

    layers: tuple[LayerItem, ...]
    last: str = ""

    def find(self, name: str) -> LayerItem | None:
        """The layer called `name`."""
        return next((layer for layer in self.layers if layer.name == name), None)

    def fault(self, name: str) -> str:
        """Why `name` cannot be taken, in the sentence of the run itself; "" where it can."""
        if not name or not self.layers or self.find(name) is not None:
            return ""
        from salviewer.numeric.layer_names import unknown_layer  # noqa: PLC0415 - beside its one use

        return str(unknown_layer(name, [layer.name for layer in self.layers]))


@dataclass
class Node:
    """A module in the tree: `layer` where its output is a map, `children` by their own names."""

    name: str
    layer: LayerItem | None = None
    children: dict[str, Node] = field(default_factory=dict)


def tree_of(layers: Sequence[LayerItem]) -> Node:
    """The tree that the dotted names make, under a root without a name."""
    root = Node("")
    for layer in layers:
        node = root
        for part in layer.name.split("."):
            node = node.children.setdefault(part, Node(part))
        node.layer = layer
    return root
