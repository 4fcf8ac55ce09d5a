"""The browser shows local-slack's page, and reaches nothing outside."""

from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.demo.process import wait_until
from tests.integration.peers.test_local_slack import build
from tests.peers.browser import screenshot
from tests.peers.local_slack import LEAD, TEAM, LocalSlack
from tests.peers.slack_page import act_as, field, open_channel, say, submit

pytestmark = [pytest.mark.peer, pytest.mark.browser]


def test_a_person_fills_in_a_modal(page: Page, slack: LocalSlack) -> None:
    app = build(slack)
    handler: Any = SocketModeHandler(app, app_token=slack.app.app_token, web_client=app.client)
    handler.connect()
    try:
        wait_until(slack.connected, seconds=10, what="the connection")
        page.goto(slack.url)
        act_as(page, LEAD)
        open_channel(page, TEAM.name)
        say(page, "/plan")
        field(page, "Name").fill("Shop")
        field(page, "Length").select_option("3")
        assert screenshot(page, "peer-local-slack").stat().st_size > 5_000
        submit(page)
        page.get_by_role("button", name="Approve").click(timeout=10_000)
        page.get_by_text(f"approved v1 by {LEAD.id}").wait_for(timeout=10_000)
    finally:
        handler.close()


def test_the_outside_is_not_reached(page: Page) -> None:
    with pytest.raises(BrowserError):
        page.goto("http://example.com/")
