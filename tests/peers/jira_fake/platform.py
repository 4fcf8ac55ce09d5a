"""What a client asks about a Jira before it works: who am I, what may I do, which fields, types and projects."""

from tests.peers.jira_fake import render
from tests.peers.jira_fake.fields import Field
from tests.peers.jira_fake.model import LINK_TYPES, PRIORITIES, STATUSES, IssueType, Json, Person, Project
from tests.peers.jira_fake.server import Jira, Refused, Reply, Request, paged, route

PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "DELETE_ISSUES",
    "LINK_ISSUES",
    "SCHEDULE_ISSUES",
    "MANAGE_SPRINTS_PERMISSION",
    "ASSIGN_ISSUES",
    "RESOLVE_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "ADMINISTER_PROJECTS",
    "ADMINISTER",
)


def project_named(jira: Jira, id_or_key: str) -> Project:
    """The project, or Jira's 404."""
    found = jira.world.find_project(id_or_key)
    if found is None:
        raise Refused(404, f"No project could be found with key '{id_or_key}'.")
    return found


@route("GET", "/rest/api/{v}/serverInfo")
def server_info(jira: Jira, request: Request) -> Reply:
    """Cloud says a version of 1001 and its deployment type."""
    version = (1001, 0, 0) if jira.world.cloud else jira.world.options.version
    info = {
        "baseUrl": jira.base,
        "version": ".".join(map(str, version)) + ("-SNAPSHOT" if jira.world.cloud else ""),
        "versionNumbers": list(version),
        "deploymentType": jira.world.options.deployment,
        "buildNumber": 100_000,
        "buildDate": "2026-01-05T00:00:00.000+0000",
        "serverTime": "2026-01-05T09:00:00.000+0000",
        "scmInfo": "0",
        "serverTitle": "Jira",
    }
    return Reply(body=info)


@route("GET", "/rest/api/{v}/myself")
def myself(jira: Jira, request: Request) -> Reply:
    """The person whose token this is."""
    return Reply(body=render.person(jira, jira.world.people[0]))


@route("GET", "/rest/api/{v}/mypermissions")
def my_permissions(jira: Jira, request: Request) -> Reply:
    """Cloud wants to be told which permissions are meant."""
    wanted = request.words("permissions")
    if jira.world.cloud and not wanted:
        raise Refused(400, "The 'permissions' query parameter is required.")
    if key := request.one("projectKey"):
        project_named(jira, key)
    unknown = [name for name in wanted if name not in PERMISSIONS]
    if unknown:
        raise Refused(400, f"Unrecognized permission: {unknown[0]}")
    names = wanted or list(PERMISSIONS)
    return Reply(body={"permissions": {name: _permission(jira, name) for name in names}})


def _permission(jira: Jira, name: str) -> Json:
    held = name not in jira.world.options.denied
    kind = "GLOBAL" if name == "ADMINISTER" else "PROJECT"
    number = str(PERMISSIONS.index(name) + 10)
    title = name.replace("_", " ").title()
    return {"id": number, "key": name, "name": title, "type": kind, "description": "", "havePermission": held}


@route("GET", "/rest/api/{v}/field")
def fields(jira: Jira, request: Request) -> Reply:
    """Every field, also those on no screen."""
    return Reply(body=[_field(field) for field in jira.fields.all])


def _field(field: Field) -> Json:
    clauses = [f"cf[{field.number}]", field.name] if field.custom else [field.id]
    return {
        "id": field.id,
        "key": field.id,
        "name": field.name,
        "custom": field.custom is not None,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": clauses,
        "schema": field.schema(),
    }


@route("GET", "/rest/api/{v}/issuetype")
def issue_types(jira: Jira, request: Request) -> Reply:
    """All issue types."""
    return Reply(body=[render.issue_type(jira, kind) for kind in jira.world.types])


@route("GET", "/rest/api/{v}/issuetype/project")
def issue_types_of_project(jira: Jira, request: Request) -> Reply:
    """A project's issue types, by the project's number."""
    project_named(jira, request.one("projectId"))
    return issue_types(jira, request)


@route("GET", "/rest/api/{v}/priority")
def priorities(jira: Jira, request: Request) -> Reply:
    """All priorities."""
    return Reply(body=[render.priority(jira, number) for number in PRIORITIES])


@route("GET", "/rest/api/{v}/status")
def statuses(jira: Jira, request: Request) -> Reply:
    """All statuses."""
    return Reply(body=[render.status(jira, name) for name in STATUSES])


@route("GET", "/rest/api/{v}/issueLinkType")
def link_types(jira: Jira, request: Request) -> Reply:
    """The types of links."""
    without = jira.world.options.without_links
    shown = [render.link_type(jira, number) for number, names in LINK_TYPES.items() if names[0] not in without]
    return Reply(body={"issueLinkTypes": shown})


@route("GET", "/rest/api/{v}/project")
def projects(jira: Jira, request: Request) -> Reply:
    """All projects."""
    return Reply(body=[render.project(jira, project) for project in jira.world.projects])


@route("GET", "/rest/api/{v}/project/search")
def project_search(jira: Jira, request: Request) -> Reply:
    """Cloud's paged list of projects."""
    if not jira.world.cloud:
        raise Refused(404, "No project could be found with key 'search'.")
    keys, text = request.words("keys"), request.one("query").lower()
    found = [
        render.project(jira, p)
        for p in jira.world.projects
        if (not keys or p.key in keys) and (text in p.name.lower() or text in p.key.lower())
    ]
    return Reply(body=paged(found, request))


@route("GET", "/rest/api/{v}/project/{project}")
def project(jira: Jira, request: Request) -> Reply:
    """A project with its issue types."""
    found = project_named(jira, request.args["project"])
    shown = render.project(jira, found)
    shown |= {
        "description": "",
        "lead": render.person(jira, jira.world.people[1]),
        "components": [],
        "versions": [],
        "issueTypes": [render.issue_type(jira, kind) for kind in jira.world.types],
        "assigneeType": "UNASSIGNED",
        "roles": {},
    }
    if jira.world.cloud:
        shown |= {"simplified": False, "style": "classic", "isPrivate": False}
    return Reply(body=shown)


@route("GET", "/rest/api/{v}/issue/createmeta")
def create_meta(jira: Jira, request: Request) -> Reply:
    """The old form, all projects and types at once; gone from Data Center since version 9."""
    if not jira.world.cloud and jira.world.options.version >= (9, 0, 0):
        raise Refused(404, "Issue Does Not Exist")
    keys, ids = request.words("projectKeys"), request.words("projectIds")
    names = request.words("issuetypeNames")
    with_fields = "projects.issuetypes.fields" in request.one("expand")
    shown = []
    for found in jira.world.projects:
        if (keys and found.key not in keys) or (ids and str(found.id) not in ids):
            continue
        kinds = []
        for kind in jira.world.types:
            if names and kind.name not in names:
                continue
            entry = render.issue_type(jira, kind)
            if with_fields:
                entry["fields"] = {f.id: _meta_field(jira, f, kind) for f in jira.fields.on_screen(kind)}
                for meta in entry["fields"].values():
                    del meta["fieldId"]
            kinds.append(entry)
        home = {k: v for k, v in render.project(jira, found).items() if k != "projectTypeKey"}
        shown.append({**home, "issuetypes": kinds})
    return Reply(body={"expand": "projects", "projects": shown})


@route("GET", "/rest/api/{v}/issue/createmeta/{project}/issuetypes")
def create_meta_types(jira: Jira, request: Request) -> Reply:
    """The new form: a project's issue types, paged."""
    project_named(jira, request.args["project"])
    kinds = [render.issue_type(jira, kind) for kind in jira.world.types]
    return Reply(body=_meta_page(jira, kinds, request, "issueTypes"))


@route("GET", "/rest/api/{v}/issue/createmeta/{project}/issuetypes/{type}")
def create_meta_fields(jira: Jira, request: Request) -> Reply:
    """The new form: what can be set on one issue type, paged."""
    project_named(jira, request.args["project"])
    kind = next((k for k in jira.world.types if k.id == request.args["type"]), None)
    if kind is None:
        raise Refused(404, "Issue type does not exist in the project.")
    shown = [_meta_field(jira, field, kind) for field in jira.fields.on_screen(kind)]
    return Reply(body=_meta_page(jira, shown, request, "fields"))


def _meta_page(jira: Jira, values: list[Json], request: Request, cloud_key: str) -> Json:
    page = paged(values, request, cloud_key if jira.world.cloud else "values")
    if jira.world.cloud:
        del page["isLast"]
    return page


def _meta_field(jira: Jira, field: Field, kind: IssueType) -> Json:
    entry: Json = {
        "required": field.required,
        "schema": field.schema(),
        "name": field.name,
        "key": field.id,
        "fieldId": field.id,
        "hasDefaultValue": False,
        "operations": ["add", "set", "remove"] if field.type == "array" else ["set"],
    }
    if field.id == "priority":
        entry["allowedValues"] = [render.priority(jira, number) for number in PRIORITIES]
    if field.id == "issuetype":
        entry["allowedValues"] = [render.issue_type(jira, kind)]
    return entry


@route("GET", "/rest/api/{v}/user")
def user(jira: Jira, request: Request) -> Reply:
    """A person by account or name."""
    wanted = request.one("accountId") or request.one("username") or request.one("key")
    for who in jira.world.people:
        if wanted == (who.account_id if jira.world.cloud else who.name):
            return Reply(body=render.person(jira, who))
    raise Refused(404, f"The user named '{wanted}' does not exist")


@route("GET", "/rest/api/{v}/user/search")
def user_search(jira: Jira, request: Request) -> Reply:
    """People whose name or address contains the text; a bare list, paged by `startAt`."""
    return Reply(body=_people(jira, request))


@route("GET", "/rest/api/{v}/user/assignable/search")
def assignable(jira: Jira, request: Request) -> Reply:
    """People who can be given work in a project."""
    if key := request.one("project"):
        project_named(jira, key)
    return Reply(body=_people(jira, request))


def _people(jira: Jira, request: Request) -> list[Json]:
    text = (request.one("query") or request.one("username")).lower()
    account = request.one("accountId")
    start, size = request.number("startAt", 0), request.number("maxResults", 50)
    found = [who for who in jira.world.people if _matches(who, text) and account in ("", who.account_id)]
    return [render.person(jira, who) for who in found[start : start + size]]


def _matches(who: Person, text: str) -> bool:
    return any(text in value.lower() for value in (who.display_name, who.email, who.name))
