"""The fields of the fake Jira: what exists, what stands on which issue type's screen, what a value must be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.peers.jira_fake.model import PRIORITIES, IssueType, Json, World

GREENHOPPER = "com.pyxis.greenhopper.jira:"
FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
TEXT_LIMIT = 32_767


@dataclass(frozen=True)
class Field:
    """A field: `levels` are the hierarchy levels of the issue types that have it on their screen."""

    id: str
    name: str
    type: str
    levels: tuple[int, ...] = (1, 0, -1)
    custom: str | None = None
    required: bool = False
    items: str | None = None

    @property
    def number(self) -> int:
        """The number of a custom field."""
        return int(self.id.removeprefix("customfield_"))

    def schema(self) -> Json:
        """The schema as Jira describes it."""
        schema: Json = {"type": self.type}
        if self.items:
            schema["items"] = self.items
        return (
            {**schema, "custom": self.custom, "customId": self.number}
            if self.custom
            else {
                **schema,
                "system": self.id,
            }
        )


_SYSTEM = [
    Field("summary", "Summary", "string", required=True),
    Field("issuetype", "Issue Type", "issuetype", required=True),
    Field("project", "Project", "project", required=True),
    Field("description", "Description", "string"),
    Field("priority", "Priority", "priority"),
    Field("labels", "Labels", "array", items="string"),
    Field("assignee", "Assignee", "user"),
    Field("duedate", "Due date", "date"),
    Field("components", "Components", "array", items="component"),
    Field("fixVersions", "Fix versions", "array", items="version"),
]
_READ_ONLY = [
    Field("status", "Status", "status", levels=()),
    Field("resolution", "Resolution", "resolution", levels=()),
    Field("created", "Created", "datetime", levels=()),
    Field("updated", "Updated", "datetime", levels=()),
    Field("issuelinks", "Linked Issues", "array", items="issuelinks", levels=()),
    Field("subtasks", "Sub-tasks", "array", items="issuelinks", levels=()),
]
_CLOUD = [
    Field("parent", "Parent", "issuelink", levels=(0, -1)),
    Field("customfield_10016", "Story point estimate", "number", (1, 0), GREENHOPPER + "jsw-story-points"),
    # Company-managed projects have this one, team-managed projects the one above; both are always listed.
    Field("customfield_10031", "Story Points", "number", (), FLOAT),
    Field("customfield_10020", "Sprint", "array", (0,), GREENHOPPER + "gh-sprint", items="json"),
    Field("customfield_10014", "Epic Link", "any", (), GREENHOPPER + "gh-epic-link"),
    Field("customfield_10011", "Epic Name", "string", (), GREENHOPPER + "gh-epic-label"),
    Field("customfield_10019", "Rank", "any", (), GREENHOPPER + "gh-lexo-rank"),
]
_SERVER = [
    Field("parent", "Parent", "issuelink", levels=(-1,)),
    Field("customfield_10106", "Story Points", "number", (1, 0), FLOAT),
    Field("customfield_10104", "Sprint", "array", (0,), GREENHOPPER + "gh-sprint", items="string"),
    Field("customfield_10101", "Epic Link", "any", (0,), GREENHOPPER + "gh-epic-link"),
    Field("customfield_10103", "Epic Name", "string", (1,), GREENHOPPER + "gh-epic-label", required=True),
    Field("customfield_10105", "Rank", "any", (), GREENHOPPER + "gh-lexo-rank"),
]


class Fields:
    """The fields of one Jira, less those that its options take away."""

    def __init__(self, world: World) -> None:
        self._world = world
        every = [*_SYSTEM, *_READ_ONLY, *(_CLOUD if world.cloud else _SERVER)]
        self.all = [field for field in every if field.name not in world.options.without_fields]
        self.points = self._custom("jsw-story-points") if world.cloud else self._named("Story Points")
        self.sprint = self._custom("gh-sprint")
        self.epic_link = self._custom("gh-epic-link")
        self.rank = self._custom("gh-lexo-rank")

    def on_screen(self, kind: IssueType) -> list[Field]:
        """What can be set on issues of this type."""
        return [field for field in self.all if kind.level in field.levels]

    def problems(self, kind: IssueType, values: Json, *, version: str, creating: bool) -> dict[str, str]:
        """What is wrong with these values, by field id, in Jira's words."""
        known = {field.id: field for field in self.on_screen(kind)}
        errors = {
            name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            for name in values
            if name not in known
        }
        for field in known.values():
            value = values.get(field.id)
            if value is None:
                if field.required and (creating or field.id in values):
                    errors[field.id] = self._missing(field)
            elif problem := self._problem(field, value, version):
                errors[field.id] = problem
        if creating and kind.level < 0 and not values.get("parent"):
            errors["parent"] = "Issue type is a sub-task but parent issue key or id not specified."
        return errors | self._family(kind, values)

    def _problem(self, field: Field, value: Any, version: str) -> str | None:
        if field.id == "description":
            return _description_problem(value, adf=version == "3")
        if field.id in ("parent",) or field in (self.epic_link, self.sprint):
            return None
        checks: dict[str, Callable[[Any], str | None]] = {
            "summary": _summary_problem,
            "labels": _labels_problem,
            "priority": lambda v: None if _priority(v) else "The priority selected is invalid.",
            "duedate": _date_problem,
            "assignee": self._person_problem,
        }
        if field.id in checks:
            return checks[field.id](value)
        if field.type == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
            return "Operation value must be a number"
        if field.type == "string" and not isinstance(value, str):
            return "Operation value must be a string"
        return None

    def _family(self, kind: IssueType, values: Json) -> dict[str, str]:
        errors = {}
        if parent := values.get("parent"):
            above = self._world.find_issue(str(parent.get("key") or parent.get("id") or ""))
            if above is None:
                errors["parent"] = "Could not find issue by id or key."
            elif self._world.type_of(above).level != kind.level + 1:
                errors["parentId"] = "Given parent work item does not belong to appropriate hierarchy."
        if self.epic_link and (key := values.get(self.epic_link.id)):
            epic = self._world.find_issue(str(key))
            if epic is None or self._world.type_of(epic).level != 1:
                errors[self.epic_link.id] = f"Issue '{key}' does not exist or is not an epic."
        return errors

    def _missing(self, field: Field) -> str:
        if field.id == "summary":
            return "You must specify a summary of the issue."
        return f"{field.name} is required."

    def _person_problem(self, value: Json) -> str | None:
        return None if find_person(self._world, value) else "Specify a valid value for assignee."

    def _custom(self, kind: str) -> Field | None:
        return next((field for field in self.all if field.custom == GREENHOPPER + kind), None)

    def _named(self, name: str) -> Field | None:
        return next((field for field in self.all if field.name == name), None)


def find_person(world: World, value: Json) -> Any:
    """The person that a field value names: by account on Cloud, by name on Data Center."""
    if world.cloud:
        wanted = value.get("accountId") or value.get("id")
        return next((p for p in world.people if p.account_id == wanted), None)
    return next((p for p in world.people if p.name == value.get("name")), None)


def adf_text(node: Any) -> str:
    """The plain text of an Atlassian document, a paragraph a line."""
    return "\n".join(line for block in node.get("content", []) for line in _lines(block))


def text_adf(text: str) -> Json:
    """An Atlassian document with a paragraph for each line."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _priority(value: Json) -> str | None:
    return next((k for k, name in PRIORITIES.items() if str(value.get("id")) == k or value.get("name") == name), None)


def _lines(node: Json) -> Iterator[str]:
    children = node.get("content", [])
    if any(child.get("type") in ("text", "hardBreak", "mention", "emoji", "inlineCard") for child in children):
        yield "".join("\n" if c["type"] == "hardBreak" else str(c.get("text", "")) for c in children)
    else:
        for child in children:
            yield from _lines(child)


def _description_problem(value: Any, *, adf: bool) -> str | None:
    if adf:
        if not _is_document(value):
            return "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        length = len(adf_text(value))
    elif not isinstance(value, str):
        return "Operation value must be a string"
    else:
        length = len(value)
    if length > TEXT_LIMIT:
        return f"The entered text is too long. It exceeds the allowed limit of {TEXT_LIMIT:,} characters."
    return None


def _is_document(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return False
    return isinstance(value.get("content"), list) and all(_is_node(child) for child in value["content"])


def _is_node(node: Any) -> bool:
    if not isinstance(node, dict) or not isinstance(node.get("type"), str):
        return False
    if node["type"] == "text":
        return isinstance(node.get("text"), str) and node["text"] != ""
    return all(_is_node(child) for child in node.get("content", []))


def _summary_problem(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "You must specify a summary of the issue."
    if "\n" in value or "\r" in value:
        return "The summary is invalid because it contains newline characters."
    return "Summary must be less than 255 characters." if len(value) > 255 else None


def _labels_problem(value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        return "Operation value must be a list of strings"
    for label in value:
        if " " in label:
            return f"The label '{label}' contains spaces which is invalid."
        if len(label) > 255:
            return f"The label '{label}' exceeds 255 characters."
    return None


def _date_problem(value: Any) -> str | None:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return "Operation value must be a date in the format yyyy-MM-dd"
    return None
