"""Adjusting a preview: the modal, and the difference with its two ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.elements import (
    Block,
    actions,
    button,
    context,
    date_input,
    field,
    header,
    modal,
    section,
    select,
    text_input,
)
from bot.blocks.forms import ALL_TEAMS, ANSWER
from bot.blocks.sprints import difference_text, summary
from bot.blocks.text import escape, number
from planners.sprints.forecasting import forecast_sentence
from planners.sprints.model import PlanDifference, PlanOptions, SprintPlan

CALLBACK = "sprint_plan.adjust_form"
KEEP = "sprint_plan.keep"
DROP = "sprint_plan.drop"
TITLE = "Adjust the plan"


@dataclass(frozen=True, slots=True)
class Proposed:
    """An adjusted plan, its id, and what it changes."""

    proposal_id: str
    plan: SprintPlan
    difference: PlanDifference


def adjust_form(value: str, options: PlanOptions, teams: Sequence[str]) -> Block:
    """The form, filled in with the options that the preview was made with. `value` names plan and revision."""
    weeks = [(str(n), f"{n} week{'s' if n > 1 else ''}") for n in range(1, 5)]
    scopes = [("must", "Must-haves only"), ("should", "Must- and should-haves"), ("could", "Everything")]
    team_choices = [(ALL_TEAMS, "All teams"), *((team, team) for team in teams[:99])]
    blocks = [
        field(
            "Capacity in %",
            "capacity",
            text_input(ANSWER, initial=number(options.capacity_factor * 100), limit=6),
            hint="100 as known; 80 plans as if a fifth were missing. Up to 300.",
        ),
        field("Scope", "scope", select(ANSWER, scopes, chosen=options.scope.value, placeholder="Everything")),
        field("Team", "team", select(ANSWER, team_choices, chosen=options.team or ALL_TEAMS, placeholder="All teams")),
        field(
            "Commitment buffer in %",
            "buffer",
            text_input(ANSWER, initial=number(options.buffer * 100), limit=6),
            hint="10 to 20.",
        ),
        field(
            "Confidence in %",
            "confidence",
            text_input(ANSWER, initial=number(options.confidence * 100), limit=6),
            hint="50 to 95.",
        ),
        field("First day of sprint 1", "start", date_input(ANSWER, initial=options.start.isoformat())),
        field(
            "Sprint length",
            "weeks",
            select(ANSWER, weeks, chosen=str(options.sprint_weeks), placeholder="2 weeks"),
        ),
    ]
    return modal(TITLE, blocks, callback=CALLBACK, submit="Show difference", close="Cancel", metadata=value)


def proposal_card(proposed: Proposed) -> list[Block]:
    """What an adjustment would change, with Keep and Discard."""
    blocks = [
        header("What the adjustment changes"),
        section(f"*{escape(forecast_sentence(proposed.plan))}*\n{summary(proposed.plan)}"),
        section(difference_text(proposed.difference, shown=15)),
    ]
    buttons = [button("Discard the change", DROP, proposed.proposal_id)]
    if not proposed.difference.empty:
        buttons.insert(0, button("Keep the change", KEEP, proposed.proposal_id, style="primary"))
    return [
        *blocks,
        actions(buttons, block_id=f"proposal:{proposed.proposal_id}"),
        context("The plan stays as it was until you keep the change."),
    ]
