"""When things start. Every replica ticks; what is due is found in the database, and the durable engine runs it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that looks into the database every `every` for what is due, and starts it once."""

    name: str
    every: dt.timedelta
    run: Callable[[], None]


class Schedule:
    """The ticks of one process. At start each runs once, for what fell due while nothing ran."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self._ticks = tuple(ticks)
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin to tick, at once and then by each tick's interval."""
        for tick in self._ticks:
            self._scheduler.add_job(
                _guarded(tick),
                IntervalTrigger(seconds=int(tick.every.total_seconds()), timezone=dt.UTC),
                id=tick.name,
                next_run_time=dt.datetime.now(dt.UTC),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the running tick end, then stop."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _guarded(tick: Tick) -> Callable[[], None]:
    def run() -> None:
        try:
            tick.run()
        except Exception:
            # The database or Slack may be away for a while; the next tick finds what this one left.
            log.warning("tick.failed", tick=tick.name, exc_info=True)

    return run
