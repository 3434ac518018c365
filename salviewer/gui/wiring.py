"""Who hears whom: state to views, wishes to actions. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salviewer.gui import commands
from salviewer.gui.filters.having import has_filters
from salviewer.gui.masks.having import has_masks
from salviewer.gui.neurons.exports import has_neurons
from salviewer.gui.running import ALREADY, why_not
from salviewer.gui.under_way import Running, behind, errand, explaining
from salviewer.gui.values import Message

if TYPE_CHECKING:
    from salviewer.gui.window import Window

FOR_A_WHILE_MS = 6000


class Wiring:
    """Connects one window's views."""

    def __init__(self, window: Window) -> None:
        self._w, self._state, self._actions = window, window.state, window.actions
        self._offered: set[str] = set()
        state, actions, w = self._state, self._actions, window
        w.welcome.wished.connect(lambda wish: w.commands[wish].trigger())
        w.picture.step_wished.connect(actions.browsing.step)
        w.prediction.target_wished.connect(actions.set_target)
        w.messages.dismissed.connect(actions.dismiss)
        w.messages.answered.connect(actions.answer)
        self._heard = {
            state.model_changed: self._model,
            state.picture_changed: self._picture,
            state.grid_changed: self._grid,
            state.prediction_changed: w.prediction.set_prediction,
            state.choice_changed: self._choice,
            state.shown_changed: self._shown,
            state.display_changed: self._display,
            state.busy_changed: self._busy,
            state.messages_changed: self._messages,
        }
        for signal, heard in self._heard.items():
            signal.connect(heard)
            signal.connect(self._refresh)
        folder = actions.browsing.memory
        for signal in (state.inputs_changed, state.workspace_changed, folder.at_changed, folder.batch_changed,
                       folder.follow_changed, folder.going_changed, folder.fault_changed):  # fmt: skip
            signal.connect(self._refresh)
        folder.batch_changed.connect(w.show_folder)
        self.show_all()

    def connect_late_views(self) -> None:
        """Connect the views that are built after the first paint."""
        from salviewer.gui.method_wiring import MethodWiring  # noqa: PLC0415

        w, actions = self._w, self._actions
        w.heatmap.display_wished.connect(actions.displaying.set)
        w.heatmap.map_wished.connect(actions.displaying.show_map)
        w.heatmap.probed.connect(self._probed)
        w.heatmap.region.changed.connect(self._region)
        seeing = actions.seeing
        seeing.seen.seen_changed.connect(w.heatmap.set_seen)
        state = self._state
        for changed in (state.display_changed, state.shown_changed, state.picture_changed, state.grid_changed):
            changed.connect(seeing.look)
        w.method.method_wished.connect(actions.choose_method)
        w.method.params_wished.connect(actions.set_params)
        w.method.how.wished.connect(lambda o, s, p: actions.set_how(output=o, seed=s, precision=p))
        w.run.run_wished.connect(actions.run)
        w.run.cancel_wished.connect(actions.cancel)
        w.method_wiring = MethodWiring(w)
        self.show_all()

    def show_all(self) -> None:
        """Tell every view what the state is."""
        state = self._state
        self._model(state.model)
        self._picture(state.picture)
        self._grid(state.grid)
        self._w.prediction.set_prediction(state.prediction)
        self._choice(state.choice)
        self._shown(state.shown)
        self._display(state.display)
        self._busy(state.busy)
        self._messages(state.messages)
        self._refresh()

    # -- state to views -----------------------------------------------------------------------------------------

    def _model(self, card: Any) -> None:
        self._w.model.set_model(card)
        self._w.prediction.set_classes(card.classes if card else ())
        self._side()

    def _picture(self, picture: Any) -> None:
        self._w.picture.set_picture(picture)
        if self._w.heatmap is not None:
            self._w.heatmap.set_picture(picture if picture and not picture.is_volume else None)

    def _grid(self, grid: Any) -> None:
        if self._w.heatmap is not None:
            self._w.heatmap.set_grid(grid if grid and len(grid.source_shape) == 2 else None)
        self._side()

    def _side(self) -> None:
        """The shorter side of the model's input, in pixels or voxels."""
        card, grid = self._state.model, self._state.grid
        size = grid.model_shape if grid else card.input_size if card else None
        if self._w.method is not None:
            self._w.method.set_shorter_side(min(size) if size else None, "voxels" if size and len(size) == 3 else "px")

    def _choice(self, choice: Any) -> None:
        self._w.prediction.set_target(choice.target)
        if self._w.method is not None:
            self._w.method.set_choice(choice, self._actions.running.offer(choice.method))

    def _shown(self, shown: Any) -> None:
        if self._w.heatmap is not None:
            self._w.heatmap.set_shown(shown if shown and not shown.is_volume else None)
        for panel, has in (("neurons", has_neurons), ("masks", has_masks), ("filters", has_filters)):
            if panel not in self._offered and has(shown):
                self._offered.add(panel)  # once: who closes the panel then does not want it
                self._w.docks.offer_panel(panel)

    def _display(self, display: Any) -> None:
        if self._w.heatmap is not None:
            self._w.heatmap.set_display(display)
        if self._w.method is not None:
            self._w.method.show_help(display.helps)

    def _busy(self, busy: Any) -> None:
        if self._w.run is not None:
            self._w.run.set_running(explaining(busy), behind(busy))
        waited = errand(busy)
        self._w.status.set_errand(_as_busy(waited) if waited else "", waited.fraction if waited else 0.0)

    def _messages(self, messages: tuple[Message, ...]) -> None:
        """Good news goes by in the status bar; all else stays until it is answered or dismissed."""
        self._w.messages.set_messages(tuple(m for m in messages if m.level != "info"))
        for message in messages:
            if message.level == "info":
                self._w.status.showMessage(message.text, FOR_A_WHILE_MS)
                self._actions.dismiss(message.topic)

    def _refresh(self, *_: object) -> None:
        """What depends on several fields: menus, Run, the empty state."""
        state, w = self._state, self._w
        commands.refresh(w, commands.COMMANDS)
        w.welcome.set_progress(model=state.model is not None, picture=state.picture is not None)
        if w.heatmap is None:
            return
        fault = self._actions.browsing.memory.fault
        w.heatmap.set_fault(fault)
        empty = state.shown is None and state.picture is None and not fault
        w.centre.setCurrentWidget(w.welcome if empty else w.volumes.view if state.is_volume else w.heatmap)
        under_way = ALREADY if self._actions.running.is_under_way() else ""
        w.run.set_why_not(why_not(state) or under_way)
        w.run.set_about(self._actions.running.about())

    # -- views to state -----------------------------------------------------------------------------------------

    def _region(self, region: Any) -> None:
        had, self._actions.exporting.region = self._actions.exporting.region, region
        if (had is None) != (region is None):
            self._refresh()

    def _probed(self, probe: Any) -> None:
        if probe is None:
            self._w.status.set_probe("", "")
            return
        unit = self._state.shown.top.unit if self._state.shown else ""
        raw = "value of the cell" if self._state.display.smooth else "value"
        value = "" if probe.value is None else f"{raw} {probe.value:.5g}{f' {unit}' if unit not in ('', '1') else ''}"
        self._w.status.set_probe(f"x {probe.x}, y {probe.y}", value)


def _as_busy(waited: Running) -> str:
    """What is under way, in the status bar."""
    return f"Paused: {waited.title}" if waited.paused else f"{waited.message or waited.title} …"
