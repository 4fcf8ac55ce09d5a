"""The details of a sprint plan, a page at a time."""

from __future__ import annotations

from bot.blocks import notices
from bot.blocks.details import Bookmark, Place, details
from bot.blocks.elements import Block
from bot.blocks.forms import closing
from bot.flows.cards import Cards
from bot.services.clicks import Click, PlanRef
from bot.services.sprint_plans import SprintPlans
from bot.services.telling import Telling
from storage.database import Database
from storage.plans import find_sprint_plan, sprint_plan_of

FIRST = Place(1)


class Details:
    """Opens the modal and turns its pages."""

    def __init__(self, database: Database, cards: Cards, plans: SprintPlans, telling: Telling) -> None:
        self._database = database
        self._cards = cards
        self._plans = plans
        self._telling = telling

    def open(self, click: Click, ref: PlanRef) -> str | None:
        """Open the modal at the first sprint; a sentence when the person may not look."""
        found = self._view(click.user, ref, FIRST)
        if isinstance(found, str):
            return found
        self._telling.open(click, found)
        return None

    def turn(self, click: Click, ref: PlanRef, place: Place) -> None:
        """Go to another sprint or page in the open modal."""
        found = self._view(click.user, ref, place)
        if not isinstance(found, str):
            self._telling.update(click.view_id, found)

    def back(self, click: Click, metadata: str) -> Block:
        """The page that an item was asked about on; what is said instead where the person may not look any more."""
        mark = Bookmark.parse(metadata)
        found = self._view(click.user, PlanRef.parse(mark.value), mark.place)
        return closing(found) if isinstance(found, str) else found

    def _view(self, user: str, ref: PlanRef, place: Place) -> Block | str:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, ref.plan_id)
        if row is None:
            return notices.GONE
        if refused := self._plans.look_refusal(user, row):
            return refused
        return details(sprint_plan_of(row), self._cards.state(row), place)
