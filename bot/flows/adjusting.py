"""Re-planning a preview with other options, as durable work."""

from __future__ import annotations

from typing import Any

from bot.adapters.boards.port import BoardError, BoardUnavailable
from bot.adapters.workspace.messages import Messages
from bot.blocks import adjusting, forms
from bot.blocks.adjusting import Proposed
from bot.blocks.elements import section
from bot.blocks.text import bullets, safe
from bot.flows.delivery import Answer, attempt, deliver
from bot.flows.engine import DurableEngine
from bot.flows.plan_work import Planning
from bot.flows.reaching import reach
from planners.plan.problems import PlanProblems
from planners.sprints.difference import difference
from planners.sprints.model import PlanOptions, SprintPlan
from storage.database import Database
from storage.forms import find_proposal
from storage.plans import document_of, find_sprint_plan, sprint_plan_of, version
from storage.tables import PlanProposal, SprintPlanRow

ADJUST = "plan.adjust"


class AdjustFlow:
    """Computes an adjustment and shows what it would change. It registers itself with the engine."""

    def __init__(self, engine: DurableEngine, database: Database, messages: Messages, planning: Planning) -> None:
        self._engine = engine
        self._database = database
        self._messages = messages
        self._planning = planning
        engine.register(ADJUST, self.run)

    def start(self, proposal_id: str) -> None:
        """Compute a recorded adjustment, once."""
        self._engine.start_once(f"adjust:{proposal_id}", ADJUST, proposal_id)

    def run(self, proposal_id: str) -> Answer:
        """The flow."""
        made = deliver(self._engine, "replan", lambda: self._replan(proposal_id))
        return deliver(self._engine, "show", lambda: self._show(proposal_id, made))

    def _replan(self, proposal_id: str) -> Answer | None:
        proposal, row = self._read(proposal_id)
        if proposal.result is not None:
            return None
        with self._database.transaction() as session:
            document = document_of(version(session, row.plan_version))
        if document.plan.venture != row.venture:
            document = document.model_copy(update={"plan": document.plan.model_copy(update={"venture": row.venture})})
        options = PlanOptions.model_validate(proposal.options)
        try:
            plan = self._planning.plan(document, options, row.venture)
        except PlanProblems as error:
            return {"status": "problems", "problems": [str(problem) for problem in error.problems]}
        except BoardUnavailable:
            raise
        except BoardError as error:
            return {"status": "problems", "problems": [str(error)]}
        with self._database.transaction() as session:
            stored = find_proposal(session, proposal_id)
            if stored is not None:
                stored.result = plan.model_dump(mode="json")
                session.add(stored)
        return None

    def _show(self, proposal_id: str, made: dict[str, Any]) -> None:
        proposal, row = self._read(proposal_id)
        if proposal.result is None:
            lines = made.get("problems") or ["The board or Slack did not answer. Please try again."]
            text = "The plan can't be made with these options."
            blocks = [section(f"*{text}*\n{bullets([safe(line, 300) for line in lines], 2_600, shown=20)}")]
        else:
            plan = SprintPlan.model_validate(proposal.result)
            proposed = Proposed(proposal.id, plan, difference(sprint_plan_of(row), plan))
            text, blocks = "What the adjustment changes", adjusting.proposal_card(proposed)
        reach(self._messages, channel=proposal.channel, user=proposal.created_by, text=text, blocks=blocks)
        if proposal.view_id:
            done = forms.closing("The difference is shown to you in the conversation.", adjusting.TITLE)
            attempt(lambda: self._messages.update_view(proposal.view_id, done))

    def _read(self, proposal_id: str) -> tuple[PlanProposal, SprintPlanRow]:
        with self._database.transaction() as session:
            proposal = find_proposal(session, proposal_id)
            row = find_sprint_plan(session, proposal.sprint_plan) if proposal else None
        if proposal is None or row is None:
            raise LookupError(f"adjustment {proposal_id} is gone")
        return proposal, row
