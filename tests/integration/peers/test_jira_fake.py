"""The fake Jira, called by the real `jira` package, on Cloud and on Data Center."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from jira import JIRA, JIRAError

from tests.peers.jira_fake import Deployment, FakeJira, Options, fake_jira


@pytest.fixture(params=["Cloud", "Server"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeJira]:
    with fake_jira(Options(deployment=request.param)) as running:
        yield running


@pytest.fixture
def cloud() -> Iterator[FakeJira]:
    with fake_jira() as running:
        yield running


def client(fake: FakeJira) -> Any:
    if fake.options.deployment == "Cloud":
        options: dict[str, Any] = {"rest_api_version": "3"}
        return JIRA(fake.url, options=options, basic_auth=(fake.email, fake.token), max_retries=0)
    return JIRA(fake.url, token_auth=fake.token, max_retries=0)


def text(fake: FakeJira, words: str) -> Any:
    if fake.options.deployment == "Server":
        return words
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def story(fake: FakeJira, summary: str, **more: Any) -> dict[str, Any]:
    return {"project": {"key": "MUS"}, "issuetype": {"name": "Story"}, "summary": summary, **more}


def test_a_wrong_token_is_refused(fake: FakeJira) -> None:
    with pytest.raises(JIRAError) as caught:
        JIRA(fake.url, basic_auth=("x", "y"), max_retries=0)
    assert caught.value.status_code == 401


def test_discovery_finds_points_sprint_and_types_of_each_deployment(fake: FakeJira) -> None:
    jira = client(fake)
    by_custom = {f["schema"].get("custom", "").rpartition(":")[2]: f for f in jira.fields()}
    assert "gh-sprint" in by_custom
    board = jira.boards(projectKeyOrID="MUS")[0]
    configuration = jira._get_json(f"board/{board.id}/configuration", base=jira.AGILE_BASE_URL)
    points = configuration["estimation"]["field"]["fieldId"]
    if fake.options.deployment == "Cloud":
        assert points == by_custom["jsw-story-points"]["id"]
        meta = jira._get_json("issue/createmeta/MUS/issuetypes")
        assert [kind["name"] for kind in meta["issueTypes"]][-1] == "Subtask"
        assert jira.createmeta(projectKeys="MUS", expand="projects.issuetypes.fields")["projects"][0]["issuetypes"]
    else:
        assert points in [f["id"] for f in jira.fields() if f["name"] == "Story Points"]
        kinds = jira.project_issue_types("MUS")
        epic = next(kind for kind in kinds if kind.name == "Epic")
        required = [f.name for f in jira.project_issue_fields("MUS", epic.id) if f.required]
        assert "Epic Name" in required
    assert jira.myself()["displayName"] == "Muster"
    assert jira.my_permissions(projectKey="MUS", permissions="CREATE_ISSUES")["permissions"]["CREATE_ISSUES"]
    assert next(p.name for p in jira.priorities()) == "Highest"
    assert "Blocks" in [kind.name for kind in jira.issue_link_types()]
    assert jira.project("MUS").issueTypes
    asked = {"query": "lea"} if fake.options.deployment == "Cloud" else {"username": "lea"}
    assert [u.displayName for u in jira.search_assignable_users_for_issues(project="MUS", **asked)] == ["Lea Marsh"]


def test_bulk_creation_names_the_wrong_ones_and_makes_the_others(fake: FakeJira) -> None:
    jira = client(fake)
    made = jira.create_issues(
        [story(fake, "one"), story(fake, ""), story(fake, "three", labels=["two words"]), story(fake, "four")],
        prefetch=False,
    )
    assert [entry["status"] for entry in made] == ["Success", "Error", "Error", "Success"]
    assert "summary" in made[1]["error"]
    assert "labels" in made[2]["error"]
    assert [issue.fields["summary"] for issue in fake.issues()] == ["one", "four"]
    with pytest.raises(IndexError):
        jira.create_issues([story(fake, str(n)) for n in range(51)], prefetch=False)
    assert len(fake.issues()) == 2


def test_an_issue_comes_back_as_it_was_written(fake: FakeJira) -> None:
    jira = client(fake)
    points = fake.jira.fields.points
    assert points
    more = {"description": text(fake, "so that it works"), "labels": ["muster"], "priority": {"name": "High"}}
    made = jira.create_issue(fields=story(fake, "Pay", **more, **{points.id: 5}))
    assert made.raw["fields"][points.id] == 5
    assert made.raw["fields"]["description"] == text(fake, "so that it works")
    assert made.fields.priority.name == "High"
    made.update(fields={"summary": "Pay later"}, update={"labels": [{"add": "more"}]})
    assert jira.issue(made.key).fields.labels == ["muster", "more"]
    jira.add_issue_property(made.key, "muster", {"key": "plan:1"})
    assert jira.issue_property(made.key, "muster").raw["value"] == {"key": "plan:1"}
    assert jira.issue(made.key, properties="muster").raw["properties"] == {"muster": {"key": "plan:1"}}
    # The package's own delete sends `False`, which is not a value that Atlassian's description allows.
    jira._session.delete(made.self)
    with pytest.raises(JIRAError):
        jira.issue(made.key)


def test_the_wrong_points_field_and_a_wrong_description_are_refused(cloud: FakeJira) -> None:
    jira = client(cloud)
    with pytest.raises(JIRAError, match="appropriate screen"):
        jira.create_issue(fields=story(cloud, "x", customfield_10031=3))
    with pytest.raises(JIRAError, match="Atlassian Document"):
        jira.create_issue(fields=story(cloud, "x", description="plain"))


def test_search_pages_through_everything(fake: FakeJira) -> None:
    jira = client(fake)
    for start in range(0, 120, 40):
        fields = [story(fake, f"s{n}", labels=["muster", f"k{n}"]) for n in range(start, start + 40)]
        jira.create_issues(fields, prefetch=False)
    found = jira.search_issues('project = MUS AND labels = "muster" ORDER BY key', maxResults=0)
    assert [issue.fields.summary for issue in found] == [f"s{n}" for n in range(120)]
    some = jira.search_issues('labels in ("k3", k5) AND key != MUS-4', maxResults=10)
    assert [issue.key for issue in some] == ["MUS-6"]
    with pytest.raises(JIRAError):
        jira.search_issues('issue.property[muster].key = "1"')
    with pytest.raises(JIRAError):
        jira.search_issues("labels = (")


def test_epics_links_and_sub_tasks(fake: FakeJira) -> None:
    jira = client(fake)
    epic_fields = {"project": {"key": "MUS"}, "issuetype": {"name": "Epic"}, "summary": "Shop"}
    if fake.options.deployment == "Server":
        with pytest.raises(JIRAError, match="Epic Name"):
            jira.create_issue(fields=epic_fields)
        epic = jira.create_issue(fields={**epic_fields, "customfield_10103": "Shop"})
        one = jira.create_issue(fields=story(fake, "one", customfield_10101=epic.key))
        sub, found = "Sub-task", jira.search_issues(f'"Epic Link" = {epic.key}')
    else:
        epic = jira.create_issue(fields=epic_fields)
        one = jira.create_issue(fields=story(fake, "one", parent={"key": epic.key}))
        sub, found = "Subtask", jira.search_issues(f"parent = {epic.key}")
    assert [issue.key for issue in found] == [one.key]
    two = jira.create_issue(fields=story(fake, "two"))
    task = {**story(fake, "task"), "issuetype": {"name": sub}}
    with pytest.raises(JIRAError, match="parent"):
        jira.create_issue(fields=task)
    jira.create_issue(fields={**task, "parent": {"key": two.key}})
    jira.create_issue_link("Blocks", one.key, two.key)
    assert fake.links() == [(one.key, "Blocks", two.key)]
    assert jira.issue(one.key).fields.issuelinks[0].outwardIssue.key == two.key
    with pytest.raises(JIRAError, match="subtasks"):
        jira._session.delete(two.self)


def test_a_sprint_from_planning_to_its_report(fake: FakeJira) -> None:
    jira = client(fake)
    points = fake.jira.fields.points
    assert points
    board = jira.boards(type="scrum")[0]
    dates = {"startDate": "2026-01-05T09:00:00.000+00:00", "endDate": "2026-01-19T09:00:00.000+00:00"}
    sprint = jira.create_sprint("Sprint 1", board.id, goal="Pay", **dates)
    keys = [jira.create_issue(fields=story(fake, f"s{n}", **{points.id: n})).key for n in (3, 5, 8)]
    jira.add_issues_to_sprint(sprint.id, keys)
    with pytest.raises(JIRAError):
        jira.add_issues_to_sprint(sprint.id, keys * 20)
    with pytest.raises(JIRAError):
        jira.create_sprint("A name that is longer than thirty", board.id)
    fake.start_sprint(sprint.id)
    jira.move_to_backlog([keys[2]])
    fake.set_status(keys[0], "Done")
    jira.update_sprint(sprint.id, name="Sprint 1", state="closed", **dates)
    assert [s.name for s in jira.sprints(board.id, state="closed")] == ["Sprint 1"]
    query = {"rapidViewId": board.id, "sprintId": sprint.id}
    report = jira._session.get(f"{fake.url}/rest/greenhopper/1.0/rapid/charts/sprintreport", params=query).json()
    assert report["contents"]["completedIssuesEstimateSum"]["value"] == 3
    assert report["contents"]["issuesNotCompletedEstimateSum"]["value"] == 5
    assert report["contents"]["puntedIssuesEstimateSum"]["value"] == 8
    with pytest.raises(JIRAError):
        jira.add_issues_to_sprint(sprint.id, [keys[1]])
    jira.rank(keys[2], next_issue=keys[0])
    assert [i.key for i in jira.search_issues("project = MUS ORDER BY Rank")] == [keys[2], keys[0], keys[1]]


def test_seeded_history_has_a_report(fake: FakeJira) -> None:
    fake.seed_closed_sprint("Old", "2025-12-01T09:00:00+00:00", "2025-12-15T09:00:00+00:00", done=[3, 5], left=[8])
    jira = client(fake)
    sprint = jira.sprints(1, state="closed")[0]
    report = jira._session.get(
        f"{fake.url}/rest/greenhopper/1.0/rapid/charts/sprintreport?rapidViewId=1&sprintId={sprint.id}"
    ).json()["contents"]
    assert (report["completedIssuesEstimateSum"]["value"], report["issuesNotCompletedEstimateSum"]["value"]) == (8, 8)


def test_faults_strike_the_request_that_they_name(cloud: FakeJira) -> None:
    jira = client(cloud)
    cloud.fault("/issue$", method="POST", status=429, retry_after=3, reason="jira-burst-based", nth=2)
    jira.create_issue(fields=story(cloud, "one"), prefetch=False)
    with pytest.raises(JIRAError) as caught:
        jira.create_issue(fields=story(cloud, "two"), prefetch=False)
    assert caught.value.status_code == 429
    assert caught.value.response is not None
    assert caught.value.response.headers["Retry-After"] == "3"
    cloud.fault("/issue$", action="drop_after")
    with pytest.raises(requests.ConnectionError):
        jira.create_issue(fields=story(cloud, "three"), prefetch=False)
    cloud.fault("/issue$", action="drop_before")
    with pytest.raises(requests.ConnectionError):
        jira.create_issue(fields=story(cloud, "four"), prefetch=False)
    assert [issue.fields["summary"] for issue in cloud.issues()] == ["one", "three"]
    assert [entry["status"] for entry in cloud.log if entry["method"] == "POST"] == [201, 429, None, None]


def test_what_was_created_survives_a_restart(tmp_path: Path) -> None:
    with fake_jira(state=tmp_path / "jira.db") as first:
        client(first).create_issue(fields=story(first, "kept", labels=["a"]))
        gone = client(first).create_issue(fields=story(first, "gone"))
        gone.delete()
        port = first.port
    with fake_jira(state=tmp_path / "jira.db", port=port) as second:
        assert [issue.fields["summary"] for issue in second.issues()] == ["kept"]
        assert client(second).create_issue(fields=story(second, "next"), prefetch=False).key == "MUS-3"


def test_search_lags_behind_on_cloud_unless_told_to_reconcile() -> None:
    with fake_jira(Options(index_lag=60)) as fake:
        jira = client(fake)
        made = jira.create_issue(fields=story(fake, "new"))
        assert not jira.search_issues("project = MUS")
        assert len(jira.enhanced_search_issues("project = MUS", reconcileIssues=[int(made.id)])) == 1
        assert jira.issue(made.key).fields.summary == "new"


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_what_is_taken_away_is_missed(deployment: Deployment) -> None:
    taken = Options(
        deployment=deployment,
        without_fields=frozenset({"Story Points", "Story point estimate"}),
        without_types=frozenset({"Epic"}),
        without_links=frozenset({"Blocks"}),
        denied=frozenset({"CREATE_ISSUES"}),
    )
    with fake_jira(taken) as fake:
        jira = client(fake)
        assert not [f for f in jira.fields() if "point" in f["name"].lower()]
        assert "Epic" not in [kind.name for kind in jira.issue_types()]
        assert "Blocks" not in [kind.name for kind in jira.issue_link_types()]
        held = jira.my_permissions(permissions="CREATE_ISSUES")["permissions"]["CREATE_ISSUES"]["havePermission"]
        assert held is False
