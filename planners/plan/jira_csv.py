"""A backlog as Jira exports it to CSV: epics, stories, sub-tasks and 'blocks' links become a plan.

Columns are found by their names in any order; those that a plan has no use for are passed over. Links and parents
outside the export are, too: the plan holds what was exported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from planners.plan.criteria import split_criteria
from planners.plan.csv_text import Row, Table
from planners.plan.keys import slug
from planners.plan.models import ItemStatus, Priority
from planners.plan.tree import Items, Parsed, Section

_POINTS = ("story points", "custom field (story points)", "custom field (story point estimate)", "story point estimate")
_EPIC_LINKS = (
    "epic link",
    "custom field (epic link)",
    "parent key",
    "parent",
    "parent id",
    "custom field (parent link)",
)
_PARENTS = ("parent key", "parent", "parent id", "parent issue")
_EPIC_TITLES = ("parent summary", "epic link summary", "epic name", "custom field (epic name)")
_CRITERIA = ("acceptance criteria", "custom field (acceptance criteria)", "custom field (acceptance criterion)")
_COMPONENTS = ("component/s", "components", "component")
_TEAMS = ("team name", "team", "custom field (team name)", "custom field (team)")
_BLOCKED_BY = ("inward issue link (blocks)", "inward issue link (blocker)")
_BLOCKS = ("outward issue link (blocks)", "outward issue link (blocker)")
_DROPPED = frozenset(
    [
        "won't do",
        "won't fix",
        "wontfix",
        "duplicate",
        "cannot reproduce",
        "rejected",
        "declined",
        "cancelled",
        "canceled",
    ]
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
_SUBTASK = re.compile(r"sub-?\s?task", re.IGNORECASE)


def is_jira(table: Table) -> bool:
    """Does the table look like issues?"""
    return table.has("summary") and table.has("issue key", "issue type", "issue id", *_POINTS, "status", "priority")


def read_jira(table: Table, source: str = "") -> Parsed:
    """A document tree that holds the plan only."""
    export = _Export(table.rows)
    plan = Section(1, label="", source=source)
    venture, title = _project(table.rows)
    plan.put("venture", venture, 1)
    plan.put("title", title, 1)
    plan.put("epics", _items(map(_epic, export.epics)), 1)
    plan.put("stories", _items(map(_story, export.stories)), 1)
    root = Section(1, source=source)
    root.put("plan", plan, 1)
    return Parsed(root)


@dataclass(slots=True)
class _Issue:
    row: Row
    key: str
    title: str
    epic: str = ""
    tasks: list[_Issue] = field(default_factory=list)
    waits_for: list[str] = field(default_factory=list)


class _Export:
    """The issues in their places: which are epics, which stories, which tasks of which story."""

    def __init__(self, rows: Iterable[Row]) -> None:
        issues = [_Issue(row, row.first("issue key", "key"), row.first("summary")) for row in rows]
        self._known: dict[str, _Issue] = {}
        for issue in issues:
            for name in (issue.key, issue.row.first("issue id")):
                if name:
                    self._known.setdefault(name, issue)
        self.epics = [issue for issue in issues if issue.row.first("issue type").lower() == "epic"]
        self._epic_ids = set(map(id, self.epics))
        self._story_of: dict[int, _Issue] = {}
        self.stories: list[_Issue] = []
        rest = [issue for issue in issues if id(issue) not in self._epic_ids]
        for issue in rest:
            parent = self._parent(issue)
            if parent is None:
                self.stories.append(issue)
            else:
                parent.tasks.append(issue)
                self._story_of[id(issue)] = parent
        for issue in self.stories:
            issue.epic = self._epic_key(issue)
        for issue in issues:
            self._link(issue)

    def _parent(self, issue: _Issue) -> _Issue | None:
        """The story that this issue is a sub-task of."""
        parent = self._known.get(issue.row.first(*_PARENTS))
        if parent is None or parent is issue or id(parent) in self._epic_ids:
            return None
        # Plans know two levels below an epic, so a parent that has one itself keeps its tasks only if it is a story.
        return None if _SUBTASK.search(parent.row.first("issue type")) else parent

    def _epic_key(self, issue: _Issue) -> str:
        name = next((name for name in issue.row.all(*_EPIC_LINKS) if name != issue.key), "")
        epic = self._known.get(name)
        if epic is not None:
            return epic.key if id(epic) in self._epic_ids else ""
        title = issue.row.first(*_EPIC_TITLES)
        if not name or not title or _SUBTASK.search(issue.row.first("issue type")):
            return ""
        outside = _Issue(Row(issue.row.line, {}), name if re.match(r"[A-Za-z]", name) else slug(title), title)
        self._known[name] = outside
        self._known.setdefault(outside.key, outside)
        self._epic_ids.add(id(outside))
        self.epics.append(outside)
        return outside.key

    def _planned(self, issue: _Issue | None) -> _Issue | None:
        """What stands for the issue among epics and stories."""
        return None if issue is None else self._story_of.get(id(issue), issue)

    def _link(self, issue: _Issue) -> None:
        here = self._planned(issue)
        for name in issue.row.all(*_BLOCKED_BY):
            _wait(here, self._planned(self._known.get(name)))
        for name in issue.row.all(*_BLOCKS):
            _wait(self._planned(self._known.get(name)), here)


def _wait(later: _Issue | None, first: _Issue | None) -> None:
    if later is None or first is None or later is first or not first.key:
        return
    in_each_other = later.epic == first.key or (first.epic and first.epic == later.key)
    if not in_each_other and first.key not in later.waits_for:
        later.waits_for.append(first.key)


def _project(rows: tuple[Row, ...]) -> tuple[str, str]:
    """Key and name of the project that most issues belong to."""
    keys = Counter(row.first("project key") or row.first("issue key", "key").rpartition("-")[0] for row in rows)
    keys.pop("", None)
    key = keys.most_common(1)[0][0] if keys else "backlog"
    name = next((name for row in rows if (name := row.first("project name"))), key)
    return (key if re.match(r"[A-Za-z0-9][\w.-]*$", key, re.ASCII) else slug(key))[:80], name[:255]


def _items(sections: Iterable[Section]) -> Items:
    items = Items(1)
    for section in sections:
        items.put(section, section.line)
    return items


def _section(issue: _Issue) -> Section:
    line = issue.row.line
    section = Section(line, label=issue.key or f"row on line {line}")
    section.names = {"title": "Summary", "key": "Issue key", "points": "Story Points", "description": "Description"}
    section.put("title", issue.title or None, line)
    section.put("key", issue.key or None, line)
    return section


def _epic(issue: _Issue) -> Section:
    section = _section(issue)
    _put(section, "description", issue.row.first("description"))
    _put(section, "priority", _priority(issue.row))
    _put_list(section, "labels", _labels(issue.row))
    _put_list(section, "depends_on", issue.waits_for)
    return section


def _story(issue: _Issue) -> Section:
    section = _section(issue)
    row = issue.row
    description, criteria = split_criteria(row.first("description"))
    separate = row.first(*_CRITERIA)
    if separate:
        criteria = (*split_criteria(f"Acceptance criteria:\n{separate}")[1], *criteria)
    _put(section, "description", description)
    _put(section, "epic", issue.epic)
    _put(section, "points", _points(row))
    _put(section, "priority", _priority(row))
    _put(section, "status", _status(row))
    team = row.first(*_TEAMS)
    _put(section, "team", slug(team)[:80] if team and not _UUID.match(team) else "")
    _put_list(section, "acceptance_criteria", criteria)
    _put_list(section, "labels", _labels(row))
    _put_list(section, "depends_on", issue.waits_for)
    tasks = Items(row.line)
    for task in issue.tasks:
        inner = _section(task)
        _put(inner, "description", task.row.first("description"))
        _put(inner, "points", _points(task.row))
        tasks.put(inner, inner.line)
    section.put("tasks", tasks, row.line)
    return section


def _put(section: Section, name: str, value: str) -> None:
    if value:
        section.put(name, value, section.line)


def _put_list(section: Section, name: str, values: Iterable[str]) -> None:
    items = Items(section.line)
    for value in values:
        items.put(value, section.line)
    section.put(name, items, section.line)


def _points(row: Row) -> str:
    said = row.first(*_POINTS)
    try:
        number = Decimal(said.replace(",", ".") if re.fullmatch(r"\d+,\d+", said) else said)
        return f"{round(number, 2).normalize():f}" if number.is_finite() and abs(number) < 10_000 else said
    except InvalidOperation:
        return said


def _labels(row: Row) -> list[str]:
    components = [part for value in row.all(*_COMPONENTS) for part in value.split(";") if part.strip()]
    labels = [part for value in row.all("labels", "label") for part in re.split(r"[\s,;]+", value) if part]
    return list(dict.fromkeys([*labels, *map(slug, components)]))


def _priority(row: Row) -> str:
    if _is_dropped(row):
        return Priority.WONT
    try:
        return Priority(row.first("priority"))
    except ValueError:
        return ""


def _is_dropped(row: Row) -> bool:
    return any(row.first(column).lower().replace("’", "'") in _DROPPED for column in ("resolution", "status"))


def _status(row: Row) -> str:
    """By the category of the status where it is exported, else by the status itself, else by the resolution."""
    for column in ("status category", "status"):
        try:
            return ItemStatus(row.first(column))
        except ValueError:
            continue
    resolved = row.first("resolution").lower() not in ("", "unresolved")
    return ItemStatus.DONE if resolved or _is_dropped(row) else ItemStatus.TODO
