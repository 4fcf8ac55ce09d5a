"""A stateful fake of Jira, Cloud or Data Center, on 127.0.0.1. How to use it: tests/peers/README.md."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.peers.jira_fake import agile, issues, platform, report
from tests.peers.jira_fake.control import counters, set_status
from tests.peers.jira_fake.model import Deployment, Issue, Json, Link, Options, Sprint
from tests.peers.jira_fake.server import FakeServer, Fault, Jira, endpoints

__all__ = ["Deployment", "FakeJira", "Fault", "Issue", "Link", "Options", "Sprint", "endpoints", "fake_jira"]

ROUTES = (platform, issues, agile, report)


class FakeJira:
    """A Jira that a test can look into. `url` is what Muster is told, with `email` and `token` (Server: `token`)."""

    def __init__(self, options: Options | None = None, *, state: Path | None = None, port: int = 0) -> None:
        """Start it. With `state`, what it holds is kept in that file and found again by the next one."""
        self.options = options or Options()
        self._server = FakeServer(self.options, state, port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="fake-jira", daemon=True
        )
        self._thread.start()
        self.url = self._server.url
        self.email, self.token = self.options.email, self.options.token

    @property
    def port(self) -> int:
        """The port, to start the next one on after a restart."""
        return int(self._server.server_address[1])

    @property
    def jira(self) -> Jira:
        """The inside."""
        return self._server.jira

    @property
    def log(self) -> list[Json]:
        """Every request so far: `n`, `method`, `path`, `query`, `status`, and `fault` when one struck."""
        return list(self._server.log)

    @property
    def counters(self) -> dict[str, int]:
        """How many requests there were, by method and shape of the path."""
        return counters(self.log)

    def forget_log(self) -> None:
        """Start counting anew."""
        self._server.log.clear()

    def fault(self, path: str, **how: Any) -> Fault:
        """Let something go wrong with requests whose path matches; for `how` see `Fault`."""
        fault = Fault(path, **how)
        self._server.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._server.faults.clear()

    def issues(self) -> list[Issue]:
        """All issues, oldest first."""
        with self.jira.world.lock:
            return list(self.jira.world.issues.values())

    def sprints(self) -> list[Sprint]:
        """All sprints, oldest first."""
        with self.jira.world.lock:
            return list(self.jira.world.sprints.values())

    def links(self) -> list[tuple[str, str, str]]:
        """All links as (key, type, key): the first one blocks the second."""
        world = self.jira.world
        with world.lock:
            return [(world.issues[k.source].key, k.type, world.issues[k.target].key) for k in world.links.values()]

    def set_status(self, key: str, status: str) -> None:
        """Move an issue to `To Do`, `In Progress` or `Done`, as a person would."""
        with self.jira.world.lock:
            set_status(self.jira.world, key, status)

    def points(self, issue: Issue) -> float | None:
        """An issue's story points."""
        return report.points_of(self.jira, issue)

    def start_sprint(self, sprint_id: int) -> None:
        """Start a sprint, as a person would."""
        world = self.jira.world
        with world.lock:
            report.start_sprint(self.jira, world.sprints[sprint_id])
            world.save(world.sprints[sprint_id])

    def close_sprint(self, sprint_id: int) -> None:
        """Complete a sprint; what is not done goes to the backlog."""
        world = self.jira.world
        with world.lock:
            report.close_sprint(self.jira, world.sprints[sprint_id])
            world.save(world.sprints[sprint_id])

    def seed_closed_sprint(
        self, name: str, start: str, end: str, *, done: Sequence[float], left: Sequence[float] = (), board: int = 1
    ) -> Sprint:
        """A sprint of the past with an issue for each estimate: those `done`, and those `left` over.

        `start` and `end` are ISO 8601 with a time zone.
        """
        world = self.jira.world
        with world.lock:
            home = next(b for b in world.boards if b.id == board)
            made = Sprint(world.next_id(Sprint), name, board, start=start, end=end)
            world.save(made)
            keys = [self._seed_issue(home.project, made.id, start, points) for points in (*done, *left)]
            report.start_sprint(self.jira, made)
            for key in keys[: len(done)]:
                set_status(world, key, "Done")
                world.by_key[key].resolved = end
            report.close_sprint(self.jira, made, at=end)
            world.save(made)
            return made

    def _seed_issue(self, project: str, sprint: int, created: str, points: float) -> str:
        world = self.jira.world
        kind = next(t for t in world.types if t.level == 0)
        number, key = world.next_id(Issue), world.next_key(project)
        values: Json = {"summary": f"Work {key}"}
        if self.jira.fields.points:
            values[self.jira.fields.points.id] = points
        rank = max((i.rank for i in world.issues.values()), default=0.0) + 1.0
        world.save(Issue(number, key, project, kind.name, values, created, rank, time.time(), sprint=sprint))
        return key

    def stop(self) -> None:
        """Stop it, and cut the connections that are open."""
        self._server.close()
        self._thread.join(timeout=5)


@contextmanager
def fake_jira(options: Options | None = None, *, state: Path | None = None, port: int = 0) -> Iterator[FakeJira]:
    """A running fake, stopped at the end."""
    jira = FakeJira(options, state=state, port=port)
    try:
        yield jira
    finally:
        jira.stop()
