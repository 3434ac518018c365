"""Who hears whom about the method panel: presets, the person's own methods, layers, the method's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salviewer.gui.fitting import dims_of, unfit
from salviewer.gui.layer_tree import LayerList
from salviewer.gui.layering import Layering
from salviewer.gui.method_page import page_of
from salviewer.gui.training.field_wiring import TrainedFieldWiring
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.views.method_page import MethodPageDialog
    from salviewer.gui.window import Window


class MethodWiring:
    """Connects one window's method panel."""

    def __init__(self, window: Window) -> None:
        self._window, self._state, self._actions = window, window.state, window.actions
        self.view, self._presets = window.method, window.actions.presets
        self.layering = Layering(self._state, window.actions.desk, window.actions.shelf, self._show_layers)
        self.page: MethodPageDialog | None = None
        view, state = self.view, self._state
        view.star_wished.connect(self._star)
        view.page_wished.connect(self.open_page)
        view.layer_wished.connect(self._pick_layer)
        view.layers_wished.connect(self.layering.want)
        view.presets.wished.connect(self._take_preset)
        view.presets.save_wished.connect(self.save_preset)
        view.presets.rename_wished.connect(self._rename_preset)
        view.presets.delete_wished.connect(self._delete_preset)
        for changed in (state.model_changed, state.picture_changed, state.grid_changed):
            changed.connect(self._look_for_layers)
        for changed in (state.model_changed, state.picture_changed):
            changed.connect(self._other_kind)
        state.choice_changed.connect(self._choice_changed)
        self._actions.settings.changed.connect(self._settings_changed)
        self.trained = TrainedFieldWiring(window)
        self._show_methods()

    # -- the person's own methods -------------------------------------------------------------------------------

    def _star(self, starred: bool) -> None:
        self._actions.preferring.star(self._state.choice.method, starred)

    def _show_methods(self) -> None:
        explainers = self._actions.host.explainers
        self._dims = dims_of(self._state)
        self.view.set_methods(explainers, self._actions.preferring.favourites, unfit(explainers, self._dims))

    def _other_kind(self, *_: object) -> None:
        """Pictures after volumes, or the reverse: other methods fit."""
        if dims_of(self._state) != self._dims:
            self._show_methods()

    def _settings_changed(self, name: str) -> None:
        if name == "favourites":
            self._show_methods()
        elif name == "presets":
            self._show_presets()

    # -- presets ------------------------------------------------------------------------------------------------

    def _choice_changed(self, *_: object) -> None:
        self._show_presets()
        if self.page is not None and self.page.isVisible():
            self.open_page()

    def _show_presets(self) -> None:
        method, form = self._state.choice.method, self.view.form
        if method and form is not None:
            model = self._actions.running.params_model(method)
            current = self._presets.matching(method, model, form.values())
            self.view.presets.set_presets(self._presets.of(method, model), current)

    def _take_preset(self, name: str) -> None:
        method = self._state.choice.method
        presets = self._presets.of(method, self._actions.running.params_model(method))
        found = next((preset for preset in presets if preset.name == name), None)
        if found is not None:
            self.view.form.put(found.values)

    def save_preset(self) -> None:
        """Ask for a name and keep the form's values under it."""
        if not self.view.form.valid():
            self._say("A preset holds settings that can be run: correct the marked one first.")
            return
        name = self._actions.dialogs.ask_name("Save preset", "Name of the preset", "")
        if name is not None:
            method = self._state.choice.method
            model = self._actions.running.params_model(method)
            self._say(self._presets.save(method, model, name, self.view.form.values()))

    def _rename_preset(self, name: str) -> None:
        new = self._actions.dialogs.ask_name("Rename preset", "Name of the preset", name)
        if new is not None:
            self._say(self._presets.rename(self._state.choice.method, name, new))

    def _delete_preset(self, name: str) -> None:
        self._presets.delete(self._state.choice.method, name)

    def _say(self, why: str) -> None:
        self._actions.dismiss("presets")
        if why:
            self._actions.tell(Message(why, "warning", topic="presets"))

    # -- layers -------------------------------------------------------------------------------------------------

    def _look_for_layers(self, *_: object) -> None:
        if self.view.form is not None and self.view.form.has_layers():
            self.layering.want()

    def _show_layers(self, listing: LayerList | None) -> None:
        self.view.set_layers(listing)

    def _pick_layer(self, field: str) -> None:
        if self.layering.listing is not None:
            editor = self.view.form.editors[field]
            self._actions.dialogs.pick_layer(
                self.layering.listing, editor.value(), lambda name: self._take_layer(field, name)
            )

    def _take_layer(self, field: str, name: str) -> None:
        editor = self.view.form.editors.get(field)
        if editor is not None:
            editor.set_value(name, tell=True)

    # -- the method's page --------------------------------------------------------------------------------------

    def open_page(self) -> None:
        """Show what the chosen method does and where it comes from."""
        info = self._actions.host.explainers.get(self._state.choice.method)
        if info is None:
            return
        if self.page is None:
            from salviewer.gui.views.method_page import MethodPageDialog  # noqa: PLC0415 - made when first wanted

            self.page = MethodPageDialog(self._window)
        self.page.set_page(page_of(info))
        self.page.show()
        self.page.raise_()

    def close(self) -> None:
        """Let go of the page."""
        if self.page is not None:
            self.page.close()
