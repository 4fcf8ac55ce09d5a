"""Why? Asked about an item or about a whole sprint plan; durable work answers in the modal."""

from __future__ import annotations

from bot.blocks import explaining, notices
from bot.blocks.details import Place
from bot.blocks.forms import closing
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

    def item(self, click: Click, ref: PlanRef, key: str, place: Place) -> None:
        """Why an item is where it is, asked on a page of the details: the answer takes the page's place."""
        if refused := self._refusal(click.user, ref):
            self._telling.update(click.view_id, closing(refused))
            return
        if self._telling.update(click.view_id, explaining.working()):
            question = Question(ref.plan_id, click.view_id, key, place.sprint, place.page)
            self._flow.start(question, f"{ref.plan_id}:{click.trigger}")

    def _refusal(self, user: str, ref: PlanRef) -> str | None:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, ref.plan_id)
        return notices.GONE if row is None else self._plans.look_refusal(user, row)
