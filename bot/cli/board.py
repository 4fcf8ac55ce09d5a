"""`muster board`: the embedded board, and the work on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.exits import CommandFailed

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.bootstrap import Core
    from storage.tables import BoardIssue, BoardSprint, Venture

board_app = typer.Typer(help="The embedded board: the backlog where no Jira is configured.", no_args_is_help=True)

ACTOR = "command line"
MOST_NAMES = 12

Key = Annotated[str, typer.Argument(metavar="VENTURE", help="The venture's key.")]
SprintName = Annotated[str, typer.Argument(metavar="SPRINT", help="The sprint's name, e.g. 'Sprint 1'.")]


@board_app.command("export")
def export(venture: Key) -> None:
    """Print the pushed backlog as a CSV that Jira's importer takes."""
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from planners.sprints.csv_export import to_jira_csv
    from storage.plans import last_pushed, sprint_plan_of

    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        row = last_pushed(session, _venture(session, venture).key)
        if row is None:
            raise CommandFailed(f"VENTURE '{venture}': nothing was pushed yet")
        plan = sprint_plan_of(row)
    typer.echo(to_jira_csv(plan), nl=False)


@board_app.command("show")
def show(
    venture: Key, as_json: Annotated[bool, typer.Option("--json", help="Print the board as JSON.")] = False
) -> None:
    """Show the sprints with their issues and states, the backlog, and the epics."""
    import json

    from bot.cli.board_view import board_view, print_board

    with _embedded(venture) as (_, session, found):
        view = board_view(session, found)
    if as_json:
        typer.echo(json.dumps(view, ensure_ascii=False, indent=2))
    else:
        print_board(view)


@board_app.command("start")
def start(venture: Key, sprint: SprintName) -> None:
    """Start a sprint: what is in it now is what the team commits to."""
    from planners.sprints.pushing import SprintState
    from storage.boards import BoardChangeRefusedError, start_sprint

    with _embedded(venture) as (core, session, found):
        row = _sprint(session, found, sprint, SprintState.FUTURE)
        try:
            started = start_sprint(session, found.key, row.id or 0)
        except BoardChangeRefusedError as error:
            why = f"{error}; expected a future sprint, and no active one"
            raise CommandFailed(f"SPRINT '{sprint}': can't be started: {why}") from error
        _record(core, session, found, "board.sprint_started", started.name)
        said = f"{started.name} is active; {(started.committed or 0) / 100:g} points are committed."
    typer.echo(said)


@board_app.command("close")
def close(venture: Key, sprint: SprintName) -> None:
    """Close the active sprint: what is done counts as completed, the rest goes back to the backlog."""
    from planners.sprints.pushing import SprintState
    from storage.boards import BoardChangeRefusedError, close_sprint

    with _embedded(venture) as (core, session, found):
        row = _sprint(session, found, sprint, SprintState.ACTIVE)
        try:
            closed = close_sprint(session, found.key, row.id or 0)
        except BoardChangeRefusedError as error:
            why = f"{error}; expected the active sprint"
            raise CommandFailed(f"SPRINT '{sprint}': can't be closed: {why}") from error
        _record(core, session, found, "board.sprint_closed", closed.name)
        done, committed = (closed.completed or 0) / 100, (closed.committed or 0) / 100
        said = f"{closed.name} is closed; {done:g} of {committed:g} committed points were completed."
    typer.echo(said)


@board_app.command("status")
def status(
    venture: Key,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="The issue, e.g. ATLAS-3, or the item's key.")],
    state: Annotated[str, typer.Argument(metavar="STATUS", help="todo, started or done.")],
) -> None:
    """Say where the work on an issue stands."""
    from bot.cli.board_view import issue_name
    from storage.boards import STATUSES, set_status

    if state not in STATUSES:
        raise CommandFailed(f"STATUS '{state}': expected {_either(STATUSES)}")
    with _embedded(venture) as (core, session, found):
        row = _issue(session, found, issue)
        set_status(session, found.key, row.muster_key, state)
        name = issue_name(found.key, row)
        _record(core, session, found, f"board.{state}", name)
        said = f"{name} ({row.muster_key}) is {state}."
    typer.echo(said)


@contextmanager
def _embedded(key: str) -> Iterator[tuple[Core, Session, Venture]]:
    """A transaction on a venture that has the embedded board."""
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail

    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        found = _venture(session, key)
        if core.boards.of(found).target != "embedded":
            where = f"its board is Jira project {found.jira_project}"
            raise CommandFailed(f"VENTURE '{key}': {where}; expected a venture with the embedded board")
        yield core, session, found


def _venture(session: Session, key: str) -> Venture:
    from storage.ventures import find_venture

    found = find_venture(session, key)
    if found is None:
        raise CommandFailed(f"VENTURE '{key}': no such venture; 'muster venture list' shows them")
    return found


def _sprint(session: Session, venture: Venture, name: str, state: str) -> BoardSprint:
    """The sprint of that name, compared without case; of several the first one in that state."""
    from storage.boards import board_sprints

    rows = board_sprints(session, venture.key)
    named = [row for row in rows if row.name.casefold() == name.strip().casefold()]
    if not named:
        expected = _either([row.name for row in rows]) if rows else "a sprint, but the board has none yet"
        raise CommandFailed(f"SPRINT '{name}': no such sprint on the board; expected {expected}")
    return next((row for row in named if row.state == state), named[0])


def _issue(session: Session, venture: Venture, name: str) -> BoardIssue:
    """The issue that the board calls so, else the item of that key."""
    from bot.cli.board_view import all_issues, issue_name

    rows = all_issues(session, venture.key)
    called = [row for row in rows if issue_name(venture.key, row) == name.strip().upper()]
    called += [row for row in rows if row.muster_key.casefold() == name.strip().casefold()]
    if not called:
        example = f" such as {issue_name(venture.key, rows[0])} or {rows[0].muster_key}" if rows else ""
        raise CommandFailed(f"ISSUE '{name}': not on the board; expected an issue or an item's key{example}")
    return called[0]


def _either(names: Sequence[str]) -> str:
    shown = [*names[:MOST_NAMES], *(["another one"] if len(names) > MOST_NAMES else [])]
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else shown[0]


def _record(core: Core, session: Session, venture: Venture, action: str, subject: str) -> None:
    from storage.audit import record

    record(session, at=core.clock.now(), actor=ACTOR, action=action, subject=subject, venture=venture.key)
