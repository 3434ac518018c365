"""What every layer raises. `ValueError`/`TypeError` speak to callers, `SalViewerError` to the person at the screen.

A message says what was given, what is needed and what to do; `code` names the case for tests, logs and the terminal.
"""

from __future__ import annotations


class SalViewerError(Exception):
    """A problem that a person can act on; `str(error)` is one plain sentence (or two)."""

    exit_code = 1

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class InvalidChoice(SalViewerError, ValueError):
    """A method, class, parameter or option that does not exist or is out of range."""

    exit_code = 2


class UnreadableInput(SalViewerError):
    """A picture, volume or table that cannot be read as one."""

    exit_code = 3


class UnreadableModel(SalViewerError):
    """A model file that is refused or does not fit its architecture."""

    exit_code = 4


class UnsupportedModel(SalViewerError):
    """A model that works but that this method cannot explain."""

    exit_code = 4


class NeedsChoice(SalViewerError):
    """A file that can be read in several ways: `option` names the setting, `choices` what it may be.

    asks: the question where it is answered by choosing; the message says how the terminal and Python answer it.
    """

    exit_code = 5

    def __init__(self, message: str, *, code: str, option: str, choices: tuple[str, ...], asks: str = "") -> None:
        super().__init__(message, code=code)
        self.option, self.choices, self.asks = option, choices, asks or message


class PluginError(SalViewerError):
    """A plugin that cannot be loaded, or that broke its contract; the message names it."""

    exit_code = 6


class Unavailable(SalViewerError):
    """Something that is not at hand now: a download, an optional package, memory."""

    exit_code = 7


class Cancelled(SalViewerError):
    """The run was cancelled by the person who started it."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message, code="cancelled")
