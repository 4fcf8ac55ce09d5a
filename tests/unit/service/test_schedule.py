"""Ticks run at the start, and one that fails does not end the others or itself."""

from __future__ import annotations

import datetime as dt
import threading

from bot.schedule import Schedule, Tick

SECONDS = 10.0


def test_each_tick_runs_at_once_and_again_after_a_failure() -> None:
    again, other = threading.Event(), threading.Event()
    runs: list[int] = []

    def failing() -> None:
        runs.append(1)
        if len(runs) == 2:
            again.set()
        raise RuntimeError("the database is away")

    schedule = Schedule(
        [
            Tick("failing", dt.timedelta(seconds=1), failing),
            Tick("other", dt.timedelta(hours=1), other.set),
        ]
    )
    schedule.start()
    try:
        assert other.wait(SECONDS)
        assert again.wait(SECONDS)
    finally:
        schedule.stop()


def test_stopping_twice_or_before_the_start_is_harmless() -> None:
    schedule = Schedule([])
    schedule.stop()
    schedule.start()
    schedule.stop()
    schedule.stop()
