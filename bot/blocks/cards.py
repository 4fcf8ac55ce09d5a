"""The card of a sprint plan: its preview, the shared message, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.elements import (
    OPTION_VALUE,
    OPTIONS,
    Block,
    actions,
    button,
    confirm,
    context,
    divider,
    header,
    section,
    select,
)
from bot.blocks.sprints import difference_text, forecast_lines, item_line, sprint_table, summary
from bot.blocks.text import MESSAGE, bullets, count, cut, escape, length, percent, person, safe
from planners.sprints.answers import PlanConflict
from planners.sprints.forecasting import forecast_sentence
from planners.sprints.model import PlanDifference, SprintPlan

APPROVE = "sprint_plan.approve"
SHARE = "sprint_plan.share"
ADJUST = "sprint_plan.adjust"
DETAILS = "sprint_plan.details"
WHAT_HOLDS = "sprint_plan.what_holds"
WHAT_IF = "sprint_plan.what_if"
TRY = "sprint_plan.try"
CSV = "sprint_plan.csv"
DISCARD = "sprint_plan.discard"
SHOW = "sprint_plan.show"
RETRY = "sprint_plan.retry"

WARNINGS_SHOWN = 6
UNPLACED_SHOWN = 5
CONFLICTS_SHOWN = 3
REPAIRS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CardState:
    """Where a sprint plan stands, as its card needs it. `board` is what people call the board."""

    plan_id: str
    revision: int
    status: str
    board: str
    created_by: str
    decided_by: str | None = None
    shared: bool = False
    since_push: PlanDifference | None = None
    picture: str = ""
    conflicts: Sequence[PlanConflict] = ()

    @property
    def value(self) -> str:
        """What a button carries: which plan, and which revision the person saw."""
        return f"{self.plan_id}:{self.revision}"


def card(plan: SprintPlan, state: CardState, *, rich: bool = True) -> list[Block]:
    """The whole card, within the limits of a message. What is cut can be seen through Details."""
    tail = _tail(plan, state)
    blocks = _head(plan, state)
    room = max(600, MESSAGE - length(blocks) - length(tail))
    tables, left = sprint_table(plan, rich=rich, budget=min(room, 4_500))
    blocks += tables
    if left > 0:
        blocks.append(context(f"{count(left, 'more sprint')}: press *Details*."))
    return blocks + tail


def fallback(plan: SprintPlan) -> str:
    """The text beside the blocks: for notifications and screen readers."""
    return f"{safe(plan.title, 150)}: {escape(forecast_sentence(plan))} {summary(plan)}."


def _head(plan: SprintPlan, state: CardState) -> list[Block]:
    blocks = [header(f"Sprint plan: {plan.title}")]
    blocks.append(section(f"*{escape(cut(forecast_sentence(plan), 250))}*\n{summary(plan)} · {_options(plan)}"))
    if state.status != "preview" or state.shared:
        blocks.append(context(_standing(state)))
    blocks += _contradictions(plan, state)
    if state.since_push is not None:
        changed = difference_text(state.since_push, shown=8, budget=1_600)
        blocks += [section(f"*Changed since the last push*\n{changed}"), divider()]
    return blocks


def _contradictions(plan: SprintPlan, state: CardState) -> list[Block]:
    """What can't be kept together, and the cheapest ways out, of which those can be tried that a line can say."""
    if not plan.infeasible and not state.conflicts:
        return []
    what = "No plan keeps every demand" if plan.infeasible else "No plan meets every milestone"
    if state.conflicts:
        shown = state.conflicts[:CONFLICTS_SHOWN]
        text = "\n".join(_conflict(conflict) for conflict in shown)
        if more := len(state.conflicts) - len(shown):
            text += f"\n…and {count(more, 'more contradiction')}"
    else:
        text = bullets([safe(reason, 300) for reason in plan.infeasible], 1_500, shown=5)
    blocks = [section(f"*{what}.* This is the best there is.\n{text}")]
    choices = _repairs(state)
    if choices and state.status in ("preview", "shared"):
        blocks.append(actions([select(TRY, choices, placeholder="Try a way out")]))
    return blocks


def _conflict(conflict: PlanConflict) -> str:
    ways = [f"    {n}. {safe(each.text, 160)}" for n, each in enumerate(conflict.repairs[:REPAIRS_SHOWN], 1)]
    return "\n".join(
        [f"• {safe(conflict.text, 300)}", *(["  What can be done, cheapest first:", *ways] if ways else [])]
    )


def _repairs(state: CardState) -> list[tuple[str, str]]:
    """The ways out as lines of What if?, each with the plan that it is for."""
    found: dict[str, str] = {}
    for conflict in state.conflicts[:CONFLICTS_SHOWN]:
        for repair in conflict.repairs[:REPAIRS_SHOWN]:
            value = f"{state.value}|{'; '.join(repair.what_if)}"
            if repair.what_if and len(value) <= OPTION_VALUE:
                found.setdefault(value, cut(repair.text, 75))
    return list(found.items())[:OPTIONS]


def _options(plan: SprintPlan) -> str:
    options = plan.options
    parts = [
        f"{count(options.sprint_weeks, 'week')} a sprint",
        f"buffer {percent(options.buffer)}",
        f"confidence {percent(options.confidence)}",
    ]
    if options.capacity_factor != 1:
        parts.append(f"capacity {percent(options.capacity_factor)}")
    if options.team:
        parts.append(f"team {escape(options.team)}")
    return " · ".join(parts)


def _standing(state: CardState) -> str:
    who = person(state.decided_by)
    return {
        "approved": f"Approved by {who}. It is on its way to {safe(state.board, 80)}.",
        "pushed": f"Approved by {who} and pushed to {safe(state.board, 80)}.",
        "failed": f"Approved by {who}, but the push to {safe(state.board, 80)} did not finish.",
        "discarded": f"Discarded by {who}.",
    }.get(state.status, f"Shared by {person(state.created_by)}. Not approved yet.")


def _tail(plan: SprintPlan, state: CardState) -> list[Block]:
    blocks: list[Block] = []
    if plan.unplaced:
        lines = bullets([item_line(item) for item in plan.unplaced], 900, shown=UNPLACED_SHOWN)
        blocks.append(section(f"*Did not fit*\n{lines}"))
    dates = forecast_lines(plan)
    blocks.append(section("*Forecast*\n" + bullets(dates, 1_200, shown=6)))
    if plan.warnings:
        lines = bullets([safe(warning.text, 260) for warning in plan.warnings], 1_500, shown=WARNINGS_SHOWN)
        blocks.append(context(f"*Warnings*\n{lines}"))
    if plan.assumptions:
        lines = bullets([f"{safe(each.name, 60)}: {safe(each.text, 260)}" for each in plan.assumptions], 1_800)
        blocks.append(context(f"*Assumptions*\n{lines}"))
    if state.picture:
        blocks.append(context(state.picture))
    buttons = card_buttons(plan, state)
    if buttons:
        blocks.append(actions(buttons, block_id=f"sprint_plan:{state.value}"))
    if state.status == "preview" and not state.shared:
        blocks.append(context("Only you see this, until you share it. It is kept in Muster's Home tab."))
    return blocks


def card_buttons(plan: SprintPlan, state: CardState) -> list[Block]:
    """The buttons that make sense where the plan stands. The server checks again at every click."""
    value = state.value
    look = [
        button("Details", DETAILS, value),
        button("What holds it up", WHAT_HOLDS, value),
        button("CSV", CSV, value),
    ]
    discard = button(
        "Discard",
        DISCARD,
        value,
        style="danger",
        confirm=confirm(
            "Discard this sprint plan?", "The technical plan stays. You can plan again at any time.", "Discard"
        ),
    )
    if state.status == "failed":
        return [button("Try again", RETRY, value, style="primary"), *look, discard]
    if state.status not in ("preview", "shared"):
        return look
    buttons = []
    if any(item.sprint is not None for item in plan.items):
        buttons.append(
            button(
                "Approve and push",
                APPROVE,
                value,
                style="primary",
                confirm=confirm("Approve and push?", _question(plan, state), "Approve and push"),
            )
        )
    if not state.shared:
        buttons.append(button("Share", SHARE, value))
    return [*buttons, button("Adjust", ADJUST, value), button("What if?", WHAT_IF, value), *look, discard]


def _question(plan: SprintPlan, state: CardState) -> str:
    where = cut(state.board, 80)
    if state.since_push is not None:
        return f"{cut(plan.title, 80)}: only what changed goes to {where}. Active and closed sprints stay as they are."
    return f"{cut(plan.title, 80)}: {summary(plan)} go to {where}."
