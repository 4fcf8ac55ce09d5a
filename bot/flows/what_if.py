"""What if? as durable work: the plan after some changes, beside the one that is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bot.adapters.boards.port import Board, BoardError, BoardUnavailable
from bot.adapters.workspace.messages import Messages
from bot.blocks import notices
from bot.blocks import what_if as blocks
from bot.blocks.elements import Block
from bot.blocks.forms import closing
from bot.blocks.text import bullets, safe
from bot.flows.beside_board import beside_the_board
from bot.flows.delivery import Answer, attempt, deliver
from bot.flows.engine import DurableEngine
from bot.flows.reaching import reach
from planners.plan.problems import PlanProblems
from planners.sprints.answers import WhatIf
from planners.sprints.what_if import WhatIfError, what_if
from storage.database import Database
from storage.forms import find_proposal
from storage.plans import document_of, find_sprint_plan, sprint_plan_of, version

WHAT_IF = "plan.what_if"


@dataclass(frozen=True, slots=True)
class Asked:
    """The changes asked about, and where the answer goes. `value` is that of the plan's card.

    With a `proposal` the answer can be adopted.
    """

    plan: str
    changes: tuple[str, ...]
    view_id: str
    user: str
    channel: str
    value: str
    proposal: str = ""

    @property
    def line(self) -> str:
        """The changes as they were typed."""
        return "; ".join(self.changes)


class WhatIfFlow:
    """The flow that answers. Build it before the engine starts; it registers itself there."""

    def __init__(
        self,
        engine: DurableEngine,
        database: Database,
        messages: Messages,
        boards: Callable[[str], Board],
        *,
        seconds: float,
    ) -> None:
        """`seconds` is how long a plan may be improved."""
        self._engine = engine
        self._database = database
        self._messages = messages
        self._boards = boards
        self._seconds = seconds
        engine.register(WHAT_IF, self.run)

    def start(self, asked: Asked, key: str) -> None:
        """Answer it, once under this key."""
        self._engine.start_once(f"what_if:{key}", WHAT_IF, asdict(asked) | {"changes": list(asked.changes)})

    def run(self, order: dict[str, Any]) -> Answer:
        """The flow."""
        asked = Asked(**{**order, "changes": tuple(order["changes"])})
        told = deliver(self._engine, "what_if", lambda: self._show(asked, self._answer(asked)))
        if "why" in told and told["status"] != "refused":
            deliver(self._engine, "failed", lambda: self._show(asked, self._refusal(asked, safe(told["why"], 600))))
        return told

    def _answer(self, asked: Asked) -> list[Block]:
        try:
            found = self._compute(asked)
        except BoardUnavailable:
            raise
        except BoardError as error:
            return self._refusal(asked, f"The board can't be asked: {safe(error, 600)}")
        except WhatIfError as error:
            return self._refusal(asked, safe(error, 600))
        except PlanProblems as error:
            return self._refusal(asked, bullets([safe(problem, 300) for problem in error.problems], shown=10))
        if found is None:
            return self._refusal(asked, notices.GONE)
        return blocks.answer(found, asked.value, asked.proposal)

    def _refusal(self, asked: Asked, text: str) -> list[Block]:
        return blocks.refusal(text, asked.value, asked.line)

    def _compute(self, asked: Asked) -> WhatIf | None:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, asked.plan)
            document = document_of(version(session, row.plan_version)) if row is not None else None
        if row is None or document is None:
            return None
        plan = sprint_plan_of(row)
        of_venture = document.plan.model_copy(update={"venture": row.venture})
        document = document.model_copy(update={"plan": of_venture})
        now = beside_the_board(self._database, self._boards, document, plan.options, row.venture)
        found = what_if(
            now.document, plan.options, asked.changes, pinned=now.pinned, before=plan, seconds=self._seconds
        )
        if asked.proposal:
            with self._database.transaction() as session:
                proposal = find_proposal(session, asked.proposal)
                if proposal is not None:
                    proposal.result = found.plan.model_dump(mode="json")
                    session.add(proposal)
        return found

    def _show(self, asked: Asked, answer: list[Block]) -> None:
        reach(self._messages, channel=asked.channel, user=asked.user, text=blocks.TITLE, blocks=answer)
        attempt(lambda: self._messages.update_view(asked.view_id, closing(blocks.DONE, blocks.TITLE)))
