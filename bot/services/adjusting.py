"""Adjusting a preview: the form, the difference, keep or discard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.blocks import adjusting, notices
from bot.blocks.forms import ALL_TEAMS
from bot.flows.adjusting import AdjustFlow
from bot.services.answers import date_of, percent_of
from bot.services.clicks import Click, PlanRef
from bot.services.forms import BUFFER, CONFIDENCE
from bot.services.sprint_plans import UNDECIDED, SprintPlans
from bot.services.telling import Telling
from planners.plan.normalise import team_keys
from planners.sprints.model import PlanOptions, SprintPlan
from storage import audit
from storage.clock import Clock
from storage.database import Database
from storage.forms import add_proposal, find_proposal
from storage.locking import begin_writing
from storage.plans import MoveRefusedError, document_of, find_sprint_plan, replace_result, sprint_plan_of, version
from storage.tables import AuthorityAction, SprintPlanRow

CAPACITY = (Decimal(1), Decimal(300), Decimal(100))


class Adjusting:
    """Re-plans what is not decided yet."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        plans: SprintPlans,
        flow: AdjustFlow,
        telling: Telling,
    ) -> None:
        self._database = database
        self._clock = clock
        self._plans = plans
        self._flow = flow
        self._telling = telling

    def open(self, click: Click, ref: PlanRef) -> str | None:
        """Open the form; a sentence when that makes no sense any more."""
        row, refused = self._plans.undecided(click, ref)
        if row is None:
            return refused
        with self._database.transaction() as session:
            document = document_of(version(session, row.plan_version))
        options = sprint_plan_of(row).options
        view = adjusting.adjust_form(f"{row.id}:{row.revision}|{click.channel}", options, team_keys(document))
        self._telling.open(click, view)
        return None

    def submit(self, click: Click, metadata: str, given: Mapping[str, Any]) -> dict[str, str]:
        """Take the answers. Problems by field, or nothing: then the difference is being computed."""
        value, _, channel = metadata.partition("|")
        ref = PlanRef.parse(value)
        with self._database.transaction() as session:
            row = find_sprint_plan(session, ref.plan_id)
        if row is None:
            return {"capacity": notices.GONE}
        if refused := self._plans.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return {"capacity": refused}
        if row.revision != ref.revision or row.status not in UNDECIDED:
            return {"capacity": "The plan changed meanwhile. Please close this and look at it again."}
        problems, options = adjusted(sprint_plan_of(row).options, given)
        if problems:
            return problems
        with self._database.transaction() as session:
            proposal = add_proposal(
                session,
                row.id,
                base_revision=row.revision,
                options=options.model_dump(mode="json"),
                channel=channel or row.channel or "",
                response_url="",
                by=click.user,
                at=self._clock.now(),
            )
            proposal.view_id = click.view_id
        self._flow.start(proposal.id)
        return {}

    def keep(self, click: Click, proposal_id: str) -> str | None:
        """Put the adjusted plan in the preview's place."""
        with self._database.transaction() as session:
            proposal = find_proposal(session, proposal_id)
            row = find_sprint_plan(session, proposal.sprint_plan) if proposal else None
        if proposal is None or row is None or proposal.result is None:
            return notices.GONE
        if refused := self._plans.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return refused
        try:
            row = self._replace(click.user, proposal.sprint_plan, proposal.base_revision, proposal.result)
        except MoveRefusedError as late:
            return notices.already(late.status.value, late.decided_by, "the board")
        if row is None:
            return "The plan changed after this difference was made. Please adjust it again."
        self._plans.refresh(click, row)
        return None

    def drop(self, click: Click, proposal_id: str) -> str | None:
        """Leave the plan as it was, and show it."""
        with self._database.transaction() as session:
            proposal = find_proposal(session, proposal_id)
            row = find_sprint_plan(session, proposal.sprint_plan) if proposal else None
        if row is None:
            return notices.GONE
        if refused := self._plans.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return refused
        self._plans.refresh(click, row, "The change was discarded; the plan is as it was.")
        return None

    def _replace(self, user: str, plan_id: str, base: int, result: dict[str, Any]) -> SprintPlanRow | None:
        with self._database.transaction() as session:
            begin_writing(session)
            row = find_sprint_plan(session, plan_id, lock=True)
            if row is None or (row.revision != base and row.status in UNDECIDED):
                return None
            plan = SprintPlan.model_validate(result)
            replace_result(session, row, plan)
            audit.record(
                session,
                at=self._clock.now(),
                actor=user,
                action="sprint_plan.adjusted",
                subject=row.id,
                venture=row.venture,
                detail={"revision": row.revision, "digest": plan.digest},
            )
        return row


def adjusted(before: PlanOptions, given: Mapping[str, Any]) -> tuple[dict[str, str], PlanOptions]:
    """Problems by field, and the options with what was filled in; what was left empty stays as it was."""
    problems: dict[str, str] = {}
    chosen: dict[str, Any] = {}
    fields = {
        "capacity": ("capacity_factor", CAPACITY, before.capacity_factor),
        "buffer": ("buffer", BUFFER, before.buffer),
        "confidence": ("confidence", CONFIDENCE, before.confidence),
    }
    for name, (option, (low, high, _), current) in fields.items():
        value = percent_of(given.get(name), low, high, current * 100)
        if isinstance(value, str):
            problems[name] = value
        else:
            chosen[option] = value
    start = date_of(given.get("start") or before.start.isoformat())
    if isinstance(start, dt.date):
        chosen["start"] = start
    else:
        problems["start"] = start
    chosen["sprint_weeks"] = int(given.get("weeks") or before.sprint_weeks)
    chosen["scope"] = given.get("scope") or before.scope
    team = given.get("team") or before.team
    chosen["team"] = None if team in (None, "", ALL_TEAMS) else team
    options = before if problems else PlanOptions.model_validate(before.model_dump() | chosen)
    return problems, options
