"""`muster plan`: sprints from a plan, on the terminal, as JSON, as a picture or as a CSV for Jira's importer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.exits import INFEASIBLE, CommandFailed
from bot.cli.numbers import number, whole
from bot.cli.numbers import seconds as seconds_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from planners.plan.models import PlanDocument
    from planners.sprints.answers import ItemExplanation, PlanRepair, WhatIf
    from planners.sprints.model import PlanOptions, SprintPlan

MOST_SHOWN = 100
Shown = TypeVar("Shown", bound="BaseModel")
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="Technical plan: YAML, JSON, Markdown or Jira's CSV.")]
HistoryFile = Annotated[Path | None, typer.Option("--history", help="Closed sprints: velocity.csv.")]
ResourcesFile = Annotated[Path | None, typer.Option("--resources", help="Teams and people.")]
TimelineFile = Annotated[Path | None, typer.Option("--timeline", help="Milestones and dates.")]
Start = Annotated[str | None, typer.Option("--start", help="First day of sprint 1, e.g. 2027-01-11.")]
Weeks = Annotated[
    int | None, typer.Option("--sprint-weeks", parser=whole, metavar="WEEKS", help="Sprint length, 1-4 weeks.")
]
Buffer = Annotated[
    float | None, typer.Option("--buffer", parser=number, metavar="PERCENT", help="Commitment buffer, 10-20 %.")
]
Confidence = Annotated[
    float | None, typer.Option("--confidence", parser=number, metavar="PERCENT", help="Confidence, 50-95 %.")
]
TeamOption = Annotated[str | None, typer.Option("--team", help="Plan this team only.")]
Scope = Annotated[str | None, typer.Option("--scope", help="Plan down to must, should or could.")]
SameSprint = Annotated[bool, typer.Option("--same-sprint", help="An item may be in the sprint of what it waits for.")]
Seconds = Annotated[
    float,
    typer.Option("--seconds", parser=seconds_option, metavar="SECONDS", help="How long the plan may be improved."),
]


def plan(
    plan: PlanFile,
    history: HistoryFile = None,
    resources: ResourcesFile = None,
    timeline: TimelineFile = None,
    start: Start = None,
    sprint_weeks: Weeks = None,
    buffer: Buffer = None,
    confidence: Confidence = None,
    team: TeamOption = None,
    scope: Scope = None,
    same_sprint: SameSprint = False,
    seconds: Seconds = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
    chart: Annotated[Path | None, typer.Option("--chart", help="Write the burn-up as PNG.")] = None,
    gantt: Annotated[Path | None, typer.Option("--gantt", help="Write the items by team and sprint as PNG.")] = None,
    capacity: Annotated[Path | None, typer.Option("--capacity", help="Write teams' and skills' load as PNG.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a CSV for Jira's importer.")] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="ITEM", help="Say what holds this item where it is.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--what-if", metavar="CHANGE", help="Say what a change would do, e.g. 'lose Ana from sprint 3'."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="PLAN.json", help="Plan again from what --json printed: three choices."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what decides the plan as a whole.")] = False,
) -> int:
    """Turn a technical plan into sprints, and print them or what is asked about them.

    Exit codes: 0 planned, 2 bad input, 3 when no plan keeps every demand.
    """
    from bot.cli.documents import options_for, read_document

    document = read_document(plan, history=history, resources=resources, timeline=timeline)
    options = options_for(
        document,
        start=start,
        sprint_weeks=sprint_weeks,
        buffer=buffer,
        confidence=confidence,
        team=team,
        scope=scope,
        same_sprint=same_sprint,
    )
    if previous is not None:
        _plan_again(document, options, previous, seconds, as_json)
        return 0
    result = make_plan(document, options, seconds)
    _write(result, chart=chart, csv=csv)
    _draw(document, result, gantt=gantt, capacity=capacity)
    from bot.cli import render

    if why is not None:
        _say_why(document, result, why, as_json)
        return 0
    if changes:
        _answer(changed_plan(document, options, changes, result, seconds), render.print_what_if, as_json)
        return 0
    if explain:
        from planners.sprints.why import explain_plan

        _answer(explain_plan(document, result), render.print_plan_explanation, as_json)
        return 0
    _answer(result, render.print_plan, as_json)
    if result.infeasible:
        raise CommandFailed(infeasible_lines(document, result), INFEASIBLE)
    return 0


def _plan_again(document: PlanDocument, options: PlanOptions, previous: Path, seconds: float, as_json: bool) -> None:
    from bot.cli import render
    from planners.plan.problems import PlanProblems
    from planners.sprints.replan import replan

    before = _read_plan(previous)
    try:
        choices = replan(document, options, before, seconds=seconds)
    except PlanProblems as error:
        raise CommandFailed(str(error).splitlines()) from error
    if as_json:
        typer.echo(f"[{', '.join(choice.model_dump_json(indent=2) for choice in choices)}]")
    else:
        render.print_choices(choices)


def _read_plan(path: Path) -> SprintPlan:
    from pydantic import ValidationError

    from planners.sprints.model import SprintPlan

    try:
        return SprintPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CommandFailed(f"--previous '{path}': {(error.strerror or 'not readable').lower()}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        found = f"{where}: {first['msg']}" if where else first["msg"]
        message = f"--previous '{path}': not a plan as 'muster plan --json' prints it ({found})"
        raise CommandFailed(message) from error


def infeasible_lines(document: PlanDocument, result: SprintPlan) -> list[str]:
    """What contradicts each other in a plan, and below it what would resolve it, cheapest first."""
    from planners.sprints.repairs import find_conflicts

    lines = [f"infeasible: {reason}" for reason in result.infeasible]
    for conflict in find_conflicts(document, result):
        lines += [f"repair: {repair.text}{render_try(repair)}" for repair in conflict.repairs]
    return list(dict.fromkeys(lines))


def render_try(repair: PlanRepair) -> str:
    """How to try a repair, where it can be tried."""
    tried = " ".join(f"--what-if '{change}'" for change in repair.what_if)
    return f" Try {tried}" if tried and len(tried) <= MOST_SHOWN else ""


def make_plan(document: PlanDocument, options: PlanOptions, seconds: float) -> SprintPlan:
    """Plan, and turn a refusal of the planner into the command's own failure."""
    from planners.sprints.planner import PlanningError, plan_sprints

    try:
        return plan_sprints(document, options, seconds=seconds)
    except PlanningError as error:
        raise CommandFailed(str(error).splitlines()) from error


def _say_why(document: PlanDocument, result: SprintPlan, key: str, as_json: bool) -> None:
    from bot.cli import render
    from planners.sprints.repairs import explain_milestone
    from planners.sprints.why import explain_plan

    milestones = {each.key for each in explain_plan(document, result).milestones}
    if key in milestones and all(item.key != key for item in result.items):
        _answer(explain_milestone(document, result, key), render.print_milestone_explanation, as_json)
    else:
        _answer(explained_item(document, result, key), render.print_item_explanation, as_json)


def explained_item(document: PlanDocument, result: SprintPlan, key: str) -> ItemExplanation:
    """What holds an item; an unknown one is the command's own failure."""
    from planners.sprints.why import UnknownItem, explain_item

    try:
        return explain_item(document, result, key)
    except UnknownItem as error:
        raise CommandFailed(f"--why '{key}': {error.args[0]}") from error


def changed_plan(
    document: PlanDocument, options: PlanOptions, changes: list[str], before: SprintPlan, seconds: float
) -> WhatIf:
    """The plan after `changes`; a change that can't be understood is the command's own failure."""
    from planners.plan.problems import PlanProblems
    from planners.sprints.what_if import WhatIfError, what_if

    try:
        return what_if(document, options, changes, before=before, seconds=seconds)
    except WhatIfError as error:
        raise CommandFailed(f"--what-if: {error}") from error
    except PlanProblems as error:
        raise CommandFailed(str(error).splitlines()) from error


def _answer(value: Shown, show: Callable[[Shown], None], as_json: bool) -> None:
    if as_json:
        typer.echo(value.model_dump_json(indent=2))
    else:
        show(value)


def _draw(document: PlanDocument, result: SprintPlan, *, gantt: Path | None, capacity: Path | None) -> None:
    if gantt is None and capacity is None:
        return
    from planners.sprints.capacity_chart import capacity_png
    from planners.sprints.gantt import gantt_png
    from planners.sprints.why import explain_plan

    found = explain_plan(document, result)
    try:
        if gantt is not None:
            gantt.write_bytes(gantt_png(result, [link.key for link in found.critical_chain]))
        if capacity is not None:
            capacity.write_bytes(capacity_png(result, found.bottlenecks))
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    except OSError as error:
        raise CommandFailed(f"'{error.filename}': {(error.strerror or 'not writable').lower()}") from error


def _write(result: SprintPlan, *, chart: Path | None, csv: Path | None) -> None:
    try:
        if chart is not None:
            from planners.sprints.chart import burn_up_png

            chart.write_bytes(burn_up_png(result))
        if csv is not None:
            from planners.sprints.csv_export import to_jira_csv

            csv.write_text(to_jira_csv(result), encoding="utf-8", newline="")
    except OSError as error:
        raise CommandFailed(f"'{error.filename}': {(error.strerror or 'not writable').lower()}") from error
