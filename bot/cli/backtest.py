"""`muster backtest`: would the forecasts have held on one's own history?

Columns of the CSV, in any order; the first line names them, rows are oldest first:

* velocity: ``team`` (may be missing), ``sprint``, ``completed``, ``committed``, ``people``, ``working_days``;
* delivery: ``team`` (may be missing), ``period``, ``done``;
* points: ``title``, ``description``, ``points``, ``type``, ``components`` (separated by ``;``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.exits import CommandFailed

if TYPE_CHECKING:
    from planners.forecasts.backtest import Backtest
    from planners.plan.csv_text import Row, Table

ONE = "all"
COLUMNS = {
    "velocity": ("team", "sprint", "completed", "committed", "people", "working_days"),
    "delivery": ("team", "period", "done"),
    "points": ("title", "description", "points", "type", "components"),
}
NEEDED = {"velocity": "completed", "delivery": "done", "points": "points"}


class Kind(StrEnum):
    """What is tested."""

    VELOCITY = "velocity"
    DELIVERY = "delivery"
    POINTS = "points"


def backtest(
    kind: Annotated[Kind, typer.Argument(metavar="velocity|delivery|points", help="Which forecasts to test.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of the past, oldest first.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Write a picture of ranges and outcomes as PNG.")
    ] = None,
) -> int:
    """Walk through the past, forecast each step from what came before, and say how often the ranges held.

    velocity takes team,sprint,completed,committed,people,working_days; delivery takes team,period,done; points takes
    title,description,points,type,components. Exit codes: 0 tested, 2 bad input.
    """
    table = _table(kind, file)
    if kind is Kind.POINTS:
        if chart is not None:
            raise CommandFailed(f"--chart '{chart}': there is a picture for velocity and delivery only")
        _points(table, str(file), as_json)
        return 0
    found = _velocity(table, str(file)) if kind is Kind.VELOCITY else _delivery(table, str(file))
    if chart is not None:
        _draw(kind, found, chart)
    if as_json:
        typer.echo(json.dumps({team: asdict(each) for team, each in found.items()}, indent=2))
    else:
        from bot.cli.render import print_backtests

        print_backtests(found)
    return 0


def _table(kind: Kind, file: Path) -> Table:
    from planners.plan.csv_text import read_table
    from planners.plan.explain import did_you_mean
    from planners.plan.problems import PlanProblems

    try:
        table = read_table(file.read_bytes().decode("utf-8-sig"), str(file))
    except OSError as error:
        raise CommandFailed(f"FILE '{file}': {(error.strerror or 'not readable').lower()}") from error
    except UnicodeDecodeError as error:
        raise CommandFailed(f"FILE '{file}': is not text in UTF-8") from error
    except PlanProblems as error:
        raise CommandFailed(str(error).splitlines()) from error
    known = COLUMNS[kind]
    wrong = [
        f"{file}:1: '{column}' is not a known column{did_you_mean(column, known)}; expected {', '.join(known)}"
        for column in table.columns
        if column.lower() not in known
    ]
    if NEEDED[kind] not in {column.lower() for column in table.columns}:
        wrong.append(f"{file}:1: there is no column '{NEEDED[kind]}'; expected {', '.join(known)}")
    if wrong:
        raise CommandFailed(wrong)
    if not table.rows:
        raise CommandFailed(f"{file}:2: there are no rows")
    return table


def _number(row: Row, column: str, source: str, *, needed: bool = False) -> float | None:
    text = row.first(column)
    if not text and not needed:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise CommandFailed(f"{source}:{row.line}: {column}: '{text[:60]}' is not a number from 0 up")
    return value


def _by_team(table: Table, make: Callable[[Row], Any]) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for row in table.rows:
        result.setdefault(row.first("team") or ONE, []).append(make(row))
    return result


def _velocity(table: Table, source: str) -> dict[str, Backtest]:
    from planners.forecasts.backtest import backtest_velocity
    from planners.forecasts.velocity import CompletedSprint

    def sprint(row: Row) -> CompletedSprint:
        return CompletedSprint(
            _number(row, "completed", source, needed=True) or 0.0,
            committed_points=_number(row, "committed", source),
            people=_number(row, "people", source),
            working_days=_number(row, "working_days", source),
        )

    return {team: backtest_velocity(sprints) for team, sprints in _by_team(table, sprint).items()}


def _delivery(table: Table, source: str) -> dict[str, Backtest]:
    from planners.forecasts.backtest import backtest_delivery

    periods = _by_team(table, lambda row: _number(row, "done", source, needed=True) or 0.0)
    return {team: backtest_delivery(done) for team, done in periods.items()}


def _points(table: Table, source: str, as_json: bool) -> None:
    from planners.forecasts.backtest import backtest_points
    from planners.forecasts.points import EstimatedItem, NotEnoughHistory

    items = [
        EstimatedItem(
            row.first("title"),
            row.first("description"),
            _number(row, "points", source, needed=True) or 0.0,
            issue_type=row.first("type") or None,
            components=tuple(part.strip() for part in row.first("components").split(";") if part.strip()),
        )
        for row in table.rows
    ]
    try:
        found = backtest_points(items)
    except NotEnoughHistory as error:
        raise CommandFailed(f"{source}: there are too few estimated items to test: {len(items)}") from error
    typer.echo(json.dumps(asdict(found), indent=2) if as_json else found.words)


def _draw(kind: Kind, found: dict[str, Backtest], chart: Path) -> None:
    from planners.sprints.backtest_chart import backtest_png

    title, unit = {
        Kind.VELOCITY: ("Velocity: what was forecast, and what came", "Story points"),
        Kind.DELIVERY: ("Delivery: what was forecast, and what came", "Periods"),
    }[kind]
    try:
        chart.write_bytes(backtest_png(title, found, unit))
    except ValueError as error:
        raise CommandFailed(f"--chart '{chart}': {error}") from error
    except OSError as error:
        raise CommandFailed(f"--chart '{chart}': {(error.strerror or 'not writable').lower()}") from error
