"""The steps of a push around the writing."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from bot.adapters.boards.port import BoardMisconfigured, BoardRefused, BoardUnavailable
from bot.flows.push_outcome import outcome_of
from bot.flows.push_state import Answer, PushState, done, stop, wait
from bot.flows.push_writing import PushWriting
from planners.sprints.pushing import HeldSprint, WantedSprint
from planners.sprints.ranking import reorderings
from storage import audit, plans, pushes
from storage.tables import Push, SprintPlanStatus

log = structlog.get_logger(__name__)


class PushWork:
    """One run of one push, step by step."""

    def __init__(self, state: PushState) -> None:
        self._state = state
        self.write_chunk = PushWriting(state).write_chunk

    def guarded(self, step: Callable[[], Answer], tries: int, asked: float) -> Answer:
        """A step whose expected failures are answers. `tries` in a row failed before, `asked` seconds were waited."""
        try:
            return step()
        except BoardUnavailable as error:
            return self._unavailable(error, tries, asked)
        except BoardMisconfigured as error:
            return stop((problem.text, problem.todo) for problem in error.problems)
        except BoardRefused as error:
            return stop([(f"The board refused {error.issue}: {error.reason}", "Change it, then push again.")])
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.warning("push.database_unavailable", push=self._state.id, error=type(error).__name__)
            return self._unavailable(BoardUnavailable("Muster's database did not answer", unknown=False), tries, asked)
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("push.defect", push=self._state.id, reference=reference)
            return stop([(f"Something went wrong in Muster (reference {reference})", "Push again; then ask support.")])

    def _unavailable(self, error: BoardUnavailable, tries: int, asked: float) -> Answer:
        kept = self._state.patience
        log.info("push.board_unavailable", push=self._state.id, why=error.what, tries=tries, after=error.retry_after)
        if tries >= kept.tries or asked > kept.asked:
            todo = "What was pushed is kept: push again when the board answers, and it goes on from here."
            return stop([(f"{error.what} ({tries + 1} tries)", todo)])
        seconds = random.uniform(0, min(kept.cap, kept.base * 2**tries))  # noqa: S311  jitter
        if error.retry_after is not None:
            seconds = error.retry_after + random.uniform(0, min(1.0, kept.base))  # noqa: S311  jitter
        if error.unknown:
            seconds = max(seconds, self._state.board().settle_seconds)
        # A board that says when to come back is not failing: such waits have a limit of their own.
        said = error.retry_after is not None
        return wait(seconds, error.what, failed=not said, asked=seconds if said else 0.0)

    def take_turn(self) -> Answer:
        """Begin, unless another push of the venture is under way."""
        with self._state.database.transaction() as session:
            push = self._state.push(session, lock=True)
            other = pushes.take_turn(session, push)
        if other is not None:
            return wait(self._state.patience.turn, f"{other.id} is under way")
        return done()

    def read(self, cursor: str | None) -> Answer:
        """Store one page of what the board holds."""
        push, rows = self._state.read()
        keys = self._state.wanted().known | {row.key for row in rows}
        page = self._state.board().find(keys, cursor)
        with self._state.database.transaction() as session:
            pushes.remember_survey(session, push, page.issues, self._state.survey)
        return done(next=page.next)

    def verify(self) -> Answer:
        """Ask for some of the issues that were there once and that the reading did not show; forget what is gone."""
        board = self._state.board()
        push, rows = self._state.read()
        unseen = [row for row in rows if row.state == pushes.HELD and row.survey != self._state.survey]
        chunk = unseen[: board.chunk]
        if chunk:
            found = board.look_up([row.key for row in chunk], {row.key: row.issue_id for row in chunk})
            with self._state.database.transaction() as session:
                pushes.remember(session, push, found.values(), self._state.survey)
                pushes.forget(session, push, [row.key for row in chunk if row.key not in found])
        return done(more=len(unseen) > len(chunk))

    def write_sprints(self) -> Answer:
        """Create and change sprints, then count what is to be done."""
        board = self._state.board()
        for _ in range(2):
            self._state.cached_sprints = None
            step = self._state.difference()
            if not step.new_sprints and not step.changed_sprints:
                break
            for sprint in step.new_sprints:
                self._keep_sprint(board.create_sprint(sprint), sprint, "sprints_created")
            for sprint_id, sprint in step.changed_sprints:
                self._keep_sprint(board.change_sprint(sprint_id, sprint), sprint, "sprints_changed")
        there = {sprint.sprint_id: sprint for sprint in self._state.sprints()}
        wanted = {sprint.number: sprint for sprint in self._state.wanted().sprints}

        def take_over(session: Session, push: Push) -> None:
            known = pushes.pushed_sprints(session, push)
            for number, sprint_id in step.sprints.items():
                if sprint_id not in known:
                    pushes.remember_sprint(session, push, there[sprint_id], number, wanted[number].content)
            push.total = push.done + step.size
            push.counts = {**push.counts, "unchanged": step.unchanged}

        self._state.progress(self._state.did("writing", change=take_over))
        return done()

    def find_order(self) -> Answer:
        """Find what is out of the plan's order in its future sprints: `order`, of which each is one :meth:`rank`."""
        board = self._state.board()
        _, rows = self._state.read()
        sprints = self._state.difference().sprints
        ranking = board.ranking()
        return done(order=reorderings(self._state.wanted(), pushes.held_issues(rows), sprints, ranking, board.chunk))

    def rank(self, anchor: str, keys: Sequence[str]) -> Answer:
        """Put items of a sprint behind another one. Done again, it changes nothing."""
        _, rows = self._state.read()
        held = pushes.held_issues(rows)
        try:
            self._state.board().rank(held[anchor], [held[key] for key in keys])
        except BoardRefused as error:
            push = self._state.did("ranking", refused={f"rank {keys[0]}": f"{error.issue}: {error.reason}"})
        else:
            push = self._state.did("ranking", "ranked", len(keys))
        self._state.progress(push)
        return done()

    def _keep_sprint(self, there: HeldSprint, wanted: WantedSprint, count: str) -> None:
        def keep(session: Session, push: Push) -> None:
            pushes.remember_sprint(session, push, there, wanted.number, wanted.content)

        self._state.did("sprints", count, 1, change=keep)

    def finish(self, answer: Answer) -> Answer:
        """Store the outcome and end the push. See :func:`bot.flows.push_outcome.outcome_of` for what it holds."""
        finished = answer["status"] == "done"
        board = self._state.board() if finished else None
        wanted = self._state.wanted() if finished else None
        step = self._state.difference() if finished else None
        with self._state.database.transaction() as session:
            push = self._state.push(session, lock=True)
            if push.outcome is not None:
                return done(outcome=push.outcome)
            held = pushes.held_issues(pushes.items(session, push))
            outcome = outcome_of(push, board, wanted, step, held, answer.get("problems", []))
            push.outcome, push.finished_at, push.phase = outcome, self._state.clock.now(), "finished"
            session.add(push)
            row = plans.find_sprint_plan(session, push.sprint_plan, lock=True)
            if row is not None and row.status == SprintPlanStatus.APPROVED.value:
                reached = outcome["status"] == "done"
                plans.move(session, row, SprintPlanStatus.PUSHED if reached else SprintPlanStatus.FAILED)
            audit.record(
                session,
                at=push.finished_at,
                actor="muster",
                action=f"push.{outcome['status']}",
                subject=push.id,
                venture=push.venture,
                detail={"target": push.target, "counts": push.counts},
            )
        return done(outcome=outcome)

    def report(self) -> Answer:
        """Tell people how it ended."""
        with self._state.database.transaction() as session:
            push = self._state.push(session)
        try:
            self._state.reporter.finished(push)
        except Exception:
            log.warning("push.not_reported", push=push.id, exc_info=True)
        return done()
