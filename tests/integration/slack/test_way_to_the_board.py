"""From the command to the board, as a lead goes."""

from __future__ import annotations

import json

from bot.blocks import cards
from tests.integration.slack.bench import LEAD, Bench, all_text, find_button
from tests.integration.slack.web_api import WebApi
from tests.peers.blocks import check_blocks, check_view


def test_a_typed_command_ends_in_a_pushed_backlog(slack_bench: Bench, api: WebApi) -> None:
    form = slack_bench.form("atlas")
    check_view(form)
    answer = slack_bench.submit(form, {})
    assert json.loads(answer.body)["response_action"] == "update"
    shown = api.wait("chat.postEphemeral")
    assert shown["user"] == LEAD
    check_blocks(shown["blocks"])
    approve = find_button(shown["blocks"], cards.APPROVE)

    slack_bench.click(approve)

    assert slack_bench.outcome(approve)["status"] == "done"
    end = api.wait("chat.update", lambda call: "is on atlas" in call["text"])
    check_blocks(end["blocks"])
    assert slack_bench.row(approve).status == "pushed"
    assert "ATLAS-1 Base" in all_text(end["blocks"])
