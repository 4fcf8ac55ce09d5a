"""An engine that runs a flow at once in the test's thread, and moves the clock where the real one would wait."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, cast

from bot.flows.engine import DurableEngine
from storage.clock import ManualClock


class DirectEngine:
    """Like :class:`DurableEngine` for one process that is never killed. `pauses` are the waits in seconds.

    Answers of steps go through JSON, as they do in the real one. `steps` are their names in the order they ran.
    """

    def __init__(self, clock: ManualClock) -> None:
        self.pauses: list[float] = []
        self.steps: list[str] = []
        self._clock = clock
        self._flows: dict[str, Callable[..., Any]] = {}
        self._results: dict[str, Any] = {}

    @property
    def as_engine(self) -> DurableEngine:
        """It, as the type that flows ask for."""
        return cast("DurableEngine", self)

    def register(self, name: str, flow: Callable[..., Any]) -> None:
        """Make a flow known."""
        self._flows[name] = flow

    def start_once(self, key: str, flow: str, *args: Any) -> None:
        """Run it unless its key ran."""
        if key not in self._results:
            self._results[key] = None
            self._results[key] = self._flows[flow](*args)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Do it."""
        self.steps.append(name)
        return json.loads(json.dumps(work()))

    def pause(self, seconds: float) -> None:
        """Move the clock."""
        self.pauses.append(seconds)
        self._clock.advance(dt.timedelta(seconds=seconds))

    def result(self, key: str) -> Any:
        """What it returned."""
        return self._results[key]
