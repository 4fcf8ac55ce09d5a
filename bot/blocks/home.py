"""The Home tab: the person's open sprint plans and ventures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.cards import SHOW
from bot.blocks.elements import Block, actions, button, context, divider, header, section
from bot.blocks.text import count, day, safe

MORE = "home.more"
PLANS_SHOWN = 20
VENTURES_SHOWN = 20

_STANDING = {
    "preview": "preview, only you see it",
    "shared": "shared, waits for approval",
    "approved": "approved, on its way to the board",
    "failed": "approved, but the push did not finish",
}


@dataclass(frozen=True, slots=True)
class HomePlan:
    """One open sprint plan in the list."""

    plan_id: str
    revision: int
    title: str
    venture: str
    status: str
    created_at: dt.datetime
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class HomeVenture:
    """One venture in the list. `plan_number` is None when it has no stored plan."""

    key: str
    title: str
    plan_number: int | None = None


def home(plans: Sequence[HomePlan], ventures: Sequence[HomeVenture], *, left: int = 0, next_after: str = "") -> Block:
    """The whole tab; `left` plans are not listed, and `next_after` is where the next page of ventures begins."""
    blocks: list[Block] = [header("Your sprint plans")]
    if not plans:
        blocks.append(section("Nothing is open. Type `/sprint-plan` in a channel to plan a venture's sprints."))
    for plan in plans[:PLANS_SHOWN]:
        where = f" · <#{plan.channel}>" if plan.channel and plan.channel[:1] in "CG" else ""
        text = (
            f"*{safe(plan.title, 100)}* ({safe(plan.venture, 40)})\n"
            f"{_STANDING.get(plan.status, plan.status)} · {day(plan.created_at.date())}{where}"
        )
        blocks.append(section(text, accessory=button("Show", SHOW, f"{plan.plan_id}:{plan.revision}")))
    if left:
        blocks.append(context(f"…and {count(left, 'older plan')}. Discard what you no longer need."))
    blocks += [divider(), header("Your ventures")]
    if not ventures:
        blocks.append(section("None yet. `/sprint-plan` with a plan attached starts one, if you may."))
    for venture in ventures[:VENTURES_SHOWN]:
        stored = f"plan, version {venture.plan_number}" if venture.plan_number else "no plan stored"
        key = safe(venture.key, 80)
        blocks.append(section(f"*{safe(venture.title, 100)}* ({key})\n{stored} · `/sprint-plan {key}` in its channel"))
    if next_after:
        blocks.append(actions([button("More ventures", MORE, next_after)]))
    return {"type": "home", "blocks": blocks[:100]}
