"""What has to be known of a Jira before anything is written there; all of it is asked, nothing assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.boards.jira_client import JiraClient
from bot.adapters.boards.port import BoardMisconfigured, BoardRefused, Finding
from planners.plan.models import Priority
from planners.sprints.pushing import IssueKind

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "LINK_ISSUES",
    "SCHEDULE_ISSUES",
    "MANAGE_SPRINTS_PERMISSION",
)
_HOPPER = "com.pyxis.greenhopper.jira:"
_NAMES = {
    IssueKind.EPIC: ("epic",),
    IssueKind.STORY: ("story", "user story", "task"),
    IssueKind.TASK: ("sub-task", "subtask", "task"),
}
_LEVELS = {IssueKind.EPIC: 1, IssueKind.STORY: 0, IssueKind.TASK: -1}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JiraFacts:
    """A Jira project that can take a backlog. `types` and `screens` are by kind of issue; a screen is field ids."""

    project: str
    project_id: str
    board: int
    board_name: str
    types: Mapping[IssueKind, str]
    screens: Mapping[IssueKind, frozenset[str]]
    points: str
    sprint: str
    epic_link: str | None
    epic_name: str | None
    link_type: str
    link_reversed: bool
    priorities: Mapping[Priority, str]


class Discovery:
    """Asks one Jira, and keeps a finding about each thing that a push needs."""

    def __init__(self, client: JiraClient, project: str, board: int | None) -> None:
        self.findings: list[Finding] = []
        self._client = client
        self._project = project
        self._board = board

    def facts(self) -> JiraFacts:
        """What is known. Raises :class:`BoardMisconfigured` with every problem that was found."""
        project = self._ask("project", self._find_project)
        if project is None:
            raise BoardMisconfigured(self.problems)
        board = self._ask("board", self._find_board)
        fields = {field["id"]: field for field in self._client.read("field")}
        sprint = self._field(fields, "gh-sprint", "Sprint", "Sprint")
        points = self._points(fields, board)
        epic_link, epic_name = self._epic_fields(fields)
        types, screens, priorities = self._types(points)
        link = self._ask("link type", self._find_link)
        if self.problems or board is None or sprint is None or points is None or link is None:
            raise BoardMisconfigured(self.problems)
        return JiraFacts(
            project=project["key"],
            project_id=str(project["id"]),
            board=int(board["id"]),
            board_name=str(board["name"]),
            types=types,
            screens=screens,
            points=points,
            sprint=sprint,
            epic_link=epic_link,
            epic_name=epic_name,
            link_type=link[0],
            link_reversed=link[1],
            priorities=priorities,
        )

    @property
    def problems(self) -> list[Finding]:
        """The findings that somebody has to do something about."""
        return [finding for finding in self.findings if not finding.well]

    def permissions(self) -> None:
        """Check what Muster's user may do in the project."""
        params = {"projectKey": self._project, "permissions": ",".join(PERMISSIONS) if self._client.cloud else None}
        held = self._client.read("mypermissions", params)["permissions"]
        missing = [name for name in PERMISSIONS if name in held and not held[name]["havePermission"]]
        missing += [name for name in PERMISSIONS if name not in held and self._client.cloud]
        if missing:
            todo = f"In the project's permission scheme, grant Muster's user: {', '.join(missing)}."
            self._add("permissions", f"Muster's user lacks {', '.join(missing)} in {self._project}", todo)
        else:
            self._add("permissions", f"Muster's user has every permission that it needs in {self._project}")

    def _add(self, name: str, text: str, todo: str = "") -> None:
        self.findings.append(Finding(name, text, todo))

    def _ask(self, name: str, question: Callable[[], Any]) -> Any:
        """An answer, None when it is a problem; Jira's refusal to answer is one."""
        try:
            return question()
        except BoardRefused as error:
            self._add(
                name, f"Jira says about the {name}: {error.reason}", "Check the venture's Jira project and board."
            )
            return None

    def _find_project(self) -> Json | None:
        try:
            found: Json = self._client.read(f"project/{self._project}")
        except BoardRefused:
            todo = "Set the venture's Jira project to an existing key, and let Muster's user browse it."
            self._add("project", f"There is no Jira project {self._project} that Muster can see", todo)
            return None
        self._add("project", f"Jira project {found['key']}: {found['name']}")
        return found

    def _find_board(self) -> Json | None:
        found = self._pages("board", {"projectKeyOrId": self._project}, "values", base=JiraClient.AGILE_BASE_URL)
        boards = [board for board in found if board["type"] in ("scrum", "simple")]
        if self._board is not None:
            boards = [board for board in boards if board["id"] == self._board]
        if boards:
            board = min(boards, key=lambda entry: int(entry["id"]))
            self._add("board", f"Scrum board {board['id']}: {board['name']}")
            return board
        which = f"board {self._board} of" if self._board is not None else "Scrum board in"
        others = ", ".join(f"{board['id']} ({board['type']})" for board in found) or "none"
        todo = "Create a Scrum board for the project in Jira, or set the venture's board to one that has sprints."
        self._add("board", f"There is no {which} {self._project} with sprints; boards there: {others}", todo)
        return None

    def _field(self, fields: Mapping[str, Json], kind: str, name: str, what: str) -> str | None:
        for field_id, field in fields.items():
            if field.get("schema", {}).get("custom") == _HOPPER + kind:
                self._add(f"field {name}", f"{what} is {field_id}")
                return field_id
        todo = "Enable Jira Software for the project; an administrator finds the field under Issues, Custom fields."
        self._add(f"field {name}", f"Jira has no field {what}", todo)
        return None

    def _points(self, fields: Mapping[str, Json], board: Json | None) -> str | None:
        """The field that the board estimates with; else one that is story points by its schema or by its name."""
        if board is not None:
            path = f"board/{board['id']}/configuration"
            answer = self._ask("board", lambda: self._client.read(path, base=JiraClient.AGILE_BASE_URL)) or {}
            estimated = answer.get("estimation", {}).get("field", {}).get("fieldId")
            if estimated in fields and fields[estimated].get("schema", {}).get("type") == "number":
                self._add("field Story Points", f"Story points are {estimated}, as on the board")
                return str(estimated)
        kinds = [f for f, v in fields.items() if v.get("schema", {}).get("custom") == _HOPPER + "jsw-story-points"]
        kinds += [
            field_id
            for field_id, field in fields.items()
            if field.get("schema", {}).get("type") == "number" and field["name"].lower().startswith("story point")
        ]
        if kinds:
            self._add("field Story Points", f"Story points are {kinds[0]}")
            return kinds[0]
        todo = "Set the board's estimation to Story Points, and add that field to the screens of Story."
        self._add("field Story Points", "Jira has no field for story points", todo)
        return None

    def _epic_fields(self, fields: Mapping[str, Json]) -> tuple[str | None, str | None]:
        """Epic Link and Epic Name, which Data Center needs; Cloud has parents instead."""
        if self._client.cloud:
            return None, None
        return (
            self._field(fields, "gh-epic-link", "Epic Link", "Epic Link"),
            self._field(fields, "gh-epic-label", "Epic Name", "Epic Name"),
        )

    def _types(
        self, points: str | None
    ) -> tuple[dict[IssueKind, str], dict[IssueKind, frozenset[str]], dict[Priority, str]]:
        path = f"issue/createmeta/{self._project}/issuetypes"
        offered = self._pages(path, {}, "issueTypes" if self._client.cloud else "values")
        types: dict[IssueKind, str] = {}
        screens: dict[IssueKind, frozenset[str]] = {}
        priorities: dict[Priority, str] = {}
        for kind in IssueKind:
            fitting = [offer for offer in offered if _fits(offer, kind)]
            if not fitting:
                self._no_type(kind, offered)
                continue
            chosen = min(fitting, key=lambda offer: _rank(offer["name"], kind))
            screen = self._screen(path, chosen["id"])
            types[kind], screens[kind] = str(chosen["id"]), frozenset(screen)
            self._add(f"issue type {kind.value}", f"Jira's {chosen['name']} is used for each {kind.value}")
            self._needed(kind, chosen["name"], screen, points)
            if kind is IssueKind.STORY:
                priorities = _priorities(screen.get("priority", {}).get("allowedValues", ()))
        return types, screens, priorities

    def _screen(self, path: str, type_id: str) -> dict[str, Json]:
        fields = self._pages(f"{path}/{type_id}", {}, "fields" if self._client.cloud else "values")
        return {field["fieldId"]: field for field in fields}

    def _needed(self, kind: IssueKind, name: str, screen: Mapping[str, Json], points: str | None) -> None:
        wanted = {"labels": "Labels", "description": "Description"}
        if kind is IssueKind.STORY and points is not None:
            wanted[points] = "the story points field"
        for field_id, shown in wanted.items():
            if field_id not in screen:
                todo = f"In Jira, add {shown} ({field_id}) to the create and edit screens of {name}."
                self._add(f"screen of {name}", f"{shown} can't be set on a {name}", todo)
        ours = {"summary", "project", "issuetype", "parent", "description", "labels", "priority", "reporter"}
        for field_id, field in screen.items():
            own = field.get("schema", {}).get("custom", "").startswith(_HOPPER)
            if field.get("required") and not field.get("hasDefaultValue") and field_id not in ours and not own:
                todo = f"Make {field['name']} optional for {name}, or give it a default."
                self._add(f"screen of {name}", f"Jira wants {field['name']} on every {name}", todo)

    def _no_type(self, kind: IssueKind, offered: Iterable[Json]) -> None:
        names = ", ".join(offer["name"] for offer in offered) or "none"
        wanted = {IssueKind.EPIC: "Epic", IssueKind.STORY: "Story", IssueKind.TASK: "Sub-task"}[kind]
        todo = f"Add {wanted} to the issue types of project {self._project}."
        self._add(f"issue type {kind.value}", f"The project has no issue type for a {kind.value}; it has {names}", todo)

    def _find_link(self) -> tuple[str, bool] | None:
        """The link type that says 'blocks' in one direction, and whether that is its inward one."""
        types = self._client.read("issueLinkType")["issueLinkTypes"]
        for side, turned in (("outward", False), ("inward", True)):
            for offer in types:
                if offer[side].strip().lower() == "blocks":
                    self._add("link type", f"'blocks' is the link type {offer['name']}")
                    return str(offer["name"]), turned
        todo = "An administrator adds it in Jira under Issues, Issue linking: outward 'blocks', inward 'is blocked by'."
        self._add("link type", "Jira has no link type 'blocks'", todo)
        return None

    def _pages(
        self, path: str, params: Mapping[str, Any], key: str, *, base: str = JiraClient.JIRA_BASE_URL
    ) -> list[Json]:
        found: list[Json] = []
        while True:
            page = self._client.read(path, {**params, "startAt": len(found), "maxResults": 50}, base=base)
            values = page.get(key) or page.get("values") or []
            found += values
            total = page.get("total")
            if not values or page.get("isLast") or (total is not None and len(found) >= total):
                return found


def _fits(offer: Json, kind: IssueKind) -> bool:
    """By hierarchy level where Jira says it, else by the sub-task flag and, for epics alone, by name."""
    if "hierarchyLevel" in offer:
        return bool(offer["hierarchyLevel"] == _LEVELS[kind])
    if offer.get("subtask"):
        return kind is IssueKind.TASK
    return kind is not IssueKind.TASK and (offer["name"].strip().lower() == "epic") == (kind is IssueKind.EPIC)


def _rank(name: str, kind: IssueKind) -> int:
    names = _NAMES[kind]
    return names.index(name.strip().lower()) if name.strip().lower() in names else len(names)


def _priorities(offered: Iterable[Json]) -> dict[Priority, str]:
    """Jira's levels, highest first, spread over the four of a plan."""
    levels = [str(offer["id"]) for offer in offered]
    if not levels:
        return {}
    last = len(levels) - 1
    should = min(last, max(1, round(last * 0.25)))
    places = {Priority.MUST: 0, Priority.SHOULD: should, Priority.COULD: max(should, round(last * 0.75))}
    return {**{priority: levels[place] for priority, place in places.items()}, Priority.WONT: levels[last]}
