"""A running app with the venture atlas, and the Slack that it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.slack.bench import Bench, add_atlas, bench
from tests.integration.slack.web_api import WebApi, web_api


@pytest.fixture
def api() -> Iterator[WebApi]:
    """A recording Web API."""
    with web_api() as running:
        yield running


@pytest.fixture
def slack_bench(api: WebApi, tmp_path: Path) -> Iterator[Bench]:
    """The app, started, with atlas stored."""
    with bench(api, tmp_path) as running:
        add_atlas(running.muster)
        yield running
