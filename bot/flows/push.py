"""The durable push of a sprint plan to a board.

Each step does one call or one small chunk of calls, and keeps what the board holds in Muster's database, so the next
step compares anew and takes the next chunk. A step that is run again after a crash finds less to do. Creation alone
is not safe to repeat: its keys are marked before the call, and a mark without an answer is looked up on the board,
after the board had time to show what it made, before the same key is created again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.adapters.boards.port import Board
from bot.flows.engine import DurableEngine
from bot.flows.push_reporting import Patience, PushReporter, SilentReporter
from bot.flows.push_state import Answer, Failures, PushState
from bot.flows.push_work import PushWork
from storage.clock import Clock
from storage.database import Database
from storage.pushes import find_push, push_key, request_push, unstarted_pushes
from storage.tables import Push

FLOW = "push"


class PushFlow:
    """Pushes sprint plans. Build it before the engine starts; it registers itself there."""

    def __init__(
        self,
        engine: DurableEngine,
        database: Database,
        clock: Clock,
        boards: Callable[[str], Board],
        reporter: PushReporter | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`boards` gives the board of a venture by its key; it may raise what a board raises."""
        self._engine = engine
        self._database = database
        self._clock = clock
        self._boards = boards
        self._reporter = reporter or SilentReporter()
        self._patience = patience or Patience()
        engine.register(FLOW, self.run)

    def start(self, push: Push) -> None:
        """Start a recorded push, or do nothing when it was started before. Returns when the start is recorded."""
        self._engine.start_once(push_key(push), FLOW, push.id, push.attempt)

    def start_unstarted(self) -> int:
        """Start what was recorded and not started when a process died in between; how many that may have been."""
        with self._database.transaction() as session:
            waiting = unstarted_pushes(session)
        for push in waiting:
            self.start(push)
        return len(waiting)

    def result(self, push: Push) -> dict[str, Any]:
        """Wait for the outcome of a started push. Never in a listener."""
        outcome: dict[str, Any] = self._engine.result(push_key(push))
        return outcome

    def run(self, push_id: str, attempt: int) -> dict[str, Any]:
        """The flow. Returns the outcome that is stored in the push: see `outcome_of`."""
        state = PushState(push_id, attempt, self._database, self._clock, self._boards, self._reporter, self._patience)
        work = PushWork(state)
        answer = self._write_all(work)
        ended = self._repeat("finish", work, lambda: work.finish(answer), Failures())
        if ended["status"] != "done":
            ended = self._repeat("finish", work, lambda: work.finish(ended), Failures())
        self._repeat("report", work, work.report, Failures())
        outcome: dict[str, Any] = ended["outcome"]
        return outcome

    def _write_all(self, work: PushWork) -> Answer:
        """Everything up to the end, or to the first answer that stops the push."""
        failures = Failures()
        answer = self._repeat("turn", work, work.take_turn, failures)
        cursor: str | None = None
        while answer["status"] == "done":
            answer = self._repeat("read", work, partial(work.read, cursor), failures)
            cursor = answer.get("next")
            if cursor is None:
                break
        for name, step in (("verify", work.verify), ("sprints", work.write_sprints), ("write", work.write_chunk)):
            more = answer["status"] == "done"
            while more:
                answer = self._repeat(name, work, step, failures)
                more = answer["status"] == "done" and bool(answer.get("more"))
        if answer["status"] == "done":
            answer = self._repeat("order", work, work.find_order, failures)
        for anchor, keys in answer.get("order", ()):
            if answer["status"] == "done":
                answer = self._repeat("rank", work, partial(work.rank, anchor, keys), failures)
        return answer

    def _repeat(self, name: str, work: PushWork, step: Callable[[], Answer], failures: Failures) -> Answer:
        """Do one step until it answers with something else than a wait. Waits survive a crash."""
        while True:
            so_far = failures.in_a_row, failures.asked_seconds
            answer = self._engine.step(name, partial(work.guarded, step, *so_far))
            failures.note(answer)
            if answer["status"] != "wait":
                return answer
            self._engine.pause(answer["seconds"])


__all__ = ["FLOW", "Patience", "PushFlow", "PushReporter", "find_push", "request_push", "unstarted_pushes"]
