"""`muster push`: plans, and pushes the backlog to Jira or to the embedded board."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.exits import FAILED, INFEASIBLE, CommandFailed
from bot.cli.numbers import whole
from bot.cli.plan import (
    Buffer,
    Confidence,
    HistoryFile,
    PlanFile,
    ResourcesFile,
    SameSprint,
    Scope,
    Seconds,
    Start,
    TeamOption,
    TimelineFile,
    Weeks,
)

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from planners.plan.models import PlanDocument
    from planners.sprints.model import PlanOptions, SprintPlan
    from storage.tables import Push

ACTOR = "command line"
LOOK_EVERY = 0.5


def push(
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
    project: Annotated[str | None, typer.Option("--project", help="Jira project, for a new venture.")] = None,
    board: Annotated[
        int | None,
        typer.Option("--board", parser=whole, metavar="NUMBER", help="Number of the Jira board, for a new venture."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Push although no plan keeps every demand.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> int:
    """Plan, and push the backlog to the venture's board; only what differs is changed there.

    Exit codes: 0 pushed, 1 not finished (the reason is printed; run it again to go on), 2 bad input, 3 infeasible.
    """
    from bot.bootstrap import build_core
    from bot.cli.documents import options_for, read_document
    from bot.cli.run import settings_or_fail

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
    core = build_core(settings_or_fail())
    _ensure_venture(core, document, project=project, board=board)
    result = _plan_beside_the_board(core, document, options, seconds)
    if result.infeasible and not force:
        raise CommandFailed([f"infeasible: {reason}" for reason in result.infeasible], INFEASIBLE)
    outcome = _push(core, _record(core, document, result, str(plan)), quiet=as_json)
    return _show(outcome, as_json=as_json)


def _ensure_venture(core: Core, document: PlanDocument, *, project: str | None, board: int | None) -> None:
    from storage.ventures import add_venture, find_venture, new_venture

    if project is not None and core.settings.jira_url is None:
        raise CommandFailed(f"--project '{project}': no Jira is configured; set MUSTER_JIRA_URL and MUSTER_JIRA_TOKEN")
    key = document.plan.venture
    with core.database.transaction() as session:
        found = find_venture(session, key)
        if found is None:
            venture = new_venture(
                key,
                document.plan.title,
                by=ACTOR,
                at=core.clock.now(),
                jira_project=project,
                jira_board=board,
            )
            add_venture(session, venture)
        elif project is not None and found.jira_project != project:
            where = f"Jira project {found.jira_project}" if found.jira_project else "the embedded board"
            raise CommandFailed(f"--project '{project}': venture '{key}' is on {where}")


def _plan_beside_the_board(core: Core, document: PlanDocument, options: PlanOptions, seconds: float) -> SprintPlan:
    """Plan around what the board holds in active and closed sprints, with its velocity where the plan has none."""
    from bot.adapters.boards.port import BoardError
    from bot.flows.beside_board import plan_beside_the_board
    from planners.plan.problems import PlanProblems

    try:
        return plan_beside_the_board(
            core.database, core.boards, document, options, document.plan.venture, seconds=seconds
        )
    except PlanProblems as found:
        raise CommandFailed([str(problem) for problem in found.problems]) from found
    except BoardError as error:
        raise CommandFailed(str(error).splitlines() or ["the board does not answer"], FAILED) from error


def _record(core: Core, document: PlanDocument, result: SprintPlan, source: str) -> Push:
    from storage.audit import record
    from storage.plans import add_sprint_plan, move, store_document
    from storage.pushes import request_push
    from storage.tables import SprintPlanStatus

    now = core.clock.now()
    with core.database.transaction() as session:
        version = store_document(session, result.venture, document, source=source, by=ACTOR, at=now)
        row = add_sprint_plan(session, result, version.id, by=ACTOR, at=now)
        move(session, row, SprintPlanStatus.APPROVED, by=ACTOR, at=now)
        record(session, at=now, actor=ACTOR, action="sprint_plan.approved", subject=row.id, venture=result.venture)
        return request_push(session, row, target=core.boards(result.venture).target, at=now)


def _push(core: Core, push: Push, *, quiet: bool) -> dict[str, Any]:
    """Push with an engine of our own, or let the running Muster do it where it holds the database."""
    from bot.bootstrap import build_push
    from bot.flows.engine import AlreadyRunningError, DurableEngine

    engine = DurableEngine(core.database)
    flow = build_push(core, engine)
    try:
        engine.start()
    except AlreadyRunningError:
        return _watch(core, push, quiet=quiet)
    try:
        flow.start(push)
        return _watch(core, push, quiet=quiet)
    finally:
        engine.stop()


def _watch(core: Core, push: Push, *, quiet: bool) -> dict[str, Any]:
    from storage.pushes import find_push

    said = ""
    while True:
        with core.database.transaction() as session:
            row = find_push(session, push.id)
        assert row is not None
        if row.outcome is not None:
            return row.outcome
        now = f"{row.phase}: {row.done} of {row.total}" if row.total else row.phase
        if now != said and not quiet:
            typer.echo(now, err=True)
            said = now
        time.sleep(LOOK_EVERY)


def _show(outcome: dict[str, Any], *, as_json: bool) -> int:
    if as_json:
        import json

        typer.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    else:
        _print(outcome)
    return 0 if outcome["status"] == "done" else FAILED


def _print(outcome: dict[str, Any]) -> None:
    counts = outcome["counts"]
    words = [f"{counts[name]} {name.replace('_', ' ')}" for name in counts if counts[name]]
    typer.echo(f"{outcome['status']}: {', '.join(words) or 'nothing to change'}")
    if outcome["board"]:
        typer.echo(f"board: {outcome['board']['name']} {outcome['board']['url'] or ''}".rstrip())
    for epic in outcome["epics"]:
        typer.echo(f"  {epic['key']}  {epic['title']}  {epic['url'] or ''}".rstrip())
    for kept in outcome["kept"]:
        typer.echo(f"  left alone: {kept['key']}: {kept['reason']}")
    for removed in outcome["removed"]:
        typer.echo(f"  no longer in the plan: {removed['key']} {removed['url'] or ''}".rstrip())
    for refused in outcome["refused"]:
        typer.echo(f"refused: {refused['text']}", err=True)
    for problem in outcome["problems"]:
        typer.echo(": ".join(str(part) for part in problem.values() if part), err=True)
