"""The sprint report, which Jira's own page reads and which no specification describes; starting and closing sprints."""

from typing import Any

from tests.peers.jira_fake.model import Board, Issue, Json, Sprint, World, now
from tests.peers.jira_fake.server import Jira, Refused, Reply, Request, route


def points_of(jira: Jira, issue: Issue) -> float | None:
    """An issue's story points, in the field that this Jira's boards estimate with."""
    return issue.fields.get(jira.fields.points.id) if jira.fields.points else None


def board_named(jira: Jira, number: str) -> Board:
    """The board, or Jira's 404."""
    found = jira.world.board(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(
            404,
            "The requested board cannot be viewed because it either does not exist or you do not "
            "have permission to view it.",
        )
    return found


def scrum_board(jira: Jira, number: str) -> Board:
    """The board, when it has sprints."""
    found = board_named(jira, number)
    if found.type != "scrum":
        raise Refused(400, "The board does not support sprints")
    return found


def sprint_named(jira: Jira, number: str) -> Sprint:
    """The sprint, or Jira's 404."""
    found = jira.world.sprints.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(404, "Sprint does not exist")
    return found


def issues_inside(world: World, sprint: Sprint) -> list[Issue]:
    """The issues of an open sprint."""
    return [issue for issue in world.issues.values() if issue.sprint == sprint.id]


def start_sprint(jira: Jira, started: Sprint) -> None:
    """Start a sprint, and remember what was committed."""
    if not started.start or not started.end:
        raise Refused(400, "A sprint needs a start date and an end date to be started.")
    others = jira.world.sprints.values()
    if any(s.state == "active" and s.board_id == started.board_id for s in others):
        raise Refused(400, "There is already an active sprint on this board.")
    committed = {issue.key: points_of(jira, issue) for issue in issues_inside(jira.world, started)}
    started.state, started.report = "active", {"committed": committed, "added": []}


def close_sprint(jira: Jira, closed: Sprint, at: str | None = None) -> None:
    """Complete a sprint: what is not done goes to the backlog, and the report is frozen."""
    inside = issues_inside(jira.world, closed)
    entries = [{"key": i.key, "points": points_of(jira, i), "done": i.status == "Done"} for i in inside]
    closed.state, closed.completed = "closed", at or now()
    closed.report = {**closed.report, "entries": entries}
    for issue in inside:
        issue.closed_sprints.append(closed.id)
        issue.sprint = None
        jira.world.save(issue)


@route("GET", "/rest/greenhopper/1.0/rapid/charts/sprintreport")
def sprint_report(jira: Jira, request: Request) -> Reply:
    """What a sprint committed to and what it completed."""
    if not jira.world.options.sprint_report:
        raise Refused(404, "The sprint report is not available.")
    found = scrum_board(jira, request.one("rapidViewId"))
    shown = sprint_named(jira, request.one("sprintId"))
    if shown.board_id != found.id:
        raise Refused(404, "The sprint is not on this board.")
    committed: dict[str, Any] = shown.report.get("committed", {})
    entries: list[Json] = shown.report.get("entries") or [
        {"key": i.key, "points": points_of(jira, i), "done": i.status == "Done"}
        for i in issues_inside(jira.world, shown)
    ]
    done = [entry for entry in entries if entry["done"]]
    left = [entry for entry in entries if not entry["done"]]
    inside = {entry["key"] for entry in entries}
    punted = [{"key": key, "points": points, "done": False} for key, points in committed.items() if key not in inside]
    contents: Json = {"issueKeysAddedDuringSprint": {k: True for k in inside if k not in committed}}
    groups = {
        "completedIssues": ("completedIssues", done),
        "issuesNotCompletedInCurrentSprint": ("issuesNotCompleted", left),
        "puntedIssues": ("puntedIssues", punted),
        "issuesCompletedInAnotherSprint": ("issuesCompletedInAnotherSprint", []),
    }
    for name, (sums, group) in groups.items():
        contents[name] = [_report_entry(jira, entry) for entry in group]
        contents[f"{sums}InitialEstimateSum"] = _sum(committed.get(entry["key"]) for entry in group)
        contents[f"{sums}EstimateSum"] = _sum(entry["points"] for entry in group)
    contents["allIssuesEstimateSum"] = _sum(entry["points"] for entry in entries)
    head = {
        "id": shown.id,
        "sequence": shown.id,
        "name": shown.name,
        "state": shown.state.upper(),
        "goal": shown.goal or "",
        "isoStartDate": shown.start,
        "isoEndDate": shown.end,
        "isoCompleteDate": shown.completed or "None",
    }
    return Reply(body={"contents": contents, "sprint": head, "supportsPages": True})


def _report_entry(jira: Jira, entry: Json) -> Json:
    issue = jira.world.by_key.get(entry["key"])
    estimate = {"value": entry["points"], "text": str(entry["points"])} if entry["points"] is not None else {}
    return {
        "id": issue.id if issue else 0,
        "key": entry["key"],
        "hidden": False,
        "done": entry["done"],
        "summary": issue.fields.get("summary") if issue else "",
        "currentEstimateStatistic": {"statFieldId": "points", "statFieldValue": estimate},
    }


def _sum(values: Any) -> Json:
    known = [float(value) for value in values if value is not None]
    return {"value": sum(known), "text": str(sum(known))} if known else {"text": "null"}
