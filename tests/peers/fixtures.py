"""pytest fixtures for the peers; `tests/conftest.py` loads them for every test."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.peers import require
from tests.peers.emulate import EmulatedSlack, emulated_slack
from tests.peers.jira_fake import FakeJira, Options, fake_jira
from tests.peers.local_slack import LocalSlack, running_workspace, small_workspace
from tests.peers.postgres import fresh_database
from tests.peers.prism import JiraContract, Prism, jira_contract, prism

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A Chromium for a module's tests.

    Not for the whole run: Playwright keeps an event loop on this thread, and the durable engine refuses to start there.
    """
    from tests.peers.browser import browser

    with ExitStack() as running:
        yield require("Chromium", lambda: running.enter_context(browser()))


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A fresh page that reaches this machine only."""
    from tests.peers.browser import fresh_page

    with fresh_page(chromium) as opened:
        yield opened


@pytest.fixture
def postgres_url() -> str:
    """A new, empty PostgreSQL database, as an address for SQLAlchemy."""
    return require("PostgreSQL", fresh_database)


@pytest.fixture
def jira_cloud() -> Iterator[FakeJira]:
    """A fresh Jira Cloud."""
    with fake_jira(Options(deployment="Cloud")) as jira:
        yield jira


@pytest.fixture
def jira_server() -> Iterator[FakeJira]:
    """A fresh Jira Data Center."""
    with fake_jira(Options(deployment="Server")) as jira:
        yield jira


@pytest.fixture(scope="session")
def prism_proxy() -> Iterator[Prism]:
    """Prism for the test run."""
    with ExitStack() as running:
        yield require("Prism", lambda: running.enter_context(prism()))


@pytest.fixture
def jira_checked(prism_proxy: Prism) -> Iterator[JiraContract]:
    """A fresh Jira Cloud behind Prism; the test fails when a request or an answer broke Atlassian's description."""
    with jira_contract(prism_proxy) as contract:
        yield contract
        assert contract.violations() == []


@pytest.fixture
def start_emulated_slack() -> Iterator[Callable[[Sequence[str]], EmulatedSlack]]:
    """Start a Slack Web API that grants exactly these scopes, with the people and channels of the small workspace."""
    with ExitStack() as running:

        def start(scopes: Sequence[str]) -> EmulatedSlack:
            workspace = small_workspace()
            peer = emulated_slack(scopes, people=workspace.people, channels=workspace.channels)
            return require("emulate", lambda: running.enter_context(peer))

        yield start


@pytest.fixture
def start_slack() -> Iterator[Callable[[str | None], LocalSlack]]:
    """Start a small workspace for an app at this address, or in Socket Mode when it is None."""
    with ExitStack() as running:

        def start(request_url: str | None = None) -> LocalSlack:
            return require("local-slack", lambda: running.enter_context(running_workspace(request_url)))

        yield start


@pytest.fixture
def slack(start_slack: Callable[[str | None], LocalSlack]) -> LocalSlack:
    """A small workspace for an app in Socket Mode."""
    return start_slack(None)
