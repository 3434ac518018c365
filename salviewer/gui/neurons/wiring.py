"""Who hears whom in the Neurons panel: what is shown to the columns and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from salviewer.api.neurons import NeuronPath
from salviewer.api.values import Picture
from salviewer.gui.neurons.view import NeuronsView

if TYPE_CHECKING:
    from salviewer.gui.values import Shown
    from salviewer.gui.window import Window

NOBODY = "No installed method says which neurons carried a decision."


def path_of(shown: Shown | None) -> NeuronPath | None:
    """The path among the evidence of what is on the screen, if there is one."""
    evidence = shown.explanation.evidence if shown is not None and shown.explanation is not None else ()
    return next((e for e in evidence if isinstance(e, NeuronPath)), None)


class NeuronsWiring:
    """Makes the Neurons panel and connects it."""

    def __init__(self, window: Window) -> None:
        self._state = window.state
        self.view = NeuronsView()
        self._path: NeuronPath | None = None
        self._state.shown_changed.connect(self._show)
        self._state.display_changed.connect(self.view.picture.set_display)
        self._state.methods_changed.connect(self._say_how)
        self.view.picture.set_display(self._state.display)
        self._say_how()
        self._show(self._state.shown)

    def dress(self) -> None:
        """Take on the theme's colours."""
        self.view.dress()

    def show_two(self, first: NeuronPath, second: NeuronPath, parting: int | None, names: Sequence[str]) -> None:
        """Lay `second` over `first`, until another explanation is shown. `parting`: the layer of `first`, or None."""
        self._path = None
        self.view.set_paths(first, second, parting, names)

    def _show(self, shown: Any) -> None:
        path = path_of(shown)
        picture = shown.picture if shown is not None and isinstance(shown.picture, Picture) else None
        self.view.picture.set_picture(picture, shown.grid if shown is not None else None)
        if path is None or path is not self._path:
            self._path = path
            self.view.columns.set_classes(self._classes(shown))
            self.view.set_paths(path)

    def _classes(self, shown: Shown | None) -> tuple[str, ...]:
        """The classes of the open model, where what is shown is about that one."""
        model = self._state.model
        about = shown.explanation.provenance if shown is not None and shown.explanation is not None else {}
        same = model is not None and about.get("model", {}).get("sha256") == model.sha256
        return tuple(model.classes) if same else ()

    def _say_how(self, *_: object) -> None:
        titles = [f"“{info.title}”" for info in self._state.methods.values() if NeuronPath.kind in info.evidence]
        how = f"Run {' or '.join(titles)} in the Method panel: then the units that carried the decision are shown here."
        self.view.set_why_empty(how if titles else NOBODY)
