"""What the fake Jira remembers, and the file that it remembers it in."""

import json
import sqlite3
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
Deployment = Literal["Cloud", "Server"]
SprintState = Literal["future", "active", "closed"]

STATUSES: dict[str, Json] = {
    "To Do": {"id": "10000", "category": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"}},
    "In Progress": {
        "id": "10001",
        "category": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    },
    "Done": {"id": "10002", "category": {"id": 3, "key": "done", "colorName": "green", "name": "Done"}},
}
PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
LINK_TYPES = {
    "10000": ("Blocks", "is blocked by", "blocks"),
    "10001": ("Cloners", "is cloned by", "clones"),
    "10002": ("Duplicate", "is duplicated by", "duplicates"),
    "10003": ("Relates", "relates to", "relates to"),
}


@dataclass(frozen=True)
class Person:
    """A user: Cloud knows them by `account_id`, Data Center by `name`."""

    account_id: str
    name: str
    display_name: str
    email: str


@dataclass(frozen=True)
class IssueType:
    """`level` is 1 for an epic, 0 for a story, -1 for a sub-task."""

    id: str
    name: str
    level: int


@dataclass(frozen=True)
class Project:
    """A project with one board."""

    id: int
    key: str
    name: str


@dataclass
class Board:
    """A board of one project."""

    id: int
    name: str
    type: Literal["scrum", "kanban"]
    project: str


@dataclass
class Sprint:
    """`report` is filled when the sprint starts and frozen when it is closed, see `agile`."""

    id: int
    name: str
    board_id: int
    state: SprintState = "future"
    start: str | None = None
    end: str | None = None
    completed: str | None = None
    goal: str | None = None
    report: Json = field(default_factory=dict)


@dataclass
class Issue:
    """`fields` holds what was set, by field id; `rank` orders the backlog; `visible_at` is when search finds it."""

    id: int
    key: str
    project: str
    type: str
    fields: Json
    created: str
    rank: float
    visible_at: float
    status: str = "To Do"
    resolved: str | None = None
    updated: str = ""
    sprint: int | None = None
    closed_sprints: list[int] = field(default_factory=list)
    properties: Json = field(default_factory=dict)
    history: list[Json] = field(default_factory=list)


@dataclass
class Link:
    """`source` blocks `target`, for the type Blocks. In the API the source is called `inwardIssue`."""

    id: int
    type: str
    source: int
    target: int


@dataclass
class Options:
    """How this Jira is set up."""

    deployment: Deployment = "Cloud"
    projects: tuple[tuple[str, str], ...] = (("MUS", "Muster"),)
    board_type: Literal["scrum", "kanban"] = "scrum"
    email: str = "muster@example.com"
    token: str = "fake-api-token"
    without_fields: frozenset[str] = frozenset()
    without_types: frozenset[str] = frozenset()
    without_links: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    indexed_properties: frozenset[str] = frozenset()
    index_lag: float = 0.0
    sprint_report: bool = True
    version: tuple[int, int, int] = (9, 12, 0)


def now() -> str:
    """The time in Jira's form."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


_KINDS: dict[str, type[Any]] = {"sprint": Sprint, "issue": Issue, "link": Link}


class World:
    """Everything that this Jira holds. Whoever reads or changes it holds `lock`, and saves what it changed."""

    def __init__(self, options: Options, path: Path | None = None) -> None:
        self.options = options
        self.lock = threading.RLock()
        self.people = [
            Person("5f0a1b2c3d4e5f6a7b8c9d0e", "muster", "Muster", options.email),
            Person("6f0a1b2c3d4e5f6a7b8c9d0f", "lea", "Lea Marsh", "lea@example.com"),
            Person("7f0a1b2c3d4e5f6a7b8c9d10", "devi", "Devi Rao", "devi@example.com"),
        ]
        self.projects = [Project(10000 + i, key, name) for i, (key, name) in enumerate(options.projects)]
        self.boards = [
            Board(1 + i, f"{project.key} board", options.board_type, project.key)
            for i, project in enumerate(self.projects)
        ]
        sub_task = "Subtask" if self.cloud else "Sub-task"
        kinds = [("Epic", 1), ("Story", 0), ("Task", 0), ("Bug", 0), (sub_task, -1)]
        self.types = [
            IssueType(str(10001 + i), name, level)
            for i, (name, level) in enumerate(kinds)
            if name not in options.without_types
        ]
        self.sprints: dict[int, Sprint] = {}
        self.issues: dict[int, Issue] = {}
        self.links: dict[int, Link] = {}
        self.by_key: dict[str, Issue] = {}
        self._last: dict[type[Any], int] = {}
        self._last_key: dict[str, int] = {}
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None) if path else None
        if self._file:
            self._load(self._file)

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.options.deployment == "Cloud"

    def save(self, thing: Sprint | Issue | Link) -> None:
        """Remember a new or changed thing, also in the file."""
        kind = type(thing).__name__.lower()
        self._shelf(type(thing))[thing.id] = thing
        if isinstance(thing, Issue):
            self.by_key[thing.key] = thing
        if self._file:
            row = (kind, thing.id, json.dumps(asdict(thing)))
            self._file.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", row)

    def forget(self, thing: Sprint | Issue | Link) -> None:
        """Delete a thing, also from the file. Its number is not given out again."""
        kind = type(thing).__name__.lower()
        del self._shelf(type(thing))[thing.id]
        if isinstance(thing, Issue):
            del self.by_key[thing.key]
        if self._file:
            gone = json.dumps({"gone": thing.key if isinstance(thing, Issue) else ""})
            self._file.execute("UPDATE thing SET body = ? WHERE kind = ? AND id = ?", (gone, kind, thing.id))

    def next_id(self, kind: type[Sprint] | type[Issue] | type[Link]) -> int:
        """A number that no thing of this kind ever had."""
        first = {Sprint: 1, Issue: 10000, Link: 20000}[kind]
        self._last[kind] = self._last.get(kind, first - 1) + 1
        return self._last[kind]

    def next_key(self, project: str) -> str:
        """The next issue key of a project; keys of deleted issues are not given out again."""
        self._last_key[project] = self._last_key.get(project, 0) + 1
        return f"{project}-{self._last_key[project]}"

    def find_issue(self, id_or_key: str) -> Issue | None:
        """The issue with this number or key."""
        found = self.by_key.get(id_or_key.upper())
        return found or (self.issues.get(int(id_or_key)) if id_or_key.isdigit() else None)

    def find_project(self, id_or_key: str) -> Project | None:
        """The project with this number or key."""
        return next((p for p in self.projects if id_or_key in (str(p.id), p.key)), None)

    def find_type(self, wanted: Json) -> IssueType | None:
        """The issue type that a field value names by `id` or `name`."""
        given = str(wanted.get("id", "")), str(wanted.get("name", ""))
        return next((t for t in self.types if t.id == given[0] or (not given[0] and t.name == given[1])), None)

    def type_of(self, issue: Issue) -> IssueType:
        """An issue's type."""
        return next(t for t in self.types if t.name == issue.type)

    def board(self, number: int) -> Board | None:
        """The board with this number."""
        return next((b for b in self.boards if b.id == number), None)

    def visible(self, issue: Issue) -> bool:
        """Whether the search index has caught up with this issue."""
        return issue.visible_at <= time.time()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def _shelf(self, kind: type[Any]) -> dict[int, Any]:
        shelves: dict[type[Any], dict[int, Any]] = {Sprint: self.sprints, Issue: self.issues, Link: self.links}
        return shelves[kind]

    def _load(self, file: sqlite3.Connection) -> None:
        file.execute("PRAGMA synchronous = OFF")
        file.execute("CREATE TABLE IF NOT EXISTS thing (kind TEXT, id INTEGER, body TEXT, PRIMARY KEY (kind, id))")
        for kind, number, body in file.execute("SELECT kind, id, body FROM thing ORDER BY id").fetchall():
            self._last[_KINDS[kind]] = max(self._last.get(_KINDS[kind], 0), number)
            values = json.loads(body)
            if kind == "issue":
                project, _, tail = (values.get("gone") or values["key"]).rpartition("-")
                self._last_key[project] = max(self._last_key.get(project, 0), int(tail))
            if "gone" in values:
                continue
            thing = _KINDS[kind](**values)
            self._shelf(_KINDS[kind])[thing.id] = thing
            if isinstance(thing, Issue):
                self.by_key[thing.key] = thing
