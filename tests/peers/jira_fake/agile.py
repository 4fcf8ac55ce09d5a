"""Boards, sprints, ranks, the backlog, and the sprint report."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.peers.jira_fake import render
from tests.peers.jira_fake.issues import issue_named, matching
from tests.peers.jira_fake.model import STATUSES, Board, Issue, Json, Sprint, World, now
from tests.peers.jira_fake.report import (
    board_named,
    close_sprint,
    issues_inside,
    scrum_board,
    sprint_named,
    start_sprint,
)
from tests.peers.jira_fake.server import Jira, Refused, Reply, Request, paged, route

MOVE_LIMIT = 50
NAME_LIMIT = 30
ROOT = "/rest/agile/1.0"


@route("GET", f"{ROOT}/board")
def boards(jira: Jira, request: Request) -> Reply:
    """Boards of a project, of a type, with a name."""
    project, kind, name = request.one("projectKeyOrId"), request.one("type"), request.one("name").lower()
    wanted = jira.world.find_project(project)
    if project and wanted is None:
        raise Refused(400, f"No project could be found with key or id '{project}'.")
    found = [
        _board(jira, board)
        for board in jira.world.boards
        if (wanted is None or board.project == wanted.key) and kind in ("", board.type) and name in board.name.lower()
    ]
    return Reply(body=paged(found, request))


@route("GET", f"{ROOT}/board/{{board}}")
def board(jira: Jira, request: Request) -> Reply:
    """One board."""
    return Reply(body=_board(jira, board_named(jira, request.args["board"])))


@route("GET", f"{ROOT}/board/{{board}}/configuration")
def configuration(jira: Jira, request: Request) -> Reply:
    """A board's columns and the field that it estimates with."""
    found = board_named(jira, request.args["board"])
    link = f"{jira.base}{ROOT}/board/{found.id}/configuration"
    columns = [
        {"name": name, "statuses": [{"id": known["id"], "self": f"{jira.api}/status/{known['id']}"}]}
        for name, known in STATUSES.items()
    ]
    shown: Json = {
        "id": found.id,
        "name": found.name,
        "type": found.type,
        "self": link,
        "filter": {"id": str(found.id + 10_000), "self": f"{jira.api}/filter/{found.id + 10_000}"},
        "columnConfig": {"columns": columns, "constraintType": "none"},
    }
    if jira.fields.points and found.type == "scrum":
        field = jira.fields.points
        shown["estimation"] = {"type": "field", "field": {"fieldId": field.id, "displayName": field.name}}
    if jira.fields.rank:
        shown["ranking"] = {"rankCustomFieldId": jira.fields.rank.number}
    return Reply(body=shown)


@route("GET", f"{ROOT}/board/{{board}}/sprint")
def sprints(jira: Jira, request: Request) -> Reply:
    """A board's sprints, by state."""
    found = scrum_board(jira, request.args["board"])
    states = request.words("state") or ["future", "active", "closed"]
    order = {"closed": 0, "active": 1, "future": 2}
    listed = sorted(
        (s for s in jira.world.sprints.values() if s.board_id == found.id and s.state in states),
        key=lambda sprint: (order[sprint.state], sprint.id),
    )
    return Reply(body=paged([render.sprint(jira, sprint) for sprint in listed], request))


@route("GET", f"{ROOT}/board/{{board}}/backlog")
def backlog(jira: Jira, request: Request) -> Reply:
    """The issues of a board that are in no open sprint and not done."""
    found = scrum_board(jira, request.args["board"])
    return _issue_page(jira, request, lambda i: i.project == found.project and i.sprint is None and i.status != "Done")


@route("GET", f"{ROOT}/board/{{board}}/issue")
def board_issues(jira: Jira, request: Request) -> Reply:
    """All issues of a board."""
    found = board_named(jira, request.args["board"])
    return _issue_page(jira, request, lambda i: i.project == found.project)


@route("POST", f"{ROOT}/sprint")
def create_sprint(jira: Jira, request: Request) -> Reply:
    """A future sprint."""
    body = request.body or {}
    found = scrum_board(jira, str(body.get("originBoardId") or ""))
    made = Sprint(jira.world.next_id(Sprint), "", found.id)
    _change(made, {"name": None, **body})
    jira.world.save(made)
    return Reply(201, render.sprint(jira, made))


@route("GET", f"{ROOT}/sprint/{{sprint}}")
def read_sprint(jira: Jira, request: Request) -> Reply:
    """One sprint."""
    return Reply(body=render.sprint(jira, sprint_named(jira, request.args["sprint"])))


@route("PUT", f"{ROOT}/sprint/{{sprint}}")
def replace_sprint(jira: Jira, request: Request) -> Reply:
    """A full update: dates and goal that are not given are emptied."""
    whole = {"startDate": None, "endDate": None, "goal": None, **(request.body or {})}
    return _update_sprint(jira, request, whole)


@route("POST", f"{ROOT}/sprint/{{sprint}}")
def update_sprint(jira: Jira, request: Request) -> Reply:
    """A partial update: only what is given changes."""
    return _update_sprint(jira, request, request.body or {})


def _update_sprint(jira: Jira, request: Request, values: Json) -> Reply:
    changed = sprint_named(jira, request.args["sprint"])
    state = values.pop("state", None) or changed.state
    if changed.state == "closed":
        values = {name: values[name] for name in ("name", "goal") if name in values}
    _change(changed, values)
    if state != changed.state:
        if (changed.state, state) == ("future", "active"):
            start_sprint(jira, changed)
        elif (changed.state, state) == ("active", "closed"):
            close_sprint(jira, changed)
        else:
            raise Refused(400, f"A sprint cannot go from {changed.state} to {state}.")
    jira.world.save(changed)
    return Reply(body=render.sprint(jira, changed))


@route("DELETE", f"{ROOT}/sprint/{{sprint}}")
def delete_sprint(jira: Jira, request: Request) -> Reply:
    """Delete a sprint; its issues go to the backlog."""
    gone = sprint_named(jira, request.args["sprint"])
    for issue in issues_inside(jira.world, gone):
        _place(jira.world, issue, None)
    jira.world.forget(gone)
    return Reply(204)


@route("GET", f"{ROOT}/sprint/{{sprint}}/issue")
def sprint_issues(jira: Jira, request: Request) -> Reply:
    """A sprint's issues, by rank."""
    found = sprint_named(jira, request.args["sprint"])
    return _issue_page(jira, request, lambda i: i.sprint == found.id or found.id in i.closed_sprints)


@route("POST", f"{ROOT}/sprint/{{sprint}}/issue")
def move_to_sprint(jira: Jira, request: Request) -> Reply:
    """Put up to 50 issues into an open sprint."""
    found = sprint_named(jira, request.args["sprint"])
    if found.state == "closed":
        raise Refused(400, "Issue can be assigned only active or future sprints.")
    for issue in _movable(jira, request):
        _place(jira.world, issue, found)
    return Reply(204)


@route("POST", f"{ROOT}/backlog/issue")
def move_to_backlog(jira: Jira, request: Request) -> Reply:
    """Take up to 50 issues out of their open sprints."""
    for issue in _movable(jira, request):
        _place(jira.world, issue, None)
    return Reply(204)


@route("POST", f"{ROOT}/epic/{{epic}}/issue")
def move_to_epic(jira: Jira, request: Request) -> Reply:
    """Put up to 50 issues under an epic."""
    epic = issue_named(jira, request.args["epic"])
    if jira.world.type_of(epic).level != 1:
        raise Refused(400, f"The issue '{epic.key}' is not an epic.")
    for issue in _movable(jira, request):
        if jira.world.cloud:
            issue.fields["parent"] = epic.id
        elif jira.fields.epic_link:
            issue.fields[jira.fields.epic_link.id] = epic.key
        jira.world.save(issue)
    return Reply(204)


@route("PUT", f"{ROOT}/issue/rank")
def rank(jira: Jira, request: Request) -> Reply:
    """Put up to 50 issues, in their order, before or after another one."""
    body = request.body or {}
    moved = _movable(jira, request, levels=(1, 0, -1))
    before = bool(body.get("rankBeforeIssue"))
    anchor = issue_named(jira, str(body.get("rankBeforeIssue") or body.get("rankAfterIssue") or ""))
    others = sorted((i for i in jira.world.issues.values() if i not in moved or i is anchor), key=lambda i: i.rank)
    at = others.index(anchor) + (0 if before else 1)
    for number, issue in enumerate([*others[:at], *(i for i in moved if i is not anchor), *others[at:]]):
        if issue.rank != number + 1.0:
            issue.rank = number + 1.0
            jira.world.save(issue)
    return Reply(204)


# Inside


def _board(jira: Jira, shown: Board) -> Json:
    home = next(p for p in jira.world.projects if p.key == shown.project)
    entry: Json = {
        "id": shown.id,
        "self": f"{jira.base}{ROOT}/board/{shown.id}",
        "name": shown.name,
        "type": shown.type,
    }
    location = {
        "projectId": home.id,
        "projectKey": home.key,
        "projectName": home.name,
        "displayName": f"{home.name} ({home.key})",
        "projectTypeKey": "software",
        "name": f"{home.name} ({home.key})",
    }
    return {**entry, "location": location} if jira.world.cloud else entry


def _change(sprint: Sprint, values: Json) -> None:
    if "name" in values:
        name = str(values["name"] or "").strip()
        if not name:
            raise Refused(400, errors={"name": "The sprint must have a name."})
        if len(name) > NAME_LIMIT:
            raise Refused(400, errors={"name": f"The sprint name must be {NAME_LIMIT} characters or less."})
        sprint.name = name
    if "goal" in values:
        sprint.goal = values["goal"] or None
    for name, attribute in (("startDate", "start"), ("endDate", "end")):
        if name in values:
            setattr(sprint, attribute, _moment(name, values[name]))
    if sprint.start and sprint.end and sprint.start >= sprint.end:
        raise Refused(400, errors={"endDate": "The end date of a sprint must be after its start date."})


def _moment(name: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused(400, errors={name: f"'{value}' is not a date and time."}) from error
    if moment.tzinfo is None:
        raise Refused(400, errors={name: f"'{value}' has no time zone."})
    return moment.isoformat(timespec="milliseconds")


def _movable(jira: Jira, request: Request, levels: tuple[int, ...] = (0,)) -> list[Issue]:
    names = request.words("issues")
    if len(names) > MOVE_LIMIT:
        raise Refused(400, f"No more than {MOVE_LIMIT} issues can be moved in one operation.")
    issues = [issue_named(jira, name) for name in names]
    for issue in issues:
        if jira.world.type_of(issue).level not in levels:
            raise Refused(400, f"The issue '{issue.key}' is of the type {issue.type} and cannot be moved.")
    return issues


def _place(world: World, issue: Issue, sprint: Sprint | None) -> None:
    before = world.sprints.get(issue.sprint) if issue.sprint else None
    if before is not sprint:
        named = [
            {
                "field": "Sprint",
                "fieldtype": "custom",
                "from": str(before.id) if before else "",
                "fromString": before.name if before else "",
                "to": str(sprint.id) if sprint else "",
                "toString": sprint.name if sprint else "",
            }
        ]
        issue.history.append({"id": str(len(issue.history) + 1), "created": now(), "items": named})
    issue.sprint = sprint.id if sprint else None
    world.save(issue)


def _issue_page(jira: Jira, request: Request, accept: Callable[[Issue], bool]) -> Reply:
    text = request.one("jql") or "ORDER BY Rank ASC"
    found = [issue for issue in matching(jira, text) if accept(issue)]
    page = paged(found, request, "issues")
    page["issues"] = [
        render.issue(jira, i, version="2", fields=request.words("fields"), properties=[]) for i in page["issues"]
    ]
    del page["isLast"]
    return Reply(body={"expand": "schema,names", **page})
