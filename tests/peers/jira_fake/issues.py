"""Issues: create, read, change, delete, find; their entity properties and links."""

import base64
import json
import time
from typing import Any

from tests.peers.jira_fake import render
from tests.peers.jira_fake.fields import find_person
from tests.peers.jira_fake.jql import JqlError, Query
from tests.peers.jira_fake.model import LINK_TYPES, PRIORITIES, Issue, IssueType, Json, Link, now
from tests.peers.jira_fake.server import Jira, Refused, Reply, Request, paged, route

BULK_LIMIT = 50
PROPERTY_LIMIT = 32_768
NOT_THERE = "Issue does not exist or you do not have permission to see it."


def issue_named(jira: Jira, id_or_key: str) -> Issue:
    """The issue, or Jira's 404."""
    found = jira.world.find_issue(id_or_key)
    if found is None:
        raise Refused(404, NOT_THERE)
    return found


@route("POST", "/rest/api/{v}/issue")
def create(jira: Jira, request: Request) -> Reply:
    """One issue."""
    made, errors = _create(jira, request.body or {}, request.version)
    if made is None:
        raise Refused(400, errors=errors)
    return Reply(201, render.created(jira, made))


@route("POST", "/rest/api/{v}/issue/bulk")
def create_bulk(jira: Jira, request: Request) -> Reply:
    """Up to 50 issues; those that are wrong are named, the others are made."""
    updates = (request.body or {}).get("issueUpdates") or []
    if not updates:
        raise Refused(400, "The list of issues to create is empty.")
    if len(updates) > BULK_LIMIT:
        text = f"You may only create up to {BULK_LIMIT} issues in one request."
        problem: Json = {"errorMessages": [text], "errors": {}}
        failure = {"status": 400, "elementErrors": problem, "failedElementNumber": BULK_LIMIT}
        return Reply(400, {"issues": [], "errors": [failure]})
    issues, failures = [], []
    for number, update in enumerate(updates):
        made, errors = _create(jira, update, request.version)
        if made:
            issues.append(render.created(jira, made))
        else:
            problem = {"errorMessages": [], "errors": errors}
            failures.append({"status": 400, "elementErrors": problem, "failedElementNumber": number})
    return Reply(201 if issues else 400, {"issues": issues, "errors": failures})


def _create(jira: Jira, update: Json, version: str) -> tuple[Issue | None, dict[str, str]]:
    values = dict(update.get("fields") or {})
    wanted = values.pop("project", None) or {}
    project = jira.world.find_project(str(wanted.get("id") or wanted.get("key") or ""))
    kind = jira.world.find_type(values.pop("issuetype", None) or {})
    if project is None:
        return None, {"project": "Specify a valid project ID or key"}
    if kind is None:
        return None, {"issuetype": "Specify a valid issue type"}
    settable = {"project": wanted, "issuetype": {"id": kind.id}}
    errors = jira.fields.problems(kind, {**values, **settable}, version=version, creating=True)
    if errors:
        return None, errors
    stamp = now()
    made = Issue(
        id=jira.world.next_id(Issue),
        key=jira.world.next_key(project.key),
        project=project.key,
        type=kind.name,
        fields={},
        created=stamp,
        rank=max((i.rank for i in jira.world.issues.values()), default=0.0) + 1.0,
        visible_at=time.time() + jira.world.options.index_lag,
    )
    _set_fields(jira, made, values)
    for entry in update.get("properties") or []:
        made.properties[entry["key"]] = entry["value"]
    jira.world.save(made)
    return made, {}


def _set_fields(jira: Jira, changed: Issue, values: Json) -> None:
    for name, value in values.items():
        kept = _kept(jira, changed, name, value)
        if jira.fields.sprint and name == jira.fields.sprint.id:
            changed.sprint = int(value) if value is not None else None
        elif kept is None:
            changed.fields.pop(name, None)
        else:
            changed.fields[name] = kept


def _kept(jira: Jira, changed: Issue, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "parent":
        above = jira.world.find_issue(str(value.get("key") or value.get("id") or ""))
        return above.id if above else None
    if name == "priority":
        return next(k for k, text in PRIORITIES.items() if str(value.get("id")) == k or value.get("name") == text)
    if name == "assignee":
        who = find_person(jira.world, value)
        return who.account_id if jira.world.cloud else who.name
    if name == "labels":
        return list(dict.fromkeys(value))
    return value


@route("GET", "/rest/api/{v}/issue/{issue}")
def read(jira: Jira, request: Request) -> Reply:
    """One issue, from the store and not from the search index."""
    found = issue_named(jira, request.args["issue"])
    shown = render.issue(
        jira,
        found,
        version=request.version,
        fields=request.words("fields"),
        properties=request.words("properties"),
        expand=request.one("expand"),
    )
    return Reply(body=shown)


@route("PUT", "/rest/api/{v}/issue/{issue}")
def edit(jira: Jira, request: Request) -> Reply:
    """Change fields, and add to or take from labels."""
    changed = issue_named(jira, request.args["issue"])
    body = request.body or {}
    values = dict(body.get("fields") or {})
    for name, operations in (body.get("update") or {}).items():
        values[name] = _updated(changed.fields.get(name), operations)
    if not values and not body.get("properties"):
        raise Refused(400, "one of 'fields' or 'update' required")
    values.pop("project", None)
    kind = _changed_type(jira, changed, values.pop("issuetype", None))
    errors = jira.fields.problems(kind, values, version=request.version, creating=False)
    if errors:
        raise Refused(400, errors=errors)
    changed.type = kind.name
    _set_fields(jira, changed, values)
    for entry in body.get("properties") or []:
        changed.properties[entry["key"]] = entry["value"]
    changed.updated = now()
    jira.world.save(changed)
    return Reply(204)


def _updated(value: Any, operations: list[Json]) -> Any:
    for operation in operations:
        for verb, given in operation.items():
            if verb == "set":
                value = given
            elif verb == "add":
                value = [*(value or []), given]
            elif verb == "remove":
                value = [entry for entry in value or [] if entry != given]
            else:
                raise Refused(400, f"The operation '{verb}' is not supported here.")
    return value


def _changed_type(jira: Jira, changed: Issue, wanted: Json | None) -> IssueType:
    if wanted is None:
        return jira.world.type_of(changed)
    kind = jira.world.find_type(wanted)
    if kind is None:
        raise Refused(400, errors={"issuetype": "Specify a valid issue type"})
    return kind


@route("DELETE", "/rest/api/{v}/issue/{issue}")
def delete(jira: Jira, request: Request) -> Reply:
    """Delete an issue; its sub-tasks only when told to."""
    gone = issue_named(jira, request.args["issue"])
    world = jira.world
    children = [i for i in world.issues.values() if i.fields.get("parent") == gone.id]
    below = [child for child in children if world.type_of(child).level < 0]
    if below and request.one("deleteSubtasks") != "true":
        raise Refused(400, f"The issue '{gone.key}' has subtasks.  You must specify the 'deleteSubtasks' parameter.")
    for child in children:
        if child not in below:
            del child.fields["parent"]
            world.save(child)
    for issue in [*below, gone]:
        for link in [k for k in world.links.values() if issue.id in (k.source, k.target)]:
            world.forget(link)
        world.forget(issue)
    return Reply(204)


@route("POST", "/rest/api/{v}/issue/bulkfetch")
def bulk_fetch(jira: Jira, request: Request) -> Reply:
    """Cloud: up to 100 issues by number or key, from the store and not from the search index."""
    if not jira.world.cloud:
        raise Refused(404, NOT_THERE)
    wanted = request.words("issueIdsOrKeys")
    if not 1 <= len(wanted) <= 100:
        raise Refused(400, "Between 1 and 100 issue IDs or keys must be given.")
    found = [issue for issue in map(jira.world.find_issue, wanted) if issue]
    missing = [{"id": name, "errorMessage": NOT_THERE} for name in wanted if not jira.world.find_issue(name)]
    return Reply(body={"issues": _shown(jira, request, found), "issueErrors": missing})


# Search


def matching(jira: Jira, text: str, also: frozenset[int] = frozenset(), *, bounded: bool = False) -> list[Issue]:
    """The issues that a query finds: those that the index knows, and those that must be looked at `also`."""
    try:
        query = Query(text, jira.world, jira.fields)
        found = query.run()
    except JqlError as error:
        raise Refused(400, str(error)) from error
    if bounded and not query.bounded:
        raise Refused(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        )
    return [issue for issue in found if jira.world.visible(issue) or issue.id in also]


@route("GET", "/rest/api/{v}/search/jql")
def search(jira: Jira, request: Request) -> Reply:
    """Cloud's search: no total, pages by token, and an index that may lag behind."""
    if not jira.world.cloud:
        raise Refused(404, "null for uri: /rest/api/2/search/jql")
    text = str(request.body["jql"] if request.body else request.one("jql"))
    also = frozenset(int(number) for number in request.words("reconcileIssues"))
    found = matching(jira, text, also, bounded=True)
    names = request.words("fields") or ["id"]
    limit = 5000 if set(names) <= {"id", "key"} and not request.words("properties") else 100
    size = min(request.number("maxResults", 50), limit)
    token = (request.body or {}).get("nextPageToken") or request.one("nextPageToken")
    start = _page_start(token, text)
    page = found[start : start + size]
    request.query["fields"] = [",".join(names)]
    body: Json = {
        "issues": _shown(jira, request, page, names),
        "isLast": start + size >= len(found),
    }
    if not body["isLast"]:
        body["nextPageToken"] = base64.urlsafe_b64encode(json.dumps([start + size, text]).encode()).decode()
    return Reply(body=body)


route("POST", "/rest/api/{v}/search/jql")(search)


@route("POST", "/rest/api/{v}/search/approximate-count")
def count(jira: Jira, request: Request) -> Reply:
    """Cloud: about how many."""
    return Reply(body={"count": len(matching(jira, str((request.body or {}).get("jql", "")), bounded=True))})


@route("GET", "/rest/api/{v}/search")
def old_search(jira: Jira, request: Request) -> Reply:
    """Data Center's search; Cloud has removed it."""
    if jira.world.cloud:
        raise Refused(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
    text = str(request.body.get("jql", "") if request.body else request.one("jql"))
    page = paged(matching(jira, text), request, "issues", limit=1000)
    if not request.query.get("maxResults") and "maxResults" not in (request.body or {}):
        page = {**page, "maxResults": 50, "issues": page["issues"][:50]}
    page["issues"] = _shown(jira, request, page["issues"])
    del page["isLast"]
    return Reply(body={"expand": "schema,names", **page})


route("POST", "/rest/api/{v}/search")(old_search)


def _page_start(token: str | None, text: str) -> int:
    if not token:
        return 0
    try:
        start, of = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise Refused(400, "The nextPageToken is not valid.") from error
    if of != text:
        raise Refused(400, "The nextPageToken belongs to another query.")
    return int(start)


def _shown(jira: Jira, request: Request, found: list[Issue], fields: list[str] | None = None) -> list[Json]:
    return [
        render.issue(
            jira,
            issue,
            version=request.version,
            fields=fields or request.words("fields"),
            properties=request.words("properties"),
            expand=",".join(request.words("expand")),
        )
        for issue in found
    ]


# Entity properties


@route("GET", "/rest/api/{v}/issue/{issue}/properties")
def properties(jira: Jira, request: Request) -> Reply:
    """The keys of an issue's properties."""
    found = issue_named(jira, request.args["issue"])
    link = f"{jira.api}/issue/{found.key}/properties/"
    return Reply(body={"keys": [{"self": link + key, "key": key} for key in found.properties]})


@route("GET", "/rest/api/{v}/issue/{issue}/properties/{key}")
def read_property(jira: Jira, request: Request) -> Reply:
    """One property."""
    found, key = issue_named(jira, request.args["issue"]), request.args["key"]
    if key not in found.properties:
        raise Refused(404, f"The property with key {key} does not exist.")
    return Reply(body={"key": key, "value": found.properties[key]})


@route("PUT", "/rest/api/{v}/issue/{issue}/properties/{key}")
def write_property(jira: Jira, request: Request) -> Reply:
    """Set a property: 201 when it is new, 200 when it was there."""
    found, key = issue_named(jira, request.args["issue"]), request.args["key"]
    if len(json.dumps(request.body)) > PROPERTY_LIMIT or len(key) > 255:
        raise Refused(400, "The property is too long.")
    new = key not in found.properties
    found.properties[key] = request.body
    jira.world.save(found)
    return Reply(201 if new else 200)


@route("DELETE", "/rest/api/{v}/issue/{issue}/properties/{key}")
def delete_property(jira: Jira, request: Request) -> Reply:
    """Take a property away."""
    found, key = issue_named(jira, request.args["issue"]), request.args["key"]
    if found.properties.pop(key, None) is None:
        raise Refused(404, f"The property with key {key} does not exist.")
    jira.world.save(found)
    return Reply(204)


# Links


@route("POST", "/rest/api/{v}/issueLink")
def create_link(jira: Jira, request: Request) -> Reply:
    """Link two issues. Asked twice, it links them twice: looking first is the client's work."""
    body = request.body or {}
    kind = body.get("type") or {}
    names = [n[0] for k, n in LINK_TYPES.items() if str(kind.get("id")) == k or kind.get("name") == n[0]]
    if not names or names[0] in jira.world.options.without_links:
        raise Refused(404, f"No issue link type with name '{kind.get('name')}' found.")
    ends = [body.get(side) or {} for side in ("inwardIssue", "outwardIssue")]
    source, target = (issue_named(jira, str(end.get("key") or end.get("id") or "")) for end in ends)
    if source is target:
        raise Refused(400, "You cannot link an issue to itself.")
    jira.world.save(Link(jira.world.next_id(Link), names[0], source.id, target.id))
    return Reply(201)


@route("GET", "/rest/api/{v}/issueLink/{link}")
def read_link(jira: Jira, request: Request) -> Reply:
    """One link."""
    return Reply(body=render.link(jira, _link(jira, request)))


@route("DELETE", "/rest/api/{v}/issueLink/{link}")
def delete_link(jira: Jira, request: Request) -> Reply:
    """Take a link away."""
    jira.world.forget(_link(jira, request))
    return Reply(204)


def _link(jira: Jira, request: Request) -> Link:
    found = jira.world.links.get(int(request.args["link"])) if request.args["link"].isdigit() else None
    if found is None:
        raise Refused(404, f"No issue link with id '{request.args['link']}' exists.")
    return found
