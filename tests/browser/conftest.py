"""The demo, as a visitor meets it in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.demo.running import Demo, running_demo
from bot.demo.workspace import LEAD, TEAM
from tests.peers import require
from tests.peers.slack_page import act_as, open_channel

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo with a database of its own."""
    folder: Path = tmp_path_factory.mktemp("demo")
    running = running_demo(port=0, folder=folder)
    found = require("local-slack", running.__enter__)
    try:
        yield found
    finally:
        running.__exit__(None, None, None)


@pytest.fixture
def at_desk(demo: Demo, page: Page) -> Page:
    """The page of an empty channel, with the lead before it."""
    demo.slack.close_view(LEAD.id)
    demo.slack.reset()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(demo.slack.url)
    act_as(page, LEAD)
    open_channel(page, TEAM.name)
    return page
