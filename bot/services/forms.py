"""The `/sprint-plan` form: opened at once, filled in by durable work, checked when it comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.blocks import forms, notices
from bot.blocks.forms import ALL_TEAMS, OWN_BOARD
from bot.flows.plan import PlanFlows
from bot.services.answers import date_of, percent_of
from bot.services.authority import Authorities
from bot.services.clicks import Click
from bot.services.telling import Telling
from planners.plan.loading import load_document
from planners.plan.problems import PlanProblems
from storage.clock import Clock
from storage.database import Database
from storage.forms import add_form, find_form
from storage.plans import newest_version
from storage.ventures import find_venture

PROBLEMS_SHOWN = 8
BUFFER = (Decimal(10), Decimal(20), Decimal(15))
PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
JIRA_BOARD = re.compile(r"[A-Z][A-Z0-9_]*:[0-9]{1,9}")
CONFIDENCE = (Decimal(50), Decimal(95), Decimal(85))


class Forms:
    """Opens forms and takes them."""

    def __init__(
        self, database: Database, clock: Clock, flows: PlanFlows, telling: Telling, authorities: Authorities
    ) -> None:
        self._authorities = authorities
        self._database = database
        self._clock = clock
        self._flows = flows
        self._telling = telling

    def open(self, click: Click, venture: str = "") -> None:
        """Open the loading view, then let durable work fill it in.

        Who is known not to plan for the venture gets a sentence instead. Where Slack must be asked about a user group,
        the form opens first: its trigger does not live long enough for both.
        """
        known = self._known(venture)
        if known is not None and self._authorities.surely_may_not_plan(click.user, known):
            self._telling.tell(click, notices.refusal("plan", known))
            return
        with self._database.transaction() as session:
            form = add_form(
                session,
                by=click.user,
                channel=click.channel,
                response_url=click.response_url,
                values={"venture": venture[:80]} if venture else {},
                at=self._clock.now(),
            )
        self._show(click, form.id)

    def _known(self, venture: str) -> str | None:
        if not venture:
            return None
        with self._database.transaction() as session:
            found = find_venture(session, venture)
        return found.key if found is not None else None

    def reopen(self, click: Click, form_id: str) -> str | None:
        """Open a form again with everything that was filled in; a sentence when it can't be."""
        with self._database.transaction() as session:
            form = find_form(session, form_id)
        if form is None or form.created_by != click.user:
            return notices.GONE
        self._show(click, form_id)
        return None

    def _show(self, click: Click, form_id: str) -> None:
        view_id = self._telling.open(click, forms.loading())
        if view_id is None:
            return
        with self._database.transaction() as session:
            form = find_form(session, form_id, lock=True)
            assert form is not None
            form.view_id = view_id
            form.response_url = click.response_url or form.response_url
            session.add(form)
        self._flows.start_open(form_id, click.trigger)

    def submit(self, click: Click, form_id: str, given: Mapping[str, Any]) -> dict[str, str]:
        """Take the answers. Problems by field when they can be said at once; else planning has begun.

        `given` are the answers by field, None where nothing was chosen.
        """
        with self._database.transaction() as session:
            form = find_form(session, form_id, lock=True)
            if form is None or form.created_by != click.user:
                return {"text": notices.GONE}
            answers = merged(form.values, given)
            form.values, form.view_id, form.problems = answers, click.view_id, []
            session.add(form)
        problems, options = options_of(answers)
        problems |= self._source_problems(answers)
        problems |= _jira_problems(answers)
        if problems:
            return problems
        with self._database.transaction() as session:
            form = find_form(session, form_id, lock=True)
            assert form is not None
            form.values = answers | {"options": options}
            session.add(form)
        self._flows.start_make(form_id, f"{form_id}:{click.trigger}")
        return {}

    def _source_problems(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with where the plan comes from, as far as it can be said without the network."""
        if answers.get("text") and answers.get("file"):
            return {"text": "There is a file and a text. Please keep one of them."}
        if answers.get("text"):
            return self._text_problems(str(answers["text"]))
        if answers.get("file"):
            return {}
        venture = str(answers.get("venture") or "")
        if not venture:
            return {"text": "Choose a stored plan, attach a file, or paste the plan here."}
        with self._database.transaction() as session:
            found = find_venture(session, venture)
            stored = newest_version(session, found.key) if found else None
        return {} if stored else {"text": f"{venture} has no stored plan. Attach a file, or paste the plan here."}

    def _text_problems(self, text: str) -> dict[str, str]:
        try:
            load_document(text)
        except PlanProblems as error:
            lines = [str(problem) for problem in error.problems[:PROBLEMS_SHOWN]]
            if len(error.problems) > PROBLEMS_SHOWN:
                lines.append(f"and {len(error.problems) - PROBLEMS_SHOWN} more problems")
            return {"text": "\n".join(lines)[:2_000]}
        return {}


def _jira_problems(answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the board in Jira, as far as it can be said without asking Jira."""
    board, project = answers.get("jira_board") or OWN_BOARD, answers.get("project")
    if board != OWN_BOARD and not JIRA_BOARD.fullmatch(str(board)):
        return {"jira_board": "Choose a board of the list"}
    if not project:
        return {}
    if board != OWN_BOARD:
        return {"project": "A board is chosen above. Choose Muster's own board there, or leave this empty."}
    if not PROJECT.fullmatch(str(project).strip().upper()):
        return {"project": "A Jira project's key is 2 to 20 letters, digits or _, a letter first"}
    return {}


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers after a submission: an emptied text is empty, an untouched choice keeps its value."""
    answers = dict(before)
    for name, value in given.items():
        if value not in (None, ""):
            answers[name] = value
        elif name in ("text", "project"):
            answers[name] = None
    if given.get("file"):
        answers["text"] = given.get("text")
    elif given.get("text"):
        answers["file"] = None
    return answers


def options_of(answers: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Problems by field, and the planning options as JSON."""
    problems: dict[str, str] = {}
    shares: dict[str, str] = {}
    for name, (low, high, usual) in (("buffer", BUFFER), ("confidence", CONFIDENCE)):
        value = percent_of(answers.get(name), low, high, usual)
        if isinstance(value, str):
            problems[name] = value
        else:
            shares[name] = str(value)
    start = date_of(answers["start"]) if answers.get("start") else None
    if isinstance(start, str):
        problems["start"] = start
    team = answers.get("team")
    return problems, {
        **({} if start is None else {"start": str(start)}),
        "sprint_weeks": int(answers.get("weeks") or 2),
        "team": None if team in (None, "", ALL_TEAMS) else team,
        **shares,
    }
