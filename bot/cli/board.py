"""`muster board`: what the embedded board holds."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.exits import CommandFailed

board_app = typer.Typer(help="The embedded board: the backlog where no Jira is configured.", no_args_is_help=True)


@board_app.command("export")
def export(
    venture: Annotated[str, typer.Argument(metavar="VENTURE", help="The venture's key.")],
) -> None:
    """Print the pushed backlog as a CSV that Jira's importer takes."""
    from planners.sprints.csv_export import to_jira_csv

    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from storage.plans import last_pushed, sprint_plan_of
    from storage.ventures import find_venture

    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        found = find_venture(session, venture)
        if found is None:
            raise CommandFailed(f"VENTURE '{venture}': no such venture; 'muster venture list' shows them")
        row = last_pushed(session, found.key)
        if row is None:
            raise CommandFailed(f"VENTURE '{venture}': nothing was pushed yet")
        plan = sprint_plan_of(row)
    typer.echo(to_jira_csv(plan), nl=False)
