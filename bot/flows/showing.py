"""Shows cards and pictures: to one person in a channel, in a direct message, or to everybody."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bot.adapters.workspace.errors import SlackRefused
from bot.adapters.workspace.messages import Messages
from bot.blocks.elements import section
from bot.blocks.notices import cannot_share
from bot.flows.cards import Card, Cards
from bot.flows.delivery import Answer, deliver
from bot.flows.engine import DurableEngine
from bot.flows.reaching import reach, say
from planners.sprints.chart import burn_up_alt_text, burn_up_png
from planners.sprints.csv_export import to_jira_csv
from storage.database import Database
from storage.forms import find_picture, keep_picture
from storage.plans import find_sprint_plan, sprint_plan_of
from storage.tables import PlanPicture, SprintPlanStatus

SHOW = "plan.show"
HAND_OUT = "plan.csv"
WITH_PICTURE = (SprintPlanStatus.PREVIEW.value, SprintPlanStatus.SHARED.value)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be shown, how and where.

    `how` is ``ephemeral`` (to one person), ``replace`` (in the place of the clicked message), ``share`` (to the
    channel, as the plan's card) or ``edit`` (the plan's card anew). `note` is a sentence above the card.
    """

    plan: str
    how: str
    channel: str
    user: str
    response_url: str = ""
    note: str = ""


class Showing:
    """The flow that shows a plan. Build it before the engine starts; it registers itself there."""

    def __init__(self, engine: DurableEngine, database: Database, messages: Messages, cards: Cards) -> None:
        self._engine = engine
        self._database = database
        self._messages = messages
        self._cards = cards
        engine.register(SHOW, self.run)
        engine.register(HAND_OUT, self.hand_out)

    def start(self, order: Order, key: str) -> None:
        """Show it, once under this key."""
        self._engine.start_once(f"show:{key}", SHOW, asdict(order))

    def start_hand_out(self, plan_id: str, user: str, response_url: str, key: str) -> None:
        """Send a person the CSV, once under this key."""
        self._engine.start_once(f"csv:{key}", HAND_OUT, plan_id, user, response_url)

    def run(self, order: dict[str, Any]) -> Answer:
        """The flow."""
        return self.show(Order(**order))

    def show(self, order: Order) -> Answer:
        """Inside a flow: the card, then the picture where it was not shown yet."""
        shown = deliver(self._engine, "card", lambda: self._show(order))
        if shown.get("picture_in"):
            deliver(
                self._engine, "picture", lambda: self._picture(order.plan, shown["picture_in"], shown.get("thread"))
            )
        return shown

    def hand_out(self, plan_id: str, user: str, response_url: str) -> Answer:
        """The flow that sends the CSV to a person's direct messages."""
        return deliver(self._engine, "csv", lambda: self._csv(plan_id, user, response_url))

    def _show(self, order: Order) -> Answer | None:
        try:
            return self._send(order, plain=False)
        except SlackRefused as error:
            if not error.blocks_unknown:
                raise
            return self._send(order, plain=True)

    def _send(self, order: Order, *, plain: bool) -> Answer | None:
        built = self._cards.build(order.plan, shared=order.how in ("share", "edit"), plain=plain)
        if built is None:
            return None
        if order.how == "share":
            return self._share(order, built)
        if order.how == "edit":
            if built.row.channel and built.row.message_ts:
                self._messages.edit(built.row.channel, built.row.message_ts, built.text, built.blocks)
            return None
        return self._to_person(order, built)

    def _to_person(self, order: Order, built: Card) -> Answer | None:
        direct = reach(
            self._messages,
            channel=order.channel,
            user=order.user,
            text=built.text,
            blocks=[*([section(order.note)] if order.note else []), *built.blocks][:50],
            response_url=order.response_url,
            replace=order.how == "replace",
        )
        if not built.plan.forecast.burn_up or built.row.status not in WITH_PICTURE:
            return None
        return {"picture_in": direct or self._messages.direct(order.user)}

    def _share(self, order: Order, built: Card) -> Answer | None:
        """Post the plan's card, once: the row that names the message is what makes it shared."""
        if built.row.message_ts is not None and built.row.channel is not None:
            self._messages.edit(built.row.channel, built.row.message_ts, built.text, built.blocks)
            return None
        try:
            ts = self._messages.post(order.channel, built.text, built.blocks)
        except SlackRefused as error:
            if not error.not_there:
                raise
            say(self._messages, order.response_url, cannot_share(order.channel))
            return None
        with self._database.transaction() as session:
            row = find_sprint_plan(session, order.plan, lock=True)
            if row is not None:
                row.channel, row.message_ts = order.channel, ts
                session.add(row)
        say(self._messages, order.response_url, f"Shared in <#{order.channel}>.", replace=True)
        return {"picture_in": order.channel, "thread": ts} if built.plan.forecast.burn_up else None

    def _picture(self, plan_id: str, conversation: str, thread: str | None) -> None:
        """Upload the burn-up, unless this conversation has the same one already.

        Slack has no way to put a private file into an ephemeral message, so the picture of a preview goes to the
        person's direct messages, and that of a shared plan into its thread.
        """
        with self._database.transaction() as session:
            row = find_sprint_plan(session, plan_id)
            if row is None or find_picture(session, plan_id, row.digest, conversation) is not None:
                return
        plan = sprint_plan_of(row)
        file_id, link = self._messages.upload(
            conversation,
            f"{plan.venture}-burn-up.png",
            burn_up_png(plan),
            title=f"Burn-up: {plan.title}",
            alt_text=burn_up_alt_text(plan)[:1000],
            thread=thread,
        )
        with self._database.transaction() as session:
            keep_picture(
                session,
                PlanPicture(
                    sprint_plan=plan_id, digest=row.digest, conversation=conversation, file_id=file_id, permalink=link
                ),
            )

    def _csv(self, plan_id: str, user: str, response_url: str) -> None:
        with self._database.transaction() as session:
            row = find_sprint_plan(session, plan_id)
        if row is None:
            return
        plan = sprint_plan_of(row)
        self._messages.upload(
            self._messages.direct(user),
            f"{plan.venture}-backlog.csv",
            to_jira_csv(plan).encode(),
            title=f"Backlog: {plan.title}",
            comment="The backlog as a CSV that Jira's importer takes.",
        )
        say(self._messages, response_url, "The CSV is in your direct messages with me.")
