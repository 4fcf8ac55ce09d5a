"""The durable engine. The only module that knows DBOS: the rest sees keys, flows and steps.

A *flow* is a function of JSON values whose *steps* are checkpointed: after a crash it runs again from its start, and
finished steps give their recorded results. A flow is started under a key, and the same key never runs twice. Flows and
steps return outcomes; an exception that leaves a flow is a defect and is logged as one.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._serialization import Serializer

from storage.database import Database, create_engine
from storage.operations import live_executors, release_lease, renew_lease, sweeping

log = structlog.get_logger(__name__)

T = TypeVar("T")
JsonValue = Any
FlowFunction = Callable[..., JsonValue]

DELAYED = "muster-delayed"
MAX_RECOVERIES = 10_000
HEARTBEAT_SECONDS = 2.0
LEASE_SECONDS = 10.0


class AlreadyRunningError(RuntimeError):
    """Another process holds the embedded database: SQLite carries one Muster process."""


class FlowFailedError(RuntimeError):
    """What a flow or step raised, as it was recorded."""


class JsonSerializer(Serializer):
    """Plain JSON in the database: readable, and nothing is executed when it is read back."""

    def serialize(self, data: Any) -> str:
        """Write JSON. An exception becomes its text."""
        return json.dumps(data, default=_as_json, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        """Read JSON. A recorded exception comes back as :class:`FlowFailedError`."""
        value = json.loads(serialized_data)
        if isinstance(value, dict) and set(value) == {"__raised__"}:
            return FlowFailedError(value["__raised__"])
        return value

    def name(self) -> str:
        """How rows written by it are marked."""
        return "muster_json"


def _as_json(value: object) -> Any:
    if isinstance(value, BaseException):
        return {"__raised__": f"{type(value).__name__}: {value}"}
    raise TypeError(f"{type(value).__name__} is not JSON: a flow takes and returns plain values")


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where a flow stands: `status` is waiting, running, done, failed or cancelled."""

    key: str
    name: str
    status: str
    error: str | None = None


_STATUS = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


class DurableEngine:
    """Starts flows once, keeps them going over crashes. One for a process.

    On SQLite one process holds the database by a file lock. On PostgreSQL each process has a lease; the flows of one
    whose lease ran out are taken over by the others within `LEASE_SECONDS` and a sweep.
    """

    def __init__(self, database: Database, *, version: str = "1", poll_seconds: float = 1.0) -> None:
        self._database = database
        self._version = version
        self._poll_seconds = poll_seconds
        self._flows: dict[str, FlowFunction] = {}
        self._registered: dict[str, Any] = {}
        self._lock: IO[str] | None = None
        self._connections: sa.Engine | None = None
        self._stop_sweeping = threading.Event()
        self._sweeper: threading.Thread | None = None
        self.executor = "muster" if database.is_sqlite else f"muster-{uuid.uuid4().hex[:12]}"

    def register(self, name: str, flow: FlowFunction) -> None:
        """Make a flow known under its lasting name. Only before :meth:`start`."""
        if self._registered:
            raise RuntimeError(f"flow '{name}' is registered after the engine was started")
        if name in self._flows:
            raise RuntimeError(f"flow '{name}' is registered twice")
        self._flows[name] = flow

    def start(self) -> None:
        """Take the database, recover what a crash left, begin to work.

        Raises :class:`AlreadyRunningError` where another process holds the embedded database.
        """
        self._take_file_lock()
        self._connections = create_engine(self._database.address)
        config: DBOSConfig = {
            "name": "muster",
            "system_database_url": self._database.address,
            "system_database_engine": self._connections,
            "application_version": self._version,
            "executor_id": self.executor,
            "serializer": JsonSerializer(),
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": self._poll_seconds,
            "use_listen_notify": not self._database.is_sqlite,
        }
        DBOS(config=config)
        for name, flow in self._flows.items():
            decorate = DBOS.workflow(name=name, max_recovery_attempts=MAX_RECOVERIES)
            self._registered[name] = decorate(_plain(flow))
        if not self._database.is_sqlite:
            self._beat()
        DBOS.launch()
        DBOS.register_queue(DELAYED, polling_interval_sec=self._poll_seconds)
        if not self._database.is_sqlite:
            self._sweeper = threading.Thread(target=self._sweep_for_ever, name="muster-sweeper", daemon=True)
            self._sweeper.start()

    def stop(self, drain_seconds: int = 5) -> None:
        """Finish what runs within `drain_seconds`, then let go. What is cut off goes on at the next start."""
        self._stop_sweeping.set()
        if self._sweeper is not None:
            self._sweeper.join(timeout=HEARTBEAT_SECONDS * 2)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=drain_seconds)
        self._registered = {}
        if self._connections is not None:
            self._connections.dispose()
        if not self._database.is_sqlite:
            with self._database.transaction() as session:
                release_lease(session, self.executor)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def start_once(self, key: str, flow: str, *args: JsonValue) -> None:
        """Start a flow at once, durably, unless its key was ever started. Returns when the start is recorded."""
        with SetWorkflowID(key):
            DBOS.start_workflow(self._registered[flow], *args)

    def run_later(self, key: str, flow: str, delay_seconds: float, *args: JsonValue) -> None:
        """Start a flow after a delay, as a row: no thread waits. The same key is started once."""
        with SetWorkflowID(key), SetEnqueueOptions(delay_seconds=delay_seconds):
            DBOS.enqueue_workflow(DELAYED, self._registered[flow], *args)

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Inside a flow: do `work` and record its result. It is done at least once, so it finds before it creates."""
        return DBOS.run_step({"name": name}, work)

    def pause(self, seconds: float) -> None:
        """Inside a flow: wait; a crash does not start the wait anew. For seconds and minutes, not for days."""
        DBOS.sleep(seconds)

    def state(self, key: str) -> FlowState | None:
        """Where the flow of that key stands, None when it was never started."""
        found = DBOS.get_workflow_status(key)
        if found is None:
            return None
        error = str(found.error) if found.error else None
        return FlowState(key, found.name, _STATUS.get(found.status, found.status.lower()), error)

    def result(self, key: str) -> JsonValue:
        """Wait for a flow and give what it returned. For the command line and tests, never in a listener."""
        return DBOS.retrieve_workflow(key).get_result(polling_interval_sec=0.05)

    def _take_file_lock(self) -> None:
        path = self._database.engine.url.database
        if not self._database.is_sqlite or path in (None, "", ":memory:"):
            return
        lock = Path(f"{path}.lock").open("a+", encoding="utf-8")  # noqa: SIM115  held for the process's life
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise AlreadyRunningError(
                f"another Muster process uses {path}; stop it, or set MUSTER_DATABASE_URL to a PostgreSQL address"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _beat(self) -> None:
        with self._database.transaction() as session:
            renew_lease(session, self.executor)

    def _sweep_for_ever(self) -> None:
        while not self._stop_sweeping.wait(HEARTBEAT_SECONDS):
            try:
                self._beat()
                self._sweep()
            except Exception:  # the database may be away; the next beat tries again
                log.warning("lease.not_renewed", executor=self.executor, exc_info=True)

    def _sweep(self) -> None:
        with self._database.transaction() as session:
            if not sweeping(session):
                return
            alive = live_executors(session, LEASE_SECONDS)
            running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
            dead = sorted({row.executor_id for row in running if row.executor_id} - alive)
            if dead:
                log.info("flows.taken_over", executors=dead)
                DBOS._recover_pending_workflows(dead)


def _plain(flow: FlowFunction) -> FlowFunction:
    """A function of its own for each engine: DBOS keeps marks on what it decorates."""

    def run(*args: JsonValue) -> JsonValue:
        return flow(*args)

    return run


__all__ = ["AlreadyRunningError", "DurableEngine", "FlowFailedError", "FlowState"]
