"""What the form offers and what it starts with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.adapters.boards.port import Board, BoardError
from bot.blocks.forms import JIRA_BOARDS_SHOWN, FieldProblem, FormChoices, FormView
from planners.plan.models import PlanDocument
from planners.plan.normalise import team_keys
from planners.sprints.model import SprintPlan
from planners.sprints.planner import default_options
from storage.clock import Clock
from storage.database import Database
from storage.forms import find_form
from storage.plans import document_of, last_pushed, newest_version, sprint_plan_of
from storage.tables import PlanForm, Venture
from storage.ventures import find_venture, list_ventures

if TYPE_CHECKING:
    from bot.adapters.boards.listing import BoardListing

log = structlog.get_logger(__name__)

SHOWN = 100
NOT_ASKED = "Jira can't be asked for its boards right now. A project's key, such as ATL; empty for Muster's own board."
MORE_BOARDS = "There are more boards than the list holds. For another one, its project's key, such as ATL."


class Gate(Protocol):
    """Says who may plan."""

    def planning_refusal(self, user: str, venture: str, *, known: bool) -> str | None:
        """Why not, in a sentence; None when they may."""
        ...


class FormDefaults:
    """Looks up choices and default answers."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        boards: Callable[[str], Board],
        listing: Callable[[], BoardListing | None],
        gate: Gate,
    ) -> None:
        """`listing` gives Jira's boards, None where no Jira is configured; who may see them, `gate` says."""
        self._listing = listing
        self._gate = gate
        self._database = database
        self._clock = clock
        self._boards = boards

    def view(self, form: PlanForm) -> FormView:
        """The form with every answer kept, and defaults where there is none. The defaults are kept with the form."""
        today = self._clock.now().date()
        with self._database.transaction() as session:
            ventures = list_ventures(session, limit=SHOWN)
            stored = [venture for venture in ventures if newest_version(session, venture.key) is not None]
            found = find_venture(session, str(form.values.get("venture") or ""))
            version = newest_version(session, found.key) if found else None
            pushed = last_pushed(session, found.key) if found else None
        document = document_of(version) if version else None
        notes = _notes(form, found, document is not None)
        answers = _defaults(document, sprint_plan_of(pushed) if pushed else None, today) | _given(form.values)
        if found is not None:
            answers["venture"] = found.key if document else None
        view = FormView(
            form_id=form.id,
            answers=answers,
            choices=FormChoices(
                ventures=[(venture.key, f"{venture.title} ({venture.key})") for venture in stored],
                teams=[(team, team) for team in (team_keys(document) if document else ())][: SHOWN - 1],
                boards=self._board(found),
                **self._jira_choices(form, found),
            ),
            problems=[FieldProblem(str(each["field"]), str(each["text"])) for each in form.problems],
            notes=notes,
        )
        with self._database.transaction() as session:
            row = find_form(session, form.id, lock=True)
            if row is not None:
                row.values = row.values | answers
                session.add(row)
        return view

    def _board(self, venture: Venture | None) -> Sequence[tuple[str, str]]:
        if venture is None:
            return ()
        try:
            return [(venture.key, self._boards(venture.key).describe().name)]
        except BoardError:
            return ()

    def _jira_choices(self, form: PlanForm, venture: Venture | None) -> dict[str, Any]:
        """What is offered to choose Jira's board with, where the venture has none yet."""
        if venture is not None and venture.jira_project is not None:
            return {}
        key = venture.key if venture is not None else str(form.values.get("venture") or "")
        if self._gate.planning_refusal(form.created_by, key, known=venture is not None) is not None:
            return {}
        try:
            listing = self._listing()
        except BoardError as error:
            log.warning("form.no_boards", error=str(error))
            return {"ask_project": True, "project_hint": NOT_ASKED}
        if listing is None:
            return {}
        shown = listing.boards[:JIRA_BOARDS_SHOWN]
        more = listing.more or len(listing.boards) > len(shown)
        return {
            "jira_boards": [(f"{each.project}:{each.number}", f"{each.project}: {each.name}") for each in shown],
            "ask_project": more or not shown or bool(form.values.get("project")),
            "project_hint": MORE_BOARDS if more else "",
        }


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _defaults(document: PlanDocument | None, pushed: SprintPlan | None, today: dt.date) -> dict[str, Any]:
    if pushed is not None:
        # Sprints keep their numbers only from the same first day on.
        options = pushed.options
    elif document is not None:
        options = default_options(document, today)
    else:
        # The plan is not known yet, and it may name its own first day.
        return {"weeks": "2", "buffer": "15", "confidence": "85"}
    return {
        "start": options.start.isoformat(),
        "weeks": str(options.sprint_weeks),
        "buffer": f"{(options.buffer * 100).normalize():f}",
        "confidence": f"{(options.confidence * 100).normalize():f}",
        "team": options.team,
    }


def _notes(form: PlanForm, found: Venture | None, stored: bool) -> list[str]:
    asked = form.values.get("venture")
    if not asked:
        return []
    if found is None:
        return [f"There is no venture '{asked}' yet. Attach or paste its plan to start it."]
    return [] if stored else [f"'{found.key}' has no stored plan yet. Attach or paste one."]
