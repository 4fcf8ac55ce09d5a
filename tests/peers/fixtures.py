"""pytest fixtures for the peers; `tests/conftest.py` loads them for every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.peers import require
from tests.peers.jira_fake import FakeJira, Options, fake_jira
from tests.peers.local_slack import LocalSlack, running_workspace
from tests.peers.postgres import fresh_database


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
