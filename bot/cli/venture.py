"""`muster venture`: ventures, their board, and who may do what."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.exits import CommandFailed
from bot.cli.numbers import whole

venture_app = typer.Typer(help="Ventures, their board, and who may do what in them.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="VENTURE", help="The venture's key, e.g. atlas.")]
People = Annotated[list[str], typer.Argument(metavar="ID…", help="Slack ids of people (U…) or user groups (S…).")]
Action = Annotated[str, typer.Argument(metavar="ACTION", help="plan, approve or decide.")]


@venture_app.command("add")
def add(
    key: Key,
    owner: Annotated[str, typer.Option("--owner", help="Slack id of the person who may do everything in it.")],
    title: Annotated[str, typer.Option("--title", help="What people call it.")] = "",
    jira_project: Annotated[str | None, typer.Option("--jira-project", help="Key of its Jira project.")] = None,
    jira_board: Annotated[
        int | None, typer.Option("--jira-board", parser=whole, metavar="NUMBER", help="Number of its Jira board.")
    ] = None,
) -> None:
    """Add a venture."""
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from storage.ventures import add_venture, find_venture, new_venture

    _checked_key(key)
    _checked_ids([owner])
    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        if find_venture(session, key) is not None:
            raise CommandFailed(f"VENTURE '{key}': there is a venture of that key already")
        venture = new_venture(
            key, title or key, by=owner, at=core.clock.now(), jira_project=jira_project, jira_board=jira_board
        )
        add_venture(session, venture)
    typer.echo(f"Venture '{key}' is there; {owner} may plan, approve and decide.")


@venture_app.command("list")
def list_all() -> None:
    """List the ventures."""
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from storage.ventures import list_ventures

    core = build_core(settings_or_fail())
    after = ""
    while True:
        with core.database.transaction() as session:
            page = list_ventures(session, after=after)
        for venture in page:
            board = f"Jira {venture.jira_project}" if venture.jira_project else "embedded board"
            typer.echo(f"{venture.key}\t{venture.title}\t{board}")
        if not page:
            return
        after = page[-1].key


@venture_app.command("show")
def show(key: Key) -> None:
    """Show a venture and who may do what in it."""
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from storage.tables import AuthorityAction
    from storage.ventures import allowed, find_venture

    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        venture = find_venture(session, key)
        if venture is None:
            raise CommandFailed(f"VENTURE '{key}': no such venture; 'muster venture list' shows them")
        typer.echo(f"{venture.key}: {venture.title}")
        for action in AuthorityAction:
            who = allowed(session, venture.key, action)
            typer.echo(f"  may {action.value}: {', '.join(sorted(who.users | who.groups)) or 'nobody'}")


@venture_app.command("allow")
def allow_people(key: Key, action: Action, ids: People) -> None:
    """Let people or user groups do one thing in a venture."""
    _change(key, action, ids, give=True)


@venture_app.command("withdraw")
def withdraw_people(key: Key, action: Action, ids: People) -> None:
    """Take a permission away again."""
    _change(key, action, ids, give=False)


def _change(key: str, action: str, ids: list[str], *, give: bool) -> None:
    from bot.bootstrap import build_core
    from bot.cli.run import settings_or_fail
    from storage.audit import record
    from storage.tables import AuthorityAction
    from storage.ventures import allow, find_venture, withdraw

    if action not in [known.value for known in AuthorityAction]:
        raise CommandFailed(f"ACTION '{action}': expected plan, approve or decide")
    _checked_ids(ids)
    core = build_core(settings_or_fail())
    with core.database.transaction() as session:
        venture = find_venture(session, key)
        if venture is None:
            raise CommandFailed(f"VENTURE '{key}': no such venture; 'muster venture list' shows them")
        (allow if give else withdraw)(session, venture.key, AuthorityAction(action), ids)
        record(
            session,
            at=core.clock.now(),
            actor="command line",
            action="authority.allowed" if give else "authority.withdrawn",
            subject=action,
            venture=venture.key,
            detail={"ids": ids},
        )
    typer.echo(f"{', '.join(ids)}: {'may' if give else 'may no longer'} {action} in '{venture.key}'.")


def _checked_key(key: str) -> None:
    from pydantic import TypeAdapter, ValidationError

    from planners.plan.models import Key as PlanKey

    try:
        TypeAdapter(PlanKey).validate_python(key)
    except ValidationError as error:
        raise CommandFailed(
            f"VENTURE '{key}': expected at most 80 letters, digits, '.', '_', '/' or '-', a letter or digit first"
        ) from error


def _checked_ids(ids: list[str]) -> None:
    for slack_id in ids:
        if not (slack_id[:1] in "UWS" and slack_id.isalnum() and slack_id.isupper()):
            raise CommandFailed(f"ID '{slack_id}': expected a Slack id such as U012AB3CD or S012AB3CD")
