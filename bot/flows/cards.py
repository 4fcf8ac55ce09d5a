"""Reads a sprint plan and gives its card: the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.adapters.boards.port import Board, BoardError
from bot.blocks.cards import CardState, card, fallback
from bot.blocks.elements import Block
from planners.sprints.answers import PlanConflict
from planners.sprints.difference import difference
from planners.sprints.model import PlanDifference, SprintPlan
from storage.database import Database
from storage.plans import find_sprint_plan, last_pushed, sprint_plan_of
from storage.tables import SprintPlanRow

EMBEDDED = "embedded"
OPEN_TO_CHANGE = ("preview", "shared")
OWN_BOARD = "Muster's own board"
IN_MESSAGES = "The burn-up picture is in your direct messages with me."
IN_THREAD = "The burn-up picture is in the thread."


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is sent, with the row it was made from."""

    row: SprintPlanRow
    plan: SprintPlan
    text: str
    blocks: list[Block]


class Cards:
    """Builds cards from the database."""

    def __init__(
        self,
        database: Database,
        boards: Callable[[str], Board],
        *,
        rich: bool,
        conflicts: Callable[[SprintPlanRow, SprintPlan], Sequence[PlanConflict]] | None = None,
    ) -> None:
        """`conflicts` finds what contradicts each other in a plan that is not decided yet; it may take seconds."""
        self._conflicts = conflicts
        self._database = database
        self._boards = boards
        self._rich = rich

    def board_name(self, venture: str) -> str:
        """What people call the venture's board, without asking it: this is needed within a listener's three seconds."""
        try:
            target = self._boards(venture).target
        except BoardError:
            return "the board"
        return OWN_BOARD if target == EMBEDDED else f"Jira {target.rsplit('/', 1)[-1]}"

    def build(self, plan_id: str, *, shared: bool = False, plain: bool = False) -> Card | None:
        """The current card; None when there is no such plan. For durable work: contradictions are looked for.

        `shared`: as the channel sees it. `plain`: without Slack's newer blocks, whatever the server shows.
        """
        with self._database.transaction() as session:
            row = find_sprint_plan(session, plan_id)
            if row is None:
                return None
            pushed = last_pushed(session, row.venture)
        plan = sprint_plan_of(row)
        earlier = pushed is not None and pushed.id != row.id and row.status != "pushed"
        since = difference(sprint_plan_of(pushed), plan) if pushed is not None and earlier else None
        picture = (IN_THREAD if shared else IN_MESSAGES) if plan.forecast.burn_up else ""
        state = self.state(row, shared=shared, since_push=since, picture=picture)
        if self._conflicts is not None and row.status in OPEN_TO_CHANGE:
            state = replace(state, conflicts=self._conflicts(row, plan))
        return Card(row, plan, fallback(plan), card(plan, state, rich=self._rich and not plain))

    def state(
        self, row: SprintPlanRow, *, shared: bool = False, since_push: PlanDifference | None = None, picture: str = ""
    ) -> CardState:
        """Where a row stands, in the card's words."""
        return CardState(
            plan_id=row.id,
            revision=row.revision,
            status=row.status,
            board=self.board_name(row.venture),
            created_by=row.created_by,
            decided_by=row.decided_by,
            shared=shared or row.message_ts is not None,
            since_push=since_push,
            picture=picture,
        )
