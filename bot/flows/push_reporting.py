"""Who is told how a push goes, and how patient a push is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from storage.tables import Push


class PushReporter(Protocol):
    """Shows a push to people. Both calls may come again after a crash: edit one message, never post a second.

    What they raise is logged and does not stop the push.
    """

    def progress(self, push: Push) -> None:
        """`push.done` of `push.total` operations are through; `push.phase` says what goes on."""
        ...

    def finished(self, push: Push) -> None:
        """`push.outcome` holds the end."""
        ...


class SilentReporter:
    """Tells nobody: the command line reads the outcome itself."""

    def progress(self, push: Push) -> None:
        """Nothing."""

    def finished(self, push: Push) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a push goes on trying. Times in seconds.

    The n-th try in a row waits a random time up to `base` x 2^n, at most `cap`; after `tries` it gives up and a person
    resumes it. A wait that the board asked for is kept, up to `asked` in all for one call. An issue whose creation
    had no answer is looked for `looks` times, the board's settling time apart, before it is created again. A push
    whose turn has not come asks again after `turn`.
    """

    base: float = 1.0
    cap: float = 60.0
    tries: int = 8
    asked: float = 3600.0
    looks: int = 2
    turn: float = 3.0
