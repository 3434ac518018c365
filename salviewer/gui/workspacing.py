"""Decides about workspace files: new, open, save as, recent, close; what is done before another one is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from salviewer.errors import SalViewerError
from salviewer.gui.keeping import QUIETLY
from salviewer.gui.values import Message, OpenWorkspace
from salviewer.jobs.workspace import ENDING, Workspace, default_path

if TYPE_CHECKING:
    from salviewer.gui.actions import Actions
    from salviewer.gui.kept import Kept
    from salviewer.gui.recent import Recent

KINDS = f"SalViewer workspace (*{ENDING})"
TOPIC = "workspace"


class Workspacing(QObject):
    """Which workspace is open. `recent`: the list of those that were."""

    def __init__(self, actions: Actions, kept: Kept, recent: Recent) -> None:
        super().__init__()
        self._actions, self._state, self._kept, self.recent = actions, actions.state, kept, recent
        self._dialogs, self._desk = actions.dialogs, actions.desk
        self._waiting: Callable[[], None] | None = None
        self._state.busy_changed.connect(self._go_on)
        self._name()

    def start(self) -> None:
        """List what the workspace holds, and go back to where it was left."""
        self._actions.keeping.list_results()
        self._actions.resuming.resume()
        self._actions.undoing.clear()

    # -- wishes -------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Ask for a place, and begin an empty workspace there."""
        path = self._ask_place("New workspace", "workspace")
        if path is not None and not self._refuse_open(path):
            self._when_idle(lambda: self._take(path, fresh=True))

    def open(self) -> None:
        """Ask for a workspace file, and open it."""
        path = self._dialogs.open_file("Open a workspace", KINDS)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open the workspace at `path`."""
        if not self._is_open(path):
            self._when_idle(lambda: self._take(path))

    def close_workspace(self) -> None:
        """Go back to the person's own workspace."""
        self.open_path(default_path())

    def save_as(self) -> None:
        """Ask for a place, copy the workspace there, and go on with the copy."""
        own = self._state.workspace
        path = self._ask_place("Save workspace as", own.path.stem if own and own.path else "workspace")
        if path is None or self._refuse_open(path):
            return
        kept = self._kept
        self._actions.resuming.keep_at_once()
        workspace, extra, register = kept.workspace, kept.unkept(), kept.register.session()

        def copy(progress: Any) -> None:
            if workspace is not None:
                workspace.copy_to(path, extra)
            else:
                path.unlink(missing_ok=True)
                made = Workspace(path)
                for explanation, spec, created in extra:
                    made.add(explanation, spec, created)
                made.register.keep_session(register)
                made.close()

        self._when_idle(
            lambda: self._desk.ask(
                TOPIC, copy, f"Saving {path.name}", lambda _: self._take(path), uses_model=False,
                otherwise=lambda error: self._cannot_write(path, error),
            )
        )  # fmt: skip

    # -- inside -------------------------------------------------------------------------------------------------

    def _ask_place(self, title: str, stem: str) -> Path | None:
        path = self._dialogs.save_file(title, f"{stem}{ENDING}", KINDS)
        return path if path is None or path.suffix else path.with_name(path.name + ENDING)

    def _is_open(self, path: Path) -> bool:
        own = self._state.workspace
        return own is not None and own.path is not None and own.path.absolute() == path.absolute()

    def _refuse_open(self, path: Path) -> bool:
        if self._is_open(path):
            text = f"{path.name} is the workspace that is open: choose another name."
            self._actions.tell(Message(text, "warning", topic=TOPIC))
        return self._is_open(path)

    def _cannot_write(self, path: Path, error: BaseException) -> bool:
        """One sentence for whatever the disk or SQLite had against it."""
        if isinstance(error, SalViewerError):
            return False
        text = f"{path.name} cannot be written ({error}): choose another folder."
        self._actions.tell(Message(text, "error", topic=TOPIC))
        return True

    def _when_idle(self, go: Callable[[], Any]) -> None:
        """Do `go` once no explanation runs; ask before any is stopped."""
        running = [r for r in self._state.busy if r.spec is not None and r.spec.verb == "explain"]
        if not running:
            go()
            return
        what = f"{running[0].title} is" if len(running) == 1 else f"{len(running)} explanations are"
        if self._dialogs.confirm(
            "Leave this workspace?", f"{what} still running.", "Finished results are kept.", "Stop and go on", "Stay"
        ):
            self._waiting = go
            for job in running:
                self._desk.cancel(job.number)

    def _go_on(self, busy: tuple[Any, ...]) -> None:
        if self._waiting is not None and not any(r.spec is not None and r.spec.verb == "explain" for r in busy):
            go, self._waiting = self._waiting, None
            QTimer.singleShot(0, self, go)  # whoever told of the end has more to do with it

    def _take(self, path: Path, *, fresh: bool = False) -> None:
        """Open the file at `path` and go on there. `fresh`: what lies there is replaced, as the person agreed."""
        self._actions.resuming.keep_at_once()

        def make(progress: Any) -> Workspace:
            if fresh:
                for ending in ("", "-wal", "-shm"):
                    path.with_name(path.name + ending).unlink(missing_ok=True)
            return Workspace(path)

        self._desk.ask(
            TOPIC, make, f"Opening {path.name}", self._taken, uses_model=False,
            otherwise=lambda error: self._cannot_write(path, error),
        )  # fmt: skip

    def _taken(self, workspace: Any) -> None:
        before, state = self._kept.take(workspace), self._state
        if before is not None:
            self._desk.ask("close", lambda progress: before.close(), QUIETLY, lambda _: None, uses_model=False)
        for topic in ("model", "picture", "predict", "see", "result", "rows", "resume"):
            self._desk.drop(topic)
        self._actions.resuming.pause()
        state.choice = replace(state.choice, target=None)  # first: without a model there is no such class
        state.shown = state.picture = state.prediction = state.grid = state.model = None
        state.results, state.inputs, state.models = (), (), ()
        self.recent.add(workspace.path)
        self._actions.dismiss(TOPIC)
        self._name()
        self.start()

    def _name(self) -> None:
        workspace = self._kept.workspace
        if workspace is None:
            self._state.workspace = OpenWorkspace(None, own=False, read_only=True)
            return
        path = workspace.path
        self._state.workspace = OpenWorkspace(path, path.absolute() == default_path().absolute(), workspace.read_only)
        if workspace.notice:
            self._actions.tell(Message(workspace.notice, "warning", topic=TOPIC))

    def close(self) -> None:
        """Keep where the person is, and decide nothing more."""
        self._waiting = None
        self._state.busy_changed.disconnect(self._go_on)
