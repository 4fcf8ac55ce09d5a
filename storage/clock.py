"""The one source of the current time. Tests and the demo move it; nothing else reads the wall clock."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> dt.datetime:
        """The current moment."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """The current moment, UTC."""
        return dt.datetime.now(dt.UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: dt.datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"naive datetime {start!r}: pass an aware time")
        self._now = start.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        """The moment it was last moved to."""
        return self._now

    def advance(self, by: dt.timedelta) -> None:
        """Move forward."""
        self._now += by
