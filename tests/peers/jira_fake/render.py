"""How the fake Jira shows issues, sprints and people: Cloud and Data Center differ."""

from typing import Any

from tests.peers.jira_fake.fields import adf_text, text_adf
from tests.peers.jira_fake.jql import parent_of
from tests.peers.jira_fake.model import (
    LINK_TYPES,
    PRIORITIES,
    STATUSES,
    Issue,
    IssueType,
    Json,
    Link,
    Person,
    Project,
    Sprint,
)
from tests.peers.jira_fake.server import Jira

AVATARS = dict.fromkeys(("16x16", "24x24", "32x32", "48x48"), "http://127.0.0.1/avatar.png")


def person(jira: Jira, who: Person) -> Json:
    """A user."""
    shown: Json = {
        "displayName": who.display_name,
        "emailAddress": who.email,
        "active": True,
        "timeZone": "Europe/London",
        "avatarUrls": AVATARS,
    }
    if jira.world.cloud:
        link = f"{jira.api}/user?accountId={who.account_id}"
        return {**shown, "self": link, "accountId": who.account_id, "accountType": "atlassian"}
    return {**shown, "self": f"{jira.api}/user?username={who.name}", "name": who.name, "key": who.name}


def issue_type(jira: Jira, kind: IssueType) -> Json:
    """An issue type."""
    shown = {
        "self": f"{jira.api}/issuetype/{kind.id}",
        "id": kind.id,
        "name": kind.name,
        "description": "",
        "iconUrl": "http://127.0.0.1/type.png",
        "subtask": kind.level < 0,
    }
    return {**shown, "hierarchyLevel": kind.level} if jira.world.cloud else shown


def project(jira: Jira, shown: Project) -> Json:
    """A project, without its details."""
    return {
        "self": f"{jira.api}/project/{shown.id}",
        "id": str(shown.id),
        "key": shown.key,
        "name": shown.name,
        "projectTypeKey": "software",
        "avatarUrls": AVATARS,
    }


def status(jira: Jira, name: str) -> Json:
    """A status with its category."""
    known = STATUSES[name]
    category = {**known["category"], "self": f"{jira.api}/statuscategory/{known['category']['id']}"}
    return {
        "self": f"{jira.api}/status/{known['id']}",
        "id": known["id"],
        "name": name,
        "description": "",
        "iconUrl": "http://127.0.0.1/status.png",
        "statusCategory": category,
    }


def priority(jira: Jira, number: str) -> Json:
    """A priority."""
    return {
        "self": f"{jira.api}/priority/{number}",
        "id": number,
        "name": PRIORITIES[number],
        "iconUrl": "http://127.0.0.1/priority.png",
    }


def link_type(jira: Jira, number: str) -> Json:
    """A type of link."""
    name, inward, outward = LINK_TYPES[number]
    shown = {"id": number, "name": name, "inward": inward, "outward": outward}
    return {**shown, "self": f"{jira.api}/issueLinkType/{number}"}


def sprint(jira: Jira, shown: Sprint) -> Json:
    """A sprint, as the agile API shows it."""
    entry: Json = {
        "id": shown.id,
        "self": f"{jira.base}/rest/agile/1.0/sprint/{shown.id}",
        "state": shown.state,
        "name": shown.name,
        "startDate": shown.start,
        "endDate": shown.end,
        "completeDate": shown.completed,
        "originBoardId": shown.board_id,
        "goal": shown.goal,
    }
    return {name: value for name, value in entry.items() if value is not None}


def reference(jira: Jira, shown: Issue) -> Json:
    """An issue as it is shown inside another."""
    return {
        "id": str(shown.id),
        "key": shown.key,
        "self": f"{jira.api}/issue/{shown.id}",
        "fields": {
            "summary": shown.fields.get("summary"),
            "status": status(jira, shown.status),
            "issuetype": issue_type(jira, jira.world.type_of(shown)),
        },
    }


def created(jira: Jira, shown: Issue) -> Json:
    """What Jira answers when it has created an issue."""
    return {"id": str(shown.id), "key": shown.key, "self": f"{jira.api}/issue/{shown.id}"}


def issue(
    jira: Jira, shown: Issue, *, version: str, fields: list[str], properties: list[str], expand: str = ""
) -> Json:
    """An issue with the fields and entity properties that were asked for."""
    entry: Json = {"expand": "names,schema,changelog", **created(jira, shown)}
    if fields not in (["id"], ["key"], ["id", "key"], ["key", "id"]):
        entry["fields"] = _wanted(_all_fields(jira, shown, version), fields)
    if properties:
        keys = shown.properties if "*all" in properties else properties
        entry["properties"] = {key: shown.properties[key] for key in keys if key in shown.properties}
    if "changelog" in expand:
        count = len(shown.history)
        entry["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": shown.history}
    return entry


def _wanted(every: Json, names: list[str]) -> Json:
    if not names or {"*all", "*navigable"} & set(names):
        dropped = {name[1:] for name in names if name.startswith("-")}
        return {name: value for name, value in every.items() if name not in dropped}
    return {name: every[name] for name in names if name in every}


def _all_fields(jira: Jira, shown: Issue, version: str) -> Json:
    world, known = jira.world, jira.fields
    home = next(p for p in world.projects if p.key == shown.project)
    values: Json = {
        "summary": shown.fields.get("summary"),
        "issuetype": issue_type(jira, world.type_of(shown)),
        "project": project(jira, home),
        "description": _description(shown.fields.get("description"), adf=version == "3"),
        "priority": priority(jira, shown.fields.get("priority") or "3"),
        "labels": shown.fields.get("labels") or [],
        "assignee": _assignee(jira, shown.fields.get("assignee")),
        "duedate": shown.fields.get("duedate"),
        "components": [],
        "fixVersions": [],
        "status": status(jira, shown.status),
        "resolution": {"id": "10000", "name": "Done", "description": ""} if shown.resolved else None,
        "resolutiondate": shown.resolved,
        "created": shown.created,
        "updated": shown.updated or shown.created,
        "issuelinks": [
            _link(jira, shown, link) for link in world.links.values() if shown.id in (link.source, link.target)
        ],
        "subtasks": [
            reference(jira, child)
            for child in world.issues.values()
            if child.fields.get("parent") == shown.id and world.type_of(child).level < 0
        ],
    }
    for field in known.all:
        if field.custom and field not in (known.sprint, known.rank):
            values[field.id] = shown.fields.get(field.id)
    if known.sprint:
        ids = [*shown.closed_sprints, *([shown.sprint] if shown.sprint else [])]
        values[known.sprint.id] = [_sprint_value(jira, world.sprints[i]) for i in ids] or None
    if known.rank:
        values[known.rank.id] = f"0|{int(shown.rank * 1000):012d}:"
    above = parent_of(world, known, shown)
    if above and shown.fields.get("parent") is not None:
        values["parent"] = reference(jira, above)
    return values


def _description(value: Any, *, adf: bool) -> Any:
    if isinstance(value, str):
        return text_adf(value) if adf else value
    return value if adf or value is None else adf_text(value)


def _assignee(jira: Jira, value: str | None) -> Json | None:
    return next((person(jira, p) for p in jira.world.people if value in (p.account_id, p.name)), None)


def _link(jira: Jira, shown: Issue, link: Link) -> Json:
    outward = link.source == shown.id
    other = jira.world.issues[link.target if outward else link.source]
    number = next(k for k, names in LINK_TYPES.items() if names[0] == link.type)
    side = "outwardIssue" if outward else "inwardIssue"
    return {
        "id": str(link.id),
        "self": f"{jira.api}/issueLink/{link.id}",
        "type": link_type(jira, number),
        side: reference(jira, other),
    }


def link(jira: Jira, shown: Link) -> Json:
    """A link, seen from neither side."""
    number = next(k for k, names in LINK_TYPES.items() if names[0] == shown.type)
    return {
        "id": str(shown.id),
        "self": f"{jira.api}/issueLink/{shown.id}",
        "type": link_type(jira, number),
        "inwardIssue": reference(jira, jira.world.issues[shown.source]),
        "outwardIssue": reference(jira, jira.world.issues[shown.target]),
    }


def _sprint_value(jira: Jira, shown: Sprint) -> Any:
    if jira.world.cloud:
        entry = sprint(jira, shown)
        return {**{k: v for k, v in entry.items() if k not in ("self", "originBoardId")}, "boardId": shown.board_id}
    # Data Center shows the text of a Java object.
    parts = {
        "id": shown.id,
        "rapidViewId": shown.board_id,
        "state": shown.state.upper(),
        "name": shown.name,
        "startDate": shown.start or "<null>",
        "endDate": shown.end or "<null>",
        "completeDate": shown.completed or "<null>",
        "sequence": shown.id,
        "goal": shown.goal or "",
    }
    inside = ",".join(f"{name}={value}" for name, value in parts.items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{shown.id:x}[{inside}]"
