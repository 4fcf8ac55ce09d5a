"""A sprint plan on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from planners.forecasts.backtest import Backtest
from planners.sprints.answers import (
    Bottleneck,
    ItemExplanation,
    MilestoneExplanation,
    PlanExplanation,
    ReplanChoice,
    WhatIf,
)
from planners.sprints.forecasting import forecast_sentence
from planners.sprints.model import PlanDifference, PlannedItem, PlannedSprint, SprintPlan

MAX_KEYS = 12


def print_plan(plan: SprintPlan) -> None:
    """Print the sprints as a table, then what the lead should know."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(plan.title)}[/bold]")
    console.print(escape(forecast_sentence(plan)))
    console.print(_sprints(plan))
    items = {item.key: item for item in plan.items}
    for sprint in plan.sprints:
        if sprint.items:
            console.print(_contents(sprint, items))
    if plan.unplaced:
        console.print("\n[bold]Did not fit[/bold]")
        for item in plan.unplaced:
            console.print(f"  {escape(item.key)}  {escape(item.title)}: {escape(item.why)}")
    if plan.warnings:
        console.print("\n[bold]Warnings[/bold]")
        for warning in plan.warnings:
            console.print(f"  {escape(warning.text)}{escape(_keys(warning.items))}")
    if plan.forecast.milestones:
        console.print(_milestones(plan))
        console.print("What can be done about a late one: --why MILESTONE")
    console.print("\n[bold]Assumptions[/bold]")
    for assumption in plan.assumptions:
        console.print(f"  {escape(assumption.name)}: {escape(assumption.text)}")


def print_item_explanation(found: ItemExplanation) -> None:
    """Print why an item is where it is, and what would move were it one sprint earlier."""
    console = Console(highlight=False)
    for sentence in found.sentences:
        console.print(escape(sentence))
    if found.moves:
        table = _table("One sprint earlier", "Item", "Title", "From", "To")
        for move in found.moves:
            after = f"sprint {move.after}" if move.after else "no sprint"
            table.add_row(escape(move.key), escape(move.title), f"sprint {move.before}", after)
        console.print(table)


def print_plan_explanation(found: PlanExplanation) -> None:
    """Print the critical chain, the tightest skills of each team and sprint, and the slack of milestones."""
    console = Console(highlight=False)
    chain = _table("Critical chain", "Sprint", "Item", "Title", "")
    for link in found.critical_chain:
        chain.add_row(str(link.sprint), escape(link.key), escape(link.title), escape(link.text))
    console.print(chain)
    tight = _table("Tightest in each sprint", "Sprint", "Team", "Skills", "Used", "Of")
    for each in sorted(found.bottlenecks, key=_by_sprint):
        skills = ", ".join(each.skills) or "everybody"
        tight.add_row(str(each.sprint), escape(each.team), escape(skills), f"{each.used:.1f}", f"{each.capacity:.1f}")
    console.print(tight)
    for milestone in found.milestones:
        console.print(escape(milestone.text))


def print_milestone_explanation(found: MilestoneExplanation) -> None:
    """Print how a milestone stands and what can be done."""
    console = Console(highlight=False)
    for sentence in found.sentences:
        console.print(escape(sentence))


def print_what_if(found: WhatIf) -> None:
    """Print what would change."""
    console = Console(highlight=False)
    console.print(f"[bold]What if: {escape('; '.join(found.changes))}[/bold]")
    for sentence in found.sentences:
        console.print(escape(sentence))
    print_moves(console, found.difference)


def print_backtests(found: Mapping[str, Backtest]) -> None:
    """Print for each team how its forecasts did, beside those of simpler methods."""
    console = Console(highlight=False)
    for team, each in found.items():
        console.print(f"[bold]{escape(team)}[/bold]: {escape(each.words)}")
        if each.past:
            table = _table("", "Method", "Error", "50 % range held", "85 % range held", "Done by P85", "Of")
            for score in (each.ours, *each.others):
                held = (str(score.held50), str(score.held85), str(score.by_p85), str(score.count))
                table.add_row(escape(score.method), f"{score.error:.3f}", *held)
            console.print(table)


def print_choices(choices: Sequence[ReplanChoice]) -> None:
    """Print the ways to plan again side by side, then what moves in each."""
    console = Console(highlight=False)
    table = _table("Planning again", "Choice", "Moves", "Late (weighted sprints)", "Sprints", "Everything, P85")
    for choice in choices:
        day = choice.plan.forecast.everything.dates.get("0.85")
        table.add_row(
            escape(choice.name.capitalize()),
            str(choice.moves),
            str(choice.lateness),
            str(len(choice.plan.sprints)),
            f"{day:%d %b %Y}" if day else "beyond the plan",
        )
    console.print(table)
    for choice in choices:
        console.print(f"\n[bold]{escape(choice.name.capitalize())}[/bold]: {escape(choice.text)}")
        print_moves(console, choice.difference)


def print_moves(console: Console, difference: PlanDifference) -> None:
    """Print the items that are in another sprint than before."""
    moved = [change for change in difference.items if change.before != change.after]
    if moved:
        table = _table("Moved", "Item", "Title", "From", "To")
        for change in moved:
            table.add_row(escape(change.key), escape(change.title), _at(change.before), _at(change.after))
        console.print(table)


def _at(sprint: int | None) -> str:
    if sprint is None:
        return "not planned"
    return f"sprint {sprint}" if sprint > 0 else "before sprint 1"


def _by_sprint(each: Bottleneck) -> tuple[int, str]:
    return each.sprint, each.team


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name)
    return table


def _sprints(plan: SprintPlan) -> Table:
    table = Table(title="Sprints", title_justify="left", title_style="bold")
    for name in ("Sprint", "From", "To"):
        table.add_column(name, no_wrap=True)
    for name in ("Items", "Points", "Committed", "Capacity"):
        table.add_column(name, justify="right", no_wrap=True)
    for sprint in plan.sprints:
        table.add_row(
            escape(sprint.name),
            f"{sprint.start:%d %b %Y}",
            f"{sprint.end:%d %b %Y}",
            str(len(sprint.items)),
            f"{sum(load.load for load in sprint.teams):.1f}",
            f"{sum(load.commitment for load in sprint.teams):.1f}",
            f"{sum(load.capacity for load in sprint.teams):.1f}",
        )
    return table


def _contents(sprint: PlannedSprint, items: dict[str, PlannedItem]) -> Table:
    table = Table(title=escape(f"{sprint.name}: {sprint.goal}"), title_justify="left", title_style="bold")
    for name in ("Item", "Team", "Priority"):
        table.add_column(name, no_wrap=True)
    table.add_column("Points", justify="right")
    table.add_column("Title")
    for key in sprint.items:
        item = items[key]
        points = f"{item.points.normalize():f}" + (" ~" if item.points_assumed else "")
        table.add_row(escape(item.key), escape(item.team), item.priority.value, points, escape(item.title))
    return table


def _milestones(plan: SprintPlan) -> Table:
    table = Table(title="Milestones", title_justify="left", title_style="bold")
    for name in ("Milestone", "Due", "P50", "P85", "On time"):
        table.add_column(name)
    for milestone in plan.forecast.milestones:
        chance = milestone.probability_on_time
        table.add_row(
            escape(milestone.name),
            f"{milestone.due:%d %b %Y}" if milestone.due else "",
            *(
                f"{milestone.dates[level]:%d %b %Y}" if level in milestone.dates else "beyond the plan"
                for level in ("0.50", "0.85")
            ),
            "" if chance is None else f"{chance:.0%}",
        )
    return table


def _keys(keys: tuple[str, ...]) -> str:
    if not keys:
        return ""
    rest = f" and {len(keys) - MAX_KEYS} more" if len(keys) > MAX_KEYS else ""
    return f" ({', '.join(keys[:MAX_KEYS])}{rest})"
