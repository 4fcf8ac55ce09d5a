"""What contradicts each other in a plan, for its preview. Only durable work asks: the search takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from bot.adapters.boards.port import Board, BoardError
from bot.flows.beside_board import beside_the_board
from planners.plan.problems import PlanProblems
from planners.sprints.answers import PlanConflict
from planners.sprints.model import SprintPlan, WarningKind
from planners.sprints.repairs import find_conflicts
from storage.database import Database
from storage.plans import document_of, version
from storage.tables import SprintPlanRow

log = structlog.get_logger(__name__)

SECONDS = 5.0
KEPT = 32


class Conflicts:
    """Finds conflicts, and keeps the last answers: a lost one is looked for again."""

    def __init__(self, database: Database, boards: Callable[[str], Board]) -> None:
        self._database = database
        self._boards = boards
        self._known: dict[str, tuple[PlanConflict, ...]] = {}
        self._lock = threading.Lock()

    def __call__(self, row: SprintPlanRow, plan: SprintPlan) -> tuple[PlanConflict, ...]:
        """The conflicts of a plan that does not keep every demand, with repairs, cheapest first."""
        if not plan.infeasible and all(each.kind is not WarningKind.MILESTONE_LATE for each in plan.warnings):
            return ()
        with self._lock:
            known = self._known.get(plan.digest)
        if known is not None:
            return known
        found = self._find(row, plan)
        if found is None:
            return ()
        with self._lock:
            self._known[plan.digest] = found
            while len(self._known) > KEPT:
                self._known.pop(next(iter(self._known)))
        return found

    def _find(self, row: SprintPlanRow, plan: SprintPlan) -> tuple[PlanConflict, ...] | None:
        """None when it can't be said now: the preview comes without it."""
        with self._database.transaction() as session:
            document = document_of(version(session, row.plan_version))
        try:
            planned = beside_the_board(self._database, self._boards, document, plan.options, row.venture)
            return find_conflicts(planned.document, plan, seconds=SECONDS)
        except (BoardError, PlanProblems) as error:
            log.info("conflicts.not_found", plan=row.id, why=str(error))
            return None
