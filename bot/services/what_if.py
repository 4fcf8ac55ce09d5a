"""What if? Asked about a plan that is not decided yet; what the options can express may be adopted."""

from __future__ import annotations

from dataclasses import replace

from bot.blocks import notices
from bot.blocks import what_if as blocks
from bot.blocks.forms import closing
from bot.flows.what_if import Asked, WhatIfFlow
from bot.services.adjusting import Adjusting
from bot.services.clicks import Click, PlanRef
from bot.services.sprint_plans import UNDECIDED, SprintPlans
from bot.services.telling import Telling
from planners.plan.models import PlanDocument
from planners.plan.problems import PlanProblems
from planners.sprints.model import PlanOptions
from planners.sprints.what_if import WhatIfError, apply
from storage.clock import Clock
from storage.database import Database
from storage.forms import add_proposal, find_proposal
from storage.plans import document_of, find_sprint_plan, sprint_plan_of, version
from storage.tables import AuthorityAction, SprintPlanRow

MOST_CHANGES = 6
ADOPTED = "The plan is changed. You find the new preview in the conversation."


class WhatIfs:
    """Opens the line, checks what is typed, starts the work, and adopts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        plans: SprintPlans,
        adjusting: Adjusting,
        flow: WhatIfFlow,
        telling: Telling,
    ) -> None:
        self._database = database
        self._clock = clock
        self._plans = plans
        self._adjusting = adjusting
        self._flow = flow
        self._telling = telling

    def open(self, click: Click, ref: PlanRef, text: str = "") -> str | None:
        """Open the line to type, filled in with `text`; a sentence when that makes no sense any more."""
        row, refused = self._plans.undecided(click, ref)
        if row is not None:
            self._telling.open(click, blocks.form(f"{row.id}:{row.revision}|{click.channel}", text=text))
        return refused

    def submit(self, click: Click, metadata: str, text: str) -> dict[str, str]:
        """Take the line. Problems at the field, or nothing: then the answer is being computed."""
        value, _, channel = metadata.partition("|")
        ref = PlanRef.parse(value)
        with self._database.transaction() as session:
            row = find_sprint_plan(session, ref.plan_id)
            document = document_of(version(session, row.plan_version)) if row is not None else None
        if row is None or document is None:
            return {blocks.FIELD: notices.GONE}
        if refused := self._plans.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return {blocks.FIELD: refused}
        if row.revision != ref.revision or row.status not in UNDECIDED:
            return {blocks.FIELD: "The plan changed meanwhile. Please close this and look at it again."}
        changes = tuple(" ".join(part.split()) for part in text.split(blocks.SEPARATOR) if part.strip())
        if not 1 <= len(changes) <= MOST_CHANGES:
            return {blocks.FIELD: f"Type one change, or up to {MOST_CHANGES} with {blocks.SEPARATOR} between them."}
        options = sprint_plan_of(row).options
        try:
            changed = apply(document, options, changes)
        except (WhatIfError, PlanProblems) as error:
            return {blocks.FIELD: str(error)[:2_000]}
        proposal = self._proposal(click, row, channel, options, document, changed)
        asked = Asked(row.id, changes, click.view_id, click.user, channel or row.channel or "", metadata, proposal)
        self._flow.start(asked, f"{row.id}:{click.trigger}")
        return {}

    def adopt(self, click: Click, proposal_id: str) -> None:
        """Put the changed plan in the preview's place; the modal says what came of it."""
        with self._database.transaction() as session:
            proposal = find_proposal(session, proposal_id)
        channel = proposal.channel if proposal is not None else ""
        told = self._adjusting.keep(replace(click, channel=channel), proposal_id)
        self._telling.update(click.view_id, closing(told or ADOPTED, blocks.TITLE))

    def _proposal(
        self,
        click: Click,
        row: SprintPlanRow,
        channel: str,
        options: PlanOptions,
        document: PlanDocument,
        changed: tuple[PlanDocument, PlanOptions],
    ) -> str:
        """The id of what may be adopted; empty where the changes are in the document, which only its file can keep."""
        if changed[0] is not document or changed[1] == options:
            return ""
        with self._database.transaction() as session:
            return add_proposal(
                session,
                row.id,
                base_revision=row.revision,
                options=changed[1].model_dump(mode="json"),
                channel=channel or row.channel or "",
                response_url="",
                by=click.user,
                at=self._clock.now(),
            ).id
