"""The parts of planning that touch the outside: the plan's text, the board, the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.boards.port import Board
from bot.adapters.workspace.files import Files
from bot.flows.beside_board import plan_beside_the_board
from planners.plan.loading import load_document
from planners.plan.models import PlanDocument
from planners.plan.problems import PlanProblems, Problem
from planners.sprints.model import PlanOptions, SprintPlan
from planners.sprints.planner import default_options
from storage import audit
from storage.clock import Clock
from storage.database import Database
from storage.forms import find_form
from storage.locking import begin_writing
from storage.plans import (
    add_sprint_plan,
    document_of,
    last_pushed,
    newest_version,
    sprint_plan_of,
    store_document,
)
from storage.tables import PlanForm, PlanVersion
from storage.ventures import add_venture, find_venture, new_venture

PASTED = "pasted text"


@dataclass(frozen=True, slots=True)
class Handed:
    """A plan as it came in: the document, and where from. `version` is set for a stored one."""

    document: PlanDocument
    source: str
    field: str
    version: PlanVersion | None = None


def jira_of(form: PlanForm) -> tuple[str | None, int | None]:
    """The Jira project that a form names and the board in it; None for what it leaves open."""
    project, _, board = str(form.values.get("jira_board") or "").partition(":")
    if board:
        return project, int(board)
    return str(form.values.get("project") or "").strip().upper() or None, None


class Planning:
    """Loads, plans and stores. Used inside durable steps: everything may run again."""

    def __init__(
        self, database: Database, clock: Clock, files: Files, boards: Callable[[str], Board], *, seconds: float
    ) -> None:
        """`seconds` is how long a plan may be improved."""
        self._database = database
        self._clock = clock
        self._files = files
        self._boards = boards
        self._seconds = seconds

    def load(self, form: PlanForm) -> Handed:
        """The form's plan. Raises :class:`PlanProblems` with what is wrong in it, or what a file raises."""
        text, file, venture = (form.values.get(name) for name in ("text", "file", "venture"))
        if text:
            return Handed(load_document(text), PASTED, "text")
        if file:
            fetched = self._files.fetch(str(file["id"]))
            return Handed(load_document(fetched.content, name=fetched.name), fetched.name, "file")
        with self._database.transaction() as session:
            version = newest_version(session, str(venture))
        if version is None:
            raise PlanProblems([Problem("venture", f"{venture} has no stored plan any more")])
        return Handed(document_of(version), version.source, "venture", version)

    def options(self, document: PlanDocument, given: Mapping[str, Any], venture: str) -> PlanOptions:
        """What the lead set. A first day that was left open is the last push's, so that sprints keep their numbers,
        or the plan's own.
        """
        if "start" in given:
            return PlanOptions.model_validate(given)
        with self._database.transaction() as session:
            pushed = last_pushed(session, venture)
        before = sprint_plan_of(pushed).options if pushed else default_options(document, self._clock.now().date())
        return PlanOptions.model_validate({**given, "start": before.start})

    def plan(self, document: PlanDocument, options: PlanOptions, venture: str) -> SprintPlan:
        """Plan with what the board says: its velocity, and what must stay where it is.

        Raises :class:`PlanProblems` when nothing can be planned, and what a board raises.
        """
        return plan_beside_the_board(self._database, self._boards, document, options, venture, seconds=self._seconds)

    def store(self, form: PlanForm, handed: Handed, plan: SprintPlan) -> str:
        """Store venture, document and preview in one transaction; the plan's id. Run again, it finds the first."""
        now = self._clock.now()
        with self._database.transaction() as session:
            begin_writing(session)
            row = find_form(session, form.id, lock=True)
            if row is not None and row.sprint_plan is not None:
                return row.sprint_plan
            venture = find_venture(session, plan.venture)
            if venture is None:
                venture = new_venture(plan.venture, plan.title, by=form.created_by, at=now)
                add_venture(session, venture)
                audit.record(
                    session,
                    at=now,
                    actor=form.created_by,
                    action="venture.started",
                    subject=plan.venture,
                    venture=plan.venture,
                )
            if venture.jira_project is None:
                venture.jira_project, venture.jira_board = jira_of(form)
                session.add(venture)
            version = store_document(
                session, venture.key, handed.document, source=handed.source, by=form.created_by, at=now
            )
            stored = add_sprint_plan(session, plan, version.id, by=form.created_by, at=now, channel=form.channel)
            audit.record(
                session,
                at=now,
                actor=form.created_by,
                action="sprint_plan.planned",
                subject=stored.id,
                venture=venture.key,
                detail={"version": version.number, "source": handed.source, "digest": plan.digest},
            )
            if row is not None:
                row.sprint_plan, row.problems = stored.id, []
                session.add(row)
            return stored.id
