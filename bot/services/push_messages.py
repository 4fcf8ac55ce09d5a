"""The message that follows a push: posted once, edited in place, ended with links."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import structlog

from bot.adapters.workspace.errors import SlackRefused
from bot.adapters.workspace.messages import Block, Messages
from bot.blocks.progress import PushView, push_card, push_text
from bot.blocks.text import period
from bot.flows.cards import Cards
from storage.clock import Clock
from storage.database import Database
from storage.plans import find_sprint_plan
from storage.pushes import find_push
from storage.tables import Push, SprintPlanRow

log = structlog.get_logger(__name__)

# Slack lets an app edit about once a second in a channel, and about fifty times a minute in all.
BETWEEN_EDITS = dt.timedelta(seconds=2)
SPRINTS_SHOWN = 30


class PushMessages:
    """Tells people how a push goes. What it raises is logged by the push, which goes on."""

    def __init__(self, database: Database, clock: Clock, messages: Messages, cards: Cards) -> None:
        self._database = database
        self._clock = clock
        self._messages = messages
        self._cards = cards
        self._edited: dict[str, dt.datetime] = {}
        self._lock = threading.Lock()

    def progress(self, push: Push) -> None:
        """Show how far it is, no more often than Slack allows."""
        now = self._clock.now()
        with self._lock:
            last = self._edited.get(push.id)
            if last is not None and now - last < BETWEEN_EDITS:
                return
            self._edited[push.id] = now
        row = self._row(push)
        if row is not None:
            self._show(push, row, self._view(push, row, status="running"))

    def finished(self, push: Push) -> None:
        """Show the end, on its own message and on the plan's card."""
        with self._lock:
            self._edited.pop(push.id, None)
        row = self._row(push)
        if row is None or push.outcome is None:
            return
        self._show(push, row, self._view(push, row, status=str(push.outcome["status"])))
        if row.channel and row.message_ts:
            built = self._cards.build(row.id, shared=True)
            if built is not None:
                self._messages.edit(row.channel, row.message_ts, built.text, built.blocks)

    def _show(self, push: Push, row: SprintPlanRow, view: PushView) -> None:
        try:
            self._put(push, row, push_text(view), push_card(view, rich=self._messages.rich))
        except SlackRefused as error:
            if not error.blocks_unknown:
                raise
            self._put(push, row, push_text(view), push_card(view, rich=False))

    def _put(self, push: Push, row: SprintPlanRow, text: str, blocks: list[Block]) -> None:
        if push.channel and push.message_ts:
            self._messages.edit(push.channel, push.message_ts, text, blocks)
            return
        channel = push.channel or ""
        if channel.startswith(("C", "G", "D")):
            try:
                ts = self._messages.post(channel, text, blocks)
            except SlackRefused as error:
                if not error.not_there:
                    raise
            else:
                self._remember(push, channel, ts)
                return
        direct = self._messages.direct(row.decided_by or row.created_by)
        self._remember(push, direct, self._messages.post(direct, text, blocks))

    def _remember(self, push: Push, channel: str, ts: str) -> None:
        push.channel, push.message_ts = channel, ts
        with self._database.transaction() as session:
            stored = find_push(session, push.id, lock=True)
            if stored is not None:
                stored.channel, stored.message_ts = channel, ts
                session.add(stored)

    def _row(self, push: Push) -> SprintPlanRow | None:
        with self._database.transaction() as session:
            fresh = find_push(session, push.id)
            if fresh is not None:
                push.channel, push.message_ts = fresh.channel, fresh.message_ts
            return find_sprint_plan(session, push.sprint_plan)

    def _view(self, push: Push, row: SprintPlanRow, *, status: str) -> PushView:
        outcome: dict[str, Any] = push.outcome or {}
        problems = outcome.get("problems", [])
        board = outcome.get("board") or {}
        return PushView(
            title=str(row.result.get("title", row.venture)),
            board=str(board.get("name") or self._cards.board_name(row.venture)),
            approved_by=row.decided_by or row.created_by,
            status=status,
            phase=push.phase,
            done=push.done,
            total=push.total,
            counts=outcome.get("counts", {}),
            refused=[str(each["text"]) for each in outcome.get("refused", [])],
            kept=[f"{each['key']}: {each['reason']}" for each in outcome.get("kept", [])],
            links=_links(outcome),
            failure="; ".join(str(each["text"]) for each in problems),
            todo=[str(each["todo"]) for each in problems if each.get("todo")],
            plan_value=f"{row.id}:{row.revision}",
        )


def _days(sprint: dict[str, Any]) -> str:
    return period(dt.date.fromisoformat(sprint["start"]), dt.date.fromisoformat(sprint["end"]))


def _links(outcome: dict[str, Any]) -> list[tuple[str, str]]:
    """The board, its epics and its sprints; a link is empty where there is no page."""
    board = outcome.get("board")
    links = [(str(board["name"]), str(board["url"] or ""))] if board else []
    links += [(f"{epic['key']} {epic['title']}", str(epic["url"] or "")) for epic in outcome.get("epics", [])]
    sprints = outcome.get("sprints", [])
    links += [(f"{each['name']}: {_days(each)}", "") for each in sprints[:SPRINTS_SHOWN]]
    return links
