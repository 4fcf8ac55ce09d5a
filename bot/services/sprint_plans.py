"""Decisions on a sprint plan: share, approve, try again, discard. Each is one transaction and then durable work."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from bot.adapters.boards.port import Board, BoardError
from bot.blocks import notices
from bot.blocks.text import safe
from bot.flows.cards import Cards
from bot.flows.push import PushFlow
from bot.flows.showing import Order, Showing
from bot.services.authority import Authorities, Verdict
from bot.services.clicks import Click, PlanRef
from storage import audit
from storage.clock import Clock
from storage.database import Database
from storage.locking import begin_writing
from storage.plans import find_sprint_plan, move
from storage.pushes import request_push
from storage.tables import AuthorityAction, SprintPlanRow, SprintPlanStatus


class TooLate(Exception):
    """A click came after a decision or a change; the message is a sentence for the person."""


UNDECIDED = (SprintPlanStatus.PREVIEW.value, SprintPlanStatus.SHARED.value)


class SprintPlans:
    """One method a button. Each gives a sentence for the person who clicked, or None when the card says it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        authorities: Authorities,
        boards: Callable[[str], Board],
        cards: Cards,
        showing: Showing,
        push: PushFlow,
    ) -> None:
        self._database = database
        self._clock = clock
        self._authorities = authorities
        self._boards = boards
        self._cards = cards
        self._showing = showing
        self._push = push

    def approve(self, click: Click, ref: PlanRef) -> str | None:
        """Approve and start the push, once, whoever else approves at the same moment."""
        return self._start_push(click, ref, UNDECIDED, "sprint_plan.approved")

    def retry(self, click: Click, ref: PlanRef) -> str | None:
        """Take a push that did not finish up again."""
        return self._start_push(click, ref, (SprintPlanStatus.FAILED.value,), "sprint_plan.push_again")

    def share(self, click: Click, ref: PlanRef) -> str | None:
        """Post the plan in its channel."""
        row = self._find(ref)
        if row is None:
            return notices.GONE
        if refused := self.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return refused
        if not (row.channel or "").startswith(("C", "G")):
            return notices.no_channel(row.venture)
        try:
            with self._database.transaction() as session:
                row = self._current(session, ref, UNDECIDED)
                if row.status == SprintPlanStatus.PREVIEW.value:
                    move(session, row, SprintPlanStatus.SHARED)
                    self._record(session, click, row, "sprint_plan.shared")
        except TooLate as late:
            return self._too_late(click, row, late)
        order = Order(row.id, "share", row.channel or "", click.user, click.response_url)
        self._showing.start(order, f"{row.id}:{click.trigger}")
        return None

    def discard(self, click: Click, ref: PlanRef) -> str | None:
        """Put a plan away; the technical plan stays."""
        row = self._find(ref)
        if row is None:
            return notices.GONE
        if refused := self.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return refused
        try:
            with self._database.transaction() as session:
                row = self._current(session, ref, (*UNDECIDED, SprintPlanStatus.FAILED.value))
                move(session, row, SprintPlanStatus.DISCARDED, by=click.user, at=self._clock.now())
                self._record(session, click, row, "sprint_plan.discarded")
        except TooLate as late:
            return self._too_late(click, row, late)
        self.refresh(click, row)
        return None

    def csv(self, click: Click, ref: PlanRef) -> str | None:
        """Send the clicker the backlog as a CSV."""
        row = self._find(ref)
        if row is None:
            return notices.GONE
        if refused := self.look_refusal(click.user, row):
            return refused
        self._showing.start_hand_out(row.id, click.user, click.response_url, f"{row.id}:{click.trigger}")
        return None

    def show(self, click: Click, ref: PlanRef) -> str | None:
        """Show the preview again, from the Home tab: in the person's direct messages."""
        row = self._find(ref)
        if row is None:
            return notices.GONE
        if refused := self.look_refusal(click.user, row):
            return refused
        self._showing.start(Order(row.id, "direct", "", click.user), f"{row.id}:{click.trigger}")
        return notices.SHOWN

    def refresh(self, click: Click, row: SprintPlanRow, note: str = "") -> None:
        """Show the current card in the place of the clicked one, and in the channel where it was shared."""
        shared = row.message_ts is not None
        if shared:
            self._showing.start(Order(row.id, "edit", "", click.user), f"{row.id}:{click.trigger}:edit")
        if not shared or click.message_ts != row.message_ts:
            how = "direct" if click.at_home else "replace"
            order = Order(row.id, how, click.channel, click.user, click.response_url, note)
            self._showing.start(order, f"{row.id}:{click.trigger}")

    def undecided(self, click: Click, ref: PlanRef) -> tuple[SprintPlanRow | None, str | None]:
        """The row, if the person may plan and saw it as it still is; else a sentence, or the current card instead."""
        row = self._find(ref)
        if row is None:
            return None, notices.GONE
        if refused := self.refusal(click.user, row.venture, AuthorityAction.PLAN):
            return None, refused
        if row.status not in UNDECIDED:
            return None, notices.already(row.status, row.decided_by, "the board")
        if row.revision != ref.revision:
            self.refresh(click, row, notices.OUTDATED)
            return None, None
        return row, None

    def refusal(self, user: str, venture: str, action: AuthorityAction) -> str | None:
        """Why a person may not, in a sentence; None when they may."""
        verdict = self._authorities.may(user, venture, action)
        if verdict is Verdict.ALLOWED:
            return None
        return notices.UNCHECKED if verdict is Verdict.UNCHECKED else notices.refusal(action.value, venture)

    def look_refusal(self, user: str, row: SprintPlanRow) -> str | None:
        """Why a person may not see a plan; a shared one everybody may."""
        if row.message_ts is not None:
            return None
        verdict = self._authorities.may_look(user, row.venture)
        if verdict is Verdict.ALLOWED:
            return None
        return notices.UNCHECKED if verdict is Verdict.UNCHECKED else notices.refusal("look", row.venture)

    def _start_push(self, click: Click, ref: PlanRef, expected: tuple[str, ...], action: str) -> str | None:
        row = self._find(ref)
        if row is None:
            return notices.GONE
        if refused := self.refusal(click.user, row.venture, AuthorityAction.APPROVE):
            return refused
        try:
            target = self._boards(row.venture).target
        except BoardError as error:
            return f"The board can't be used yet: {safe(error, 400)}"
        now = self._clock.now()
        try:
            with self._database.transaction() as session:
                row = self._current(session, ref, expected)
                move(session, row, SprintPlanStatus.APPROVED, by=click.user, at=now)
                push = request_push(session, row, target=target, at=now, channel=row.channel or click.channel)
                self._record(session, click, row, action)
        except TooLate as late:
            return self._too_late(click, row, late)
        self._push.start(push)
        self.refresh(click, row)
        return None

    def _current(self, session: Session, ref: PlanRef, expected: tuple[str, ...]) -> SprintPlanRow:
        """The row, locked, if it is what the person saw and may still be decided. Raises :class:`TooLate`."""
        begin_writing(session)
        row = find_sprint_plan(session, ref.plan_id, lock=True)
        if row is None:
            raise TooLate(notices.GONE)
        if row.status not in expected:
            raise TooLate(notices.already(row.status, row.decided_by, self._cards.board_name(row.venture)))
        if row.revision != ref.revision:
            raise TooLate(notices.OUTDATED)
        return row

    def _too_late(self, click: Click, row: SprintPlanRow, late: TooLate) -> str | None:
        """Show the current card where the person clicked; the sentence stands above it, or comes beside it."""
        current = self._find(PlanRef(row.id, row.revision))
        if current is None:
            return notices.GONE
        self.refresh(click, current, str(late))
        return str(late) if click.message_ts and click.message_ts == current.message_ts else None

    def _find(self, ref: PlanRef) -> SprintPlanRow | None:
        with self._database.transaction() as session:
            return find_sprint_plan(session, ref.plan_id)

    def _record(self, session: Session, click: Click, row: SprintPlanRow, action: str) -> None:
        audit.record(
            session,
            at=self._clock.now(),
            actor=click.user,
            action=action,
            subject=row.id,
            venture=row.venture,
            detail={"revision": row.revision, "digest": row.digest},
        )
