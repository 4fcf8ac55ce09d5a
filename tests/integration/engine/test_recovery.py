"""Flows go on after kill -9: by a restart on SQLite, by another process on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.support.engine_child import STEPS


def _child(url: str, journal: Path, *keys: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.engine_child", url, str(journal), *keys],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _kill(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def _wait_for(journal: Path, count: int, seconds: float = 30) -> list[str]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        lines = journal.read_text().splitlines() if journal.exists() else []
        if len(set(lines)) >= count:
            return lines
        time.sleep(0.02)
    raise AssertionError(f"only {lines} after {seconds} s")


def test_a_killed_process_goes_on_where_it_was(tmp_path: Path) -> None:
    url, journal = f"sqlite:///{tmp_path / 'muster.db'}", tmp_path / "journal"
    first = _child(url, journal, "flow:1")
    _wait_for(journal, 4)
    _kill(first)
    second = _child(url, journal)
    try:
        lines = _wait_for(journal, STEPS)
    finally:
        _kill(second)
    assert sorted(set(lines)) == sorted(f"flow:1 {number}" for number in range(STEPS))
    repeated = [line for line, times in Counter(lines).items() if times > 1]
    assert len(repeated) <= 1, "only the step that was cut off may run twice"


def test_another_process_takes_over_from_a_killed_one(tmp_path: Path, empty_postgres: str) -> None:
    journal = tmp_path / "journal"
    survivor = _child(empty_postgres, journal)
    victim = _child(empty_postgres, journal, "flow:1", "flow:2")
    try:
        _wait_for(journal, 6)
        _kill(victim)
        lines = _wait_for(journal, 2 * STEPS)
    finally:
        _kill(survivor)
    assert len(set(lines)) == 2 * STEPS
    assert len(lines) - len(set(lines)) <= 2
