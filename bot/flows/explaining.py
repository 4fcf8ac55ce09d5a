"""Explanations as durable work: they need the document as it was planned, which the board has a say in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bot.adapters.boards.port import Board, BoardError, BoardUnavailable
from bot.adapters.workspace.messages import Messages
from bot.blocks import explaining, forms, notices
from bot.blocks.details import Bookmark
from bot.blocks.elements import Block
from bot.blocks.text import safe
from bot.flows.beside_board import beside_the_board
from bot.flows.cards import Cards
from bot.flows.delivery import Answer, attempt, deliver
from bot.flows.engine import DurableEngine
from planners.plan.models import PlanDocument
from planners.plan.problems import PlanProblems
from planners.sprints.model import SprintPlan
from planners.sprints.why import UnknownItem, explain_item, explain_plan
from storage.database import Database
from storage.plans import document_of, find_sprint_plan, sprint_plan_of, version
from storage.tables import SprintPlanRow

EXPLAIN = "plan.explain"
AFTER_SUBMISSION = 0.4


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a sprint plan, and the modal that waits. Without an `item` it is about the whole plan.

    `back` is the :class:`Bookmark` of the page that an item was asked about on.
    """

    plan: str
    view_id: str
    item: str = ""
    back: str = ""


class ExplainFlow:
    """The flow that answers. Build it before the engine starts; it registers itself there."""

    def __init__(
        self,
        engine: DurableEngine,
        database: Database,
        messages: Messages,
        boards: Callable[[str], Board],
        cards: Cards,
    ) -> None:
        self._engine = engine
        self._database = database
        self._messages = messages
        self._boards = boards
        self._cards = cards
        engine.register(EXPLAIN, self.run)

    def start(self, question: Question, key: str) -> None:
        """Answer it, once under this key."""
        self._engine.start_once(f"explain:{key}", EXPLAIN, asdict(question))

    def run(self, question: dict[str, Any]) -> Answer:
        """The flow."""
        asked = Question(**question)
        if asked.item:
            # Slack must have shown what the submission was answered with, or that would replace the explanation.
            self._engine.pause(AFTER_SUBMISSION)
        answer = deliver(self._engine, "explain", lambda: self._show(asked))
        if "why" in answer and answer["status"] != "refused":
            view = forms.closing(safe(answer["why"], 600), explaining.PLAN_TITLE)
            deliver(self._engine, "failed", lambda: self._update(asked.view_id, view))
        return answer

    def _show(self, asked: Question) -> None:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, asked.plan)
            document = document_of(version(session, row.plan_version)) if row is not None else None
        if row is None or document is None:
            self._update(asked.view_id, forms.closing(notices.GONE, explaining.PLAN_TITLE))
            return
        self._update(asked.view_id, self._answer(asked, row, document))

    def _answer(self, asked: Question, row: SprintPlanRow, document: PlanDocument) -> Block:
        plan = sprint_plan_of(row)
        try:
            planned = self._as_planned(document, plan, row.venture)
            if asked.item:
                return explaining.item_answer(explain_item(planned, plan, asked.item), Bookmark.parse(asked.back))
            return explaining.plan_answer(explain_plan(planned, plan), self._cards.state(row))
        except BoardUnavailable:
            raise
        except BoardError as error:
            text = f"The board can't be asked: {safe(error, 600)}"
        except UnknownItem as error:
            text = safe(error.args[0], 600)
        except PlanProblems:
            text = notices.BOARD_MOVED
        if asked.item:
            return explaining.no_answer(text, Bookmark.parse(asked.back))
        return forms.closing(text, explaining.PLAN_TITLE)

    def _as_planned(self, document: PlanDocument, plan: SprintPlan, venture: str) -> PlanDocument:
        return beside_the_board(self._database, self._boards, document, plan.options, venture).document

    def _update(self, view_id: str, view: Block) -> None:
        """Who closed the modal does not wait for it any more."""
        attempt(lambda: self._messages.update_view(view_id, view))
