"""The durable engine in one process: once per key, plain JSON, outcomes and defects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.flows.engine import AlreadyRunningError, DurableEngine, FlowFailedError
from storage.database import Database

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture
def engine_with(database: Database) -> Iterator[Callable[..., DurableEngine]]:
    """Start an engine with the flows given by name."""
    started: list[DurableEngine] = []

    def start(**flows: Callable[[DurableEngine], Callable[..., Any]]) -> DurableEngine:
        engine = DurableEngine(database, poll_seconds=0.05)
        for name, make in flows.items():
            engine.register(name, make(engine))
        engine.start()
        started.append(engine)
        return engine

    yield start
    for engine in started:
        engine.stop(drain_seconds=0)


def test_the_same_key_runs_once(engine_with: Callable[..., DurableEngine]) -> None:
    runs: list[int] = []
    engine = engine_with(count=lambda engine: lambda x: engine.step("count", lambda: runs.append(x)) or x)
    for _ in range(5):
        engine.start_once("count:1", "count", 7)
    assert engine.result("count:1") == 7
    engine.start_once("count:1", "count", 8)
    assert engine.result("count:1") == 7
    assert runs == [7]


def test_a_delayed_flow_runs_once_and_later(engine_with: Callable[..., DurableEngine]) -> None:
    runs: list[str] = []
    engine = engine_with(note=lambda engine: lambda text: engine.step("note", lambda: runs.append(text)))
    engine.run_later("note:1", "note", 0.2, "late")
    engine.run_later("note:1", "note", 0.2, "late again")
    state = engine.state("note:1")
    assert state is not None
    assert state.status == "waiting"
    engine.result("note:1")
    assert runs == ["late"]


def test_a_defect_is_recorded_as_failed(engine_with: Callable[..., DurableEngine]) -> None:
    def broken(_engine: DurableEngine) -> Callable[[], None]:
        def flow() -> None:
            raise RuntimeError("wires crossed")

        return flow

    engine = engine_with(broken=broken)
    engine.start_once("broken:1", "broken")
    with pytest.raises((FlowFailedError, RuntimeError), match="wires crossed"):
        engine.result("broken:1")
    state = engine.state("broken:1")
    assert state is not None
    assert state.status == "failed"
    assert "wires crossed" in str(state.error)


def test_a_key_that_was_never_started_has_no_state(engine_with: Callable[..., DurableEngine]) -> None:
    engine = engine_with()
    assert engine.state("nothing") is None


def test_what_is_stored_is_json(engine_with: Callable[..., DurableEngine], database: Database) -> None:
    engine = engine_with(echo=lambda engine: lambda value: engine.step("echo", lambda: value))
    engine.start_once("echo:1", "echo", {"points": [1, 2], "name": "é"})
    assert engine.result("echo:1") == {"points": [1, 2], "name": "é"}
    table = "operation_outputs" if database.is_sqlite else "dbos.operation_outputs"
    with database.engine.connect() as connection:
        stored = connection.execute(sa.text(f"SELECT output FROM {table} WHERE workflow_uuid = 'echo:1'")).scalar_one()
    assert json.loads(stored) == {"points": [1, 2], "name": "é"}


def test_a_second_process_on_sqlite_is_refused(
    engine_with: Callable[..., DurableEngine], sqlite_database: Database
) -> None:
    first = DurableEngine(sqlite_database)
    first._take_file_lock()
    second = DurableEngine(sqlite_database)
    with pytest.raises(AlreadyRunningError, match="another Muster process"):
        second._take_file_lock()
    assert first._lock is not None
    first._lock.close()


def test_flows_are_registered_once_and_before_the_start(engine_with: Callable[..., DurableEngine]) -> None:
    engine = engine_with(one=lambda engine: lambda: None)
    with pytest.raises(RuntimeError, match="after the engine was started"):
        engine.register("two", lambda: None)
