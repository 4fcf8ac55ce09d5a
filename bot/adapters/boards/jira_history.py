"""What a team committed to and completed in its closed sprints.

Jira's own sprint report says it, with what was done while the sprint ran. Where there is none, the issues' change logs
do: an issue counts as committed when it was in the sprint as that began, and as completed when it was done and still in
it as that was closed. Both use today's story points of an issue in the second case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from bot.adapters.boards.jira_client import GREENHOPPER, JiraClient
from bot.adapters.boards.jira_facts import JiraFacts
from bot.adapters.boards.jira_reading import moment
from bot.adapters.boards.port import BoardMisconfigured, BoardRefused
from planners.plan.models import HistoricSprint

Json = dict[str, Any]
Search = Callable[[str, str, str | None], Iterable[Json]]


def velocity_history(
    client: JiraClient, facts: JiraFacts, closed: Sequence[Json], search: Search
) -> tuple[HistoricSprint, ...]:
    """The points of these closed sprints (raw, oldest first). `search` takes JQL, fields and what to expand."""
    history = []
    done_names: frozenset[str] | None = None
    for sprint in closed:
        points = _reported(client, facts, sprint)
        if points is None:
            if done_names is None:
                done_names = _done_statuses(client)
            found = search(f"sprint = {sprint['id']}", f"status,created,{facts.sprint},{facts.points}", "changelog")
            points = _logged(found, facts, sprint, done_names)
        history.append(
            HistoricSprint(name=sprint["name"], committed_points=_shown(points[0]), completed_points=_shown(points[1]))
        )
    return tuple(history)


def _reported(client: JiraClient, facts: JiraFacts, sprint: Json) -> tuple[Decimal, Decimal] | None:
    """Committed and completed by the sprint report, None where Jira has none."""
    params = {"rapidViewId": facts.board, "sprintId": sprint["id"]}
    try:
        report = client.read("rapid/charts/sprintreport", params, base=GREENHOPPER)["contents"]
    except (BoardRefused, BoardMisconfigured, KeyError):
        return None
    committed = sum(
        (_value(report.get(f"{group}InitialEstimateSum")) for group in _GROUPS.values()),
        Decimal(0),
    )
    added = set(report.get("issueKeysAddedDuringSprint") or ())
    for group in _GROUPS:
        for issue in report.get(group) or ():
            if issue["key"] in added:
                committed -= _value((issue.get("estimateStatistic") or {}).get("statFieldValue"))
    return max(committed, Decimal(0)), _value(report.get("completedIssuesEstimateSum"))


_GROUPS = {
    "completedIssues": "completedIssues",
    "issuesNotCompletedInCurrentSprint": "issuesNotCompleted",
    "puntedIssues": "puntedIssues",
}


def _value(estimate: Json | None) -> Decimal:
    value = (estimate or {}).get("value")
    return Decimal(0) if value is None else Decimal(str(value))


def _logged(
    issues: Iterable[Json], facts: JiraFacts, sprint: Json, done_names: frozenset[str]
) -> tuple[Decimal, Decimal]:
    """Committed and completed by the change logs."""
    started, ended = moment(sprint.get("startDate")), moment(sprint.get("completeDate") or sprint.get("endDate"))
    if started is None or ended is None:
        return Decimal(0), Decimal(0)
    committed = completed = Decimal(0)
    for issue in issues:
        points = Decimal(str(issue["fields"].get(facts.points) or 0))
        log = _Log(issue)
        committed += points if log.inside(str(sprint["id"]), started) else 0
        done = log.status(ended) in done_names and log.status(started) not in done_names
        completed += points if done and log.inside(str(sprint["id"]), ended) else 0
    return committed, completed


class _Log:
    """An issue's sprints and status at a moment."""

    def __init__(self, issue: Json) -> None:
        self._issue = issue
        self._created = moment(issue["fields"]["created"])
        entries = issue.get("changelog", {}).get("histories", [])
        dated = [(moment(entry["created"]), item) for entry in entries for item in entry["items"]]
        self._changes = sorted(((at, item) for at, item in dated if at is not None), key=lambda change: change[0])

    def inside(self, sprint_id: str, at: dt.datetime) -> bool:
        """Whether it was in the sprint. One that never moved was created there."""
        if self._created is None or self._created > at:
            return False
        listed = self._at(at, "Sprint", "from", "to")
        return True if listed is None else sprint_id in [part.strip() for part in listed.split(",")]

    def status(self, at: dt.datetime) -> str:
        """The name of its status."""
        found = self._at(at, "status", "fromString", "toString")
        return str(self._issue["fields"]["status"]["name"]) if found is None else found

    def _at(self, at: dt.datetime, field: str, before: str, after: str) -> str | None:
        """The value at a moment, None when it never changed."""
        changes = [(when, item) for when, item in self._changes if item["field"] == field]
        if not changes:
            return None
        past = [item for when, item in changes if when <= at]
        return str(past[-1].get(after) or "") if past else str(changes[0][1].get(before) or "")


def _done_statuses(client: JiraClient) -> frozenset[str]:
    return frozenset(s["name"] for s in client.read("status") if s["statusCategory"]["key"] == "done")


def _shown(points: Decimal) -> Decimal:
    return min(points, Decimal(1000)).quantize(Decimal("0.01"))
