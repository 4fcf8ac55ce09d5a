"""What if? Asked about a plan that is not decided yet; what the options can express may be adopted."""

from __future__ import annotations

from bot.blocks import notices
from bot.blocks import what_if as blocks
from bot.flows.what_if import Asked, WhatIfFlow
from bot.services.clicks import Click, PlanRef
from bot.services.sprint_plans import UNDECIDED, SprintPlans
from bot.services.telling import Telling
from planners.plan.problems import PlanProblems
from planners.sprints.model import PlanOptions
from planners.sprints.what_if import WhatIfError, apply
from storage.clock import Clock
from storage.database import Database
from storage.forms import add_proposal
from storage.plans import document_of, find_sprint_plan, sprint_plan_of, version
from storage.tables import AuthorityAction, SprintPlanRow

MOST_CHANGES = 6


class WhatIfs:
    """Opens the line, checks what is typed, and starts the work. An adjustment is adopted as one is kept."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        plans: SprintPlans,
        flow: WhatIfFlow,
        telling: Telling,
    ) -> None:
        self._database = database
        self._clock = clock
        self._plans = plans
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
        proposal = ""
        if changed[0] is document:
            if changed[1] == options:
                return {blocks.FIELD: "This is so already; nothing would change."}
            proposal = self._proposal(click, row, channel, changed[1])
        asked = Asked(row.id, changes, click.view_id, click.user, channel or row.channel or "", value, proposal)
        self._flow.start(asked, f"{row.id}:{click.trigger}")
        return {}

    def _proposal(self, click: Click, row: SprintPlanRow, channel: str, options: PlanOptions) -> str:
        """The id of what may be adopted. Changes of the document itself may not: only its file can keep them."""
        with self._database.transaction() as session:
            return add_proposal(
                session,
                row.id,
                base_revision=row.revision,
                options=options.model_dump(mode="json"),
                channel=channel or row.channel or "",
                response_url="",
                by=click.user,
                at=self._clock.now(),
            ).id
