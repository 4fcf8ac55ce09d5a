"""HTTP calls and wall time of a push of 500 items, against a client that creates issues one by one.

The other client does the same work on the same fake with the `jira` package as its manual shows it: an issue, a link
and a move at a time. Each runs on a fresh project of the same server process, once as the network of this machine is
and once with a delay before each answer, as between a data centre and Jira. Muster's time includes everything that
makes it durable. Usage: python -m tests.benchmarks.push
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jira import JIRA

from bot.adapters.boards.jira import JiraBoard
from bot.flows.engine import DurableEngine
from bot.flows.push import PushFlow
from planners.sprints.model import SprintPlan
from storage.clock import SystemClock
from storage.database import Database, create_engine, migrate
from tests.peers.jira_process import JiraProcess, jira_process
from tests.support.push_plans import approved_push, many

ITEMS = 500
DELAYS = (0.0, 0.02)
PROJECT = "MUS"
STORY_POINTS = "customfield_10016"


def main() -> None:
    """Print both clients' figures and their ratios."""
    plan = many(ITEMS, sprints=10)
    print(f"A push of {ITEMS} items, {len(plan.sprints)} sprints, {sum(len(i.depends_on) for i in plan.items)} links")
    for delay in DELAYS:
        ours = _measured(muster, plan, delay)
        naive = _measured(one_by_one, plan, delay)
        print(f"\nwith {delay * 1000:.0f} ms before each answer {'calls':>8} {'seconds':>9}")
        print(f"{'Muster':>30} {ours[0]:>8} {ours[1]:>9.2f}")
        print(f"{'one issue a call':>30} {naive[0]:>8} {naive[1]:>9.2f}")
        print(f"{'ratio':>30} {naive[0] / ours[0]:>7.1f}x {naive[1] / ours[1]:>8.1f}x")


def _measured(client: Callable[[SprintPlan, JiraProcess], float], plan: SprintPlan, delay: float) -> tuple[int, float]:
    """Calls and seconds of a client on a fresh Jira. Everything has to be there afterwards."""
    with jira_process() as jira:
        if delay:
            jira.control("POST", "faults", {"path": "/rest/", "action": "delay", "seconds": delay, "times": None})
        seconds = client(plan, jira)
        calls = sum(n for call, n in jira.control("GET", "counters").items() if "/rest/" in call)
        state = jira.control("GET", "state")
    if len(state["issues"]) != ITEMS or len(state["links"]) != sum(len(item.depends_on) for item in plan.items):
        raise RuntimeError("the board does not hold the plan")
    return calls, seconds


def muster(plan: SprintPlan, jira: JiraProcess) -> float:
    """Push the plan as Muster does; seconds from the start of the flow to its outcome."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(create_engine(f"sqlite:///{Path(folder) / 'muster.db'}"))
        migrate(database)
        engine = DurableEngine(database)

        def board(venture: str) -> JiraBoard:
            return JiraBoard(jira.url, email=jira.email, token=jira.token, venture=venture, project=PROJECT)

        flow = PushFlow(engine, database, SystemClock(), board)
        engine.start()
        push = approved_push(database, plan, target=board(plan.venture).target)
        began = time.perf_counter()
        flow.start(push)
        outcome = flow.result(push)
        seconds = time.perf_counter() - began
        engine.stop()
        database.engine.dispose()
    if outcome["status"] != "done":
        raise RuntimeError(f"the push ended {outcome['status']}: {outcome['problems']}")
    return seconds


def one_by_one(plan: SprintPlan, jira: JiraProcess) -> float:
    """Create the same with one call for each thing; seconds for all of it."""
    began = time.perf_counter()
    client = JIRA(jira.url, options={"rest_api_version": "3"}, basic_auth=(jira.email, jira.token))
    made: dict[str, str] = {}

    def create(key: str, kind: str, title: str, description: str, parent: str | None = None, **fields: Any) -> None:
        words = [{"type": "text", "text": description}] if description else []
        text = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": words}]}
        below: dict[str, Any] = {"parent": {"key": made[parent]}} if parent else {}
        issue = client.create_issue(
            project={"key": PROJECT}, issuetype={"name": kind}, summary=title, description=text, **below, **fields
        )
        made[key] = issue.key

    for epic in plan.epics:
        create(epic.key, "Epic", epic.title, epic.description)
    for item in plan.items:
        fields: dict[str, Any] = {STORY_POINTS: float(item.points), "labels": list(item.labels)}
        create(item.key, "Story", item.title, item.description, item.epic, **fields)
        for task in item.tasks:
            create(task.key, "Subtask", task.title, task.description, item.key)
    for item in plan.items:
        for blocker in item.depends_on:
            client.create_issue_link("Blocks", made[blocker], made[item.key])
    (board,) = client.boards(projectKeyOrID=PROJECT)
    for sprint in plan.sprints:
        there = client.create_sprint(
            sprint.name, board.id, f"{sprint.start}T09:00:00+00:00", f"{sprint.end}T17:00:00+00:00", sprint.goal
        )
        for key in sprint.items:
            client.add_issues_to_sprint(there.id, [made[key]])
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
