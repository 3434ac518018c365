"""Who hears whom in the evaluation's window: state to views, wishes to actions. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from salviewer.bench.recipe import said_about
from salviewer.bench.recipes import RECIPES
from salviewer.bench.spec import model_name
from salviewer.gui import evaluating as deciding
from salviewer.gui import icons
from salviewer.gui.evaluation_offers import dims_of, offered_methods, offered_metrics, why_no_metric
from salviewer.gui.evaluation_plan import size_of
from salviewer.gui.evaluation_values import SECONDS, Pictures, Plan
from salviewer.gui.views.checklist import Entry
from salviewer.gui.views.evaluation import EvaluationWindow
from salviewer.gui.views.method_chooser import families

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.state import State
    from salviewer.gui.window import Window

GIVEN = {"heatmap": "From the map alone", "explanation": "From the whole explanation",
         "explainer": "Run the method again: slow"}  # fmt: skip


class EvaluationWiring:
    """Makes the window and connects it; `main`: the main window, in which pictures are opened."""

    def __init__(self, main: Window) -> None:
        self._main, self._state, self._actions = main, main.state, main.actions
        self._host, self._board_folder, self._offered = main.actions.host, None, 0
        self.window = EvaluationWindow()
        self._fill()
        self._connect(self.window, self._actions)
        state = self._state
        self._heard = (
            (state.model_changed, self._chosen), (state.plan_changed, self._chosen),
            (state.pictures_changed, self._chosen), (state.evaluation_changed, self._running),
            (state.board_changed, self._board), (state.cell_changed, self._cell),
            (state.evaluation_messages_changed, self.window.messages.set_messages),
            (self._actions.trained_states.memory.saved_changed, self._chosen),
        )  # fmt: skip
        for signal, heard in self._heard:
            signal.connect(heard)
        self._actions.leaderboard  # noqa: B018 - made here, so that it hears of the first plan
        self._actions.evaluating.start()
        self._chosen()
        self._running(state.evaluation)
        self._board(state.board)

    def close(self) -> None:
        """Take the window away; nothing is heard any more."""
        for signal, heard in self._heard:
            signal.disconnect(heard)
        self.window.close()
        self.window.deleteLater()

    def dress(self) -> None:
        """Take on the present palette."""
        icons.refresh(self.window)
        self.window.messages.set_messages(self._state.evaluation_messages)

    def _fill(self) -> None:
        """What there is to choose from."""
        choices, host = self.window.choices, self._host
        choices.pictures.set_collections({key: (info.title, info.summary) for key, info in host.collections.items()})
        choices.set_recipes({name: recipe.title for name, recipe in RECIPES.items()})
        infos = [*host.explainers.values(), *host.metrics.values()]
        self.window.table.board.set_words(
            {info.key: info.title for info in infos},
            {key: info.better for key, info in host.metrics.items()},
            {key: info.answers for key, info in host.metrics.items()},
        )

    def _offer(self, dims: int) -> None:
        """The methods and metrics for inputs of `dims` dimensions."""
        if self._offered == dims:
            return
        self._offered = dims
        choices, host = self.window.choices, self._host
        offered = {info.key: info for info in offered_methods(host, dims)}
        choices.methods.set_entries(
            [
                Entry(info.key, info.title, family, f"{info.answers}\n\n{info.summary}\n{info.source.citation}")
                for family, members in families(offered).items()
                for info in members
            ]
        )
        choices.metrics.set_entries(
            [
                Entry(info.key, info.title, GIVEN[info.given], f"{info.answers}\n\n{info.summary}")
                for info in offered_metrics(host, dims)
            ]
        )

    def _connect(self, w: EvaluationWindow, actions: Actions) -> None:
        evaluating, leaderboard = actions.evaluating, actions.leaderboard
        w.choices.pictures.collection_wished.connect(evaluating.choose_collection)
        w.choices.pictures.params_wished.connect(evaluating.collecting.set_params)
        w.choices.pictures.source_wished.connect(evaluating.collecting.ask_source)
        w.choices.chosen.connect(lambda values: evaluating.choose(**values))
        w.choices.ticked.connect(evaluating.tick)
        w.choices.folder_wished.connect(evaluating.ask_folder)
        w.run.run_wished.connect(evaluating.run)
        w.run.stop_wished.connect(evaluating.stop)
        w.messages.dismissed.connect(evaluating.dismiss)
        w.table.cell_wished.connect(leaderboard.show_cell)
        w.pictures.open_wished.connect(self._open)
        w.pictures.close_wished.connect(leaderboard.close_cell)
        # The wish comes while the list is painted, when nothing may change: it is heard after that.
        w.pictures.model.thumbnail_wished.connect(self._fetch, Qt.ConnectionType.QueuedConnection)
        w.page_wished.connect(leaderboard.open_page)
        w.export_wished.connect(leaderboard.export)
        w.take_over_wished.connect(leaderboard.take_over)

    # -- state to views -----------------------------------------------------------------------------------------

    def _chosen(self, *_: object) -> None:
        state, host, w = self._state, self._host, self.window
        plan: Plan = state.plan
        info, recipe = host.collections.get(plan.collection), RECIPES.get(plan.recipe)
        pictures, methods, metrics = size_of(state, host)
        self._offer(dims_of(state))
        w.choices.set_model(state.model.title if state.model else "")
        w.choices.set_plan(
            plan, host.params(info) if info else None, " ".join(said_about(recipe, host.explainers)[:1]) if recipe else
            "", (methods, metrics),
        )  # fmt: skip
        barred = {m.key: why for m in offered_metrics(host) if (why := why_no_metric(m, state.pictures))}
        w.choices.set_pictures(state.pictures, _note(state, state.pictures), barred)
        w.choices.set_folder(deciding.folder_of(state))
        w.run.set_size(pictures, methods, metrics)
        w.run.set_why_not(self._actions.evaluating.why_not())

    def _running(self, running: Any) -> None:
        self.window.run.set_running(running)
        self.window.choices.set_running(running is not None)
        if running is None or not running.started:
            self._board(self._state.board)

    def _board(self, board: Any) -> None:
        if board is not None and board.folder != self._board_folder:
            self.window.pictures.model.forget()
            self._board_folder = board.folder
        spec = board.spec if board else None
        about = f"{model_name(spec.models[0])} on {spec.collection}" if spec else ""
        self.window.set_board(board, about, running=self._state.evaluation is not None)
        if self._state.cell is not None:
            self.window.table.choose(self._state.cell.method, self._state.cell.column)

    def _cell(self, cell: Any) -> None:
        w = self.window
        w.show_pictures(cell is not None)
        if cell is None:
            w.table.choose("", "")
            return
        titles = w.table.board
        metric = self._host.metrics.get(cell.column.partition("/")[0])
        fast, plain = cell.column == SECONDS, metric is not None and not metric.better
        order = "the fastest first" if fast else "the highest first" if plain else "the best first"
        w.pictures.set_cell(f"{titles.title(cell.method)} by {titles.title(cell.column)}", cell.scores, order)

    # -- wishes -------------------------------------------------------------------------------------------------

    def _open(self, score: Any) -> None:
        self._actions.leaderboard.open(score)
        self._main.raise_()
        self._main.activateWindow()

    def _fetch(self, score: Any) -> None:
        model = self.window.pictures.model
        self._actions.leaderboard.thumbnail(score, lambda pixels: model.set_thumbnail(score, pixels))


def _note(state: State, pictures: Pictures | None) -> str:
    """What should be known of pictures whose true classes are not the model's."""
    if state.model is None or pictures is None or state.plan.target != "label" or state.plan.recipe:
        return ""
    if not pictures.labelled:
        return "These pictures have no classes: the predicted class is explained."
    if pictures.classes and tuple(pictures.classes) != tuple(state.model.classes):
        return (
            "The classes of these pictures are not those of the model, so that their numbers may mean others: "
            "explain the predicted class."
        )
    return ""
