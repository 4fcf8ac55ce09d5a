"""The `jira` package and the fake Jira, with Atlassian's OpenAPI description between them."""

import re
from collections.abc import Iterator

import pytest
import requests

from tests.integration.peers import test_jira_fake as plain
from tests.peers.jira_fake import FakeJira
from tests.peers.prism import JiraContract, Prism, jira_contract

pytestmark = pytest.mark.peer


@pytest.fixture
def fake(jira_checked: JiraContract) -> FakeJira:
    jira_checked.fake.url = jira_checked.url
    return jira_checked.fake


test_discovery = plain.test_discovery_finds_points_sprint_and_types_of_each_deployment
test_bulk = plain.test_bulk_creation_names_the_wrong_ones_and_makes_the_others
test_issue = plain.test_an_issue_comes_back_as_it_was_written
test_search = plain.test_search_pages_through_everything
test_links = plain.test_epics_links_and_sub_tasks
test_sprint = plain.test_a_sprint_from_planning_to_its_report
test_history = plain.test_seeded_history_has_a_report


@pytest.fixture
def unchecked(prism_proxy: Prism) -> Iterator[JiraContract]:
    with jira_contract(prism_proxy) as contract:
        yield contract


def test_a_wrong_request_and_a_wrong_answer_are_both_caught(unchecked: JiraContract) -> None:
    login = (unchecked.fake.email, unchecked.fake.token)
    body = {"name": 5, "originBoardId": "one"}
    wrong = requests.post(f"{unchecked.url}/rest/agile/1.0/sprint", json=body, auth=login, timeout=10)
    assert wrong.status_code == 422
    assert len(unchecked.violations()) >= 1
    unchecked.fake.jira.world.options.email = "changed"
    assert requests.get(f"{unchecked.url}/rest/api/3/nowhere", auth=login, timeout=10).status_code == 404
    unchecked.fake.options.email = login[0]
    unchecked.fake.jira.world.projects[0] = unchecked.fake.jira.world.projects[0].__class__(1, 5, "x")  # type: ignore[arg-type]
    answer = requests.get(f"{unchecked.url}/rest/api/3/project/1", auth=login, timeout=10)
    assert answer.status_code == 500
    assert re.search("key", answer.text)
