"""Why? Asked about an item or about a whole sprint plan; durable work answers in the modal."""

from __future__ import annotations

from bot.blocks import explaining, notices
from bot.blocks.details import ITEM, Bookmark
from bot.flows.explaining import ExplainFlow, Question
from bot.services.clicks import Click, PlanRef
from bot.services.sprint_plans import SprintPlans
from bot.services.telling import Telling
from storage.database import Database
from storage.plans import find_sprint_plan


class Explaining:
    """Takes questions of who may see the plan."""

    def __init__(self, database: Database, plans: SprintPlans, flow: ExplainFlow, telling: Telling) -> None:
        self._database = database
        self._plans = plans
        self._flow = flow
        self._telling = telling

    def plan(self, click: Click, ref: PlanRef) -> str | None:
        """What holds up the plan; a sentence when the person may not look."""
        if refused := self._refusal(click.user, ref):
            return refused
        view_id = self._telling.open(click, explaining.working(explaining.PLAN_TITLE))
        if view_id is not None:
            self._flow.start(Question(ref.plan_id, view_id), f"{ref.plan_id}:{click.trigger}")
        return None

    def item(self, click: Click, metadata: str, key: str) -> dict[str, str]:
        """Why an item is where it is, asked on a page of the details. A problem at the field, or nothing: then the
        answer will take the page's place."""
        ref = PlanRef.parse(Bookmark.parse(metadata).value)
        if refused := self._refusal(click.user, ref):
            return {ITEM: refused}
        if not key:
            return {ITEM: "Choose an item"}
        self._flow.start(Question(ref.plan_id, click.view_id, key, metadata), f"{ref.plan_id}:{click.trigger}")
        return {}

    def _refusal(self, user: str, ref: PlanRef) -> str | None:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, ref.plan_id)
        return notices.GONE if row is None else self._plans.look_refusal(user, row)
