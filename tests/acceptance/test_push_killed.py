"""A push whose process is killed again and again ends with each item on the board once."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from planners.sprints.model import SprintPlan
from storage.database import Database, create_engine, migrate
from storage.tables import Push, SprintPlanRow
from tests.peers import require
from tests.peers.jira_fake import FakeJira, Options, fake_jira
from tests.peers.postgres import fresh_database
from tests.support import push_child
from tests.support.push_plans import approved_push, many

ITEMS = 300
LIFE_SECONDS = 60
# The first lives end at this call, while they ask what Jira holds; the later ones at their first or second change.
EARLY = (1, 4, 9, 11)


@pytest.fixture(scope="module")
def nursery() -> ForkServerContext:
    """A server that forks children which have everything imported: they start in no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.push_child"])
    return context


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'muster.db'}"
    return require("PostgreSQL", fresh_database)


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """The same, with the tables."""
    database = Database(create_engine(address))
    migrate(database)
    yield database
    database.engine.dispose()


class Killer:
    """Kills a child at its n-th call: before Jira's answer gets out, or a moment later, while it is written down."""

    def __init__(self, fake: FakeJira, seed: int) -> None:
        self.points: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._left = 0
        self._changes = False
        self._child: BaseProcess | None = None
        self._note = fake._server.note
        fake._server.note = self._noted  # type: ignore[method-assign]

    def aim(self, child: BaseProcess, calls: int, *, changes: bool) -> None:
        """Kill this child at that call, or at that call that changes something in Jira."""
        self._child, self._left, self._changes = child, calls, changes

    def lives(self, nursery: ForkServerContext, arguments: tuple[Any, ...]) -> int:
        """Let children push until one lives to the end; how many were killed before."""
        first = self.points.total() == 0
        for life in range(150):
            child = nursery.Process(target=push_child.live, args=arguments)
            early = first and life < len(EARLY)
            self.aim(child, EARLY[life] if early else 1 + life % 2, changes=not early)
            child.start()
            child.join(LIFE_SECONDS)
            assert child.exitcode in (0, -signal.SIGKILL), f"after {life} kills: {child.exitcode}"
            if child.exitcode == 0:
                return life
        raise AssertionError("it never came to an end")

    def _noted(self, entry: dict[str, Any]) -> None:
        self._note(entry)
        if self._changes and (entry["method"] == "GET" or entry["path"].endswith("bulkfetch")):
            return
        self._left -= 1
        if self._left != 0 or self._child is None or self._child.pid is None:
            return
        what = entry["path"].rstrip("/0123456789").rsplit("/", 1)[-1]
        self.points[f"{entry['method']} {what}"] += 1
        if self.points.total() % 2:
            _kill(self._child.pid)
        else:
            threading.Timer(self._random.uniform(0, 0.02), _kill, [self._child.pid]).start()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_item_is_on_the_board_once_after_more_than_forty_kills(
    nursery: ForkServerContext, database: Database, tmp_path: Path
) -> None:
    plan = many(ITEMS, sprints=12)
    cloud = database.is_sqlite
    report = tmp_path / "report"
    with fake_jira(Options(deployment="Cloud" if cloud else "Server")) as fake:
        push = approved_push(database, plan, target=f"jira:{fake.url}/MUS")
        killer = Killer(fake, seed=len(database.address))
        arguments = (database.address, fake.url, fake.email if cloud else None, fake.token, str(report))
        kills = killer.lives(nursery, arguments)
        links = fake.links()
        keys = Counter(issue.properties["muster"]["key"] for issue in fake.issues())
        names = Counter(sprint.name for sprint in fake.sprints())
        placed = {issue.properties["muster"]["key"]: issue.sprint for issue in fake.issues()}
        numbers = {sprint.id: int(sprint.name.removeprefix("Sprint ")) for sprint in fake.sprints()}
        changed = _turned_round(plan)
        again = approved_push(database, changed, target=push.target)
        kills += killer.lives(nursery, arguments)
        links_after, ranks = fake.links(), {i.properties["muster"]["key"]: i.rank for i in fake.issues()}
    print(f"{kills} kills at {dict(killer.points)}")
    assert kills >= 40
    assert keys == Counter(dict.fromkeys(_keys(plan), 1))
    assert names == Counter({sprint.name: 1 for sprint in plan.sprints})
    assert len(links) == len(set(links)) == sum(len(item.depends_on) for item in plan.items)
    assert {item.key: item.sprint for item in plan.items} == {
        item.key: numbers.get(placed[item.key] or 0) for item in plan.items
    }
    assert len(links_after) == len(set(links_after)) == sum(len(item.depends_on) for item in changed.items)
    assert set(links_after) < set(links)
    for sprint in changed.sprints:
        assert list(sprint.items) == sorted(sprint.items, key=ranks.__getitem__)
    with database.transaction() as session:
        assert session.get_one(SprintPlanRow, again.sprint_plan).status == "pushed"
        pushed = session.get_one(Push, push.id)
        assert session.get_one(SprintPlanRow, push.sprint_plan).status == "pushed"
    assert pushed.outcome is not None
    assert (pushed.outcome["status"], pushed.outcome["counts"]["created"]) == ("done", ITEMS)
    assert {json.loads(line)["status"] for line in report.read_text().splitlines()} == {"done"}


def _turned_round(plan: SprintPlan) -> SprintPlan:
    """The plan with the order of its items turned round and every second dependency dropped."""
    items = [
        item.model_copy(update={"depends_on": item.depends_on if place % 2 else ()})
        for place, item in enumerate(sorted(plan.items, key=lambda item: not item.depends_on))
    ]
    sprints = tuple(sprint.model_copy(update={"items": sprint.items[::-1]}) for sprint in plan.sprints)
    return plan.model_copy(update={"items": tuple(items), "sprints": sprints})


def _keys(plan: SprintPlan) -> set[str]:
    keys = {epic.key for epic in plan.epics} | {item.key for item in plan.items}
    return keys | {task.key for item in plan.items for task in item.tasks}
