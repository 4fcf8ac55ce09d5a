"""What if?: asked in one line, answered in the modal, adopted where the options can say it."""

from __future__ import annotations

import json

import pytest

from bot.blocks import adjusting, cards, what_if
from storage.audit import entries
from tests.integration.slack.bench import LEAD, OUTSIDER, SECOND, Bench, all_text, find_button
from tests.integration.slack.web_api import Json, WebApi
from tests.peers.blocks import check_blocks, check_view


def opened(slack_bench: Bench, api: WebApi) -> tuple[Json, Json]:
    """A preview's Approve button, and the modal that What if? opens."""
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.WHAT_IF))
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == what_if.CALLBACK)["view"]
    check_view(view)
    return find_button(preview["blocks"], cards.APPROVE), view


def answered(slack_bench: Bench, api: WebApi, view: Json, text: str) -> list[Json]:
    """The blocks of the answer in the conversation."""
    before = len(api.of("chat.postEphemeral"))
    answer = json.loads(slack_bench.submit(view, {what_if.FIELD: text}).body)
    assert answer["response_action"] == "update", answer
    shown = api.wait("chat.postEphemeral", number=before + 1)
    check_blocks(shown["blocks"])
    assert shown["user"] == LEAD
    return list(shown["blocks"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("veloctiy -20 %", "did you mean 'velocity'?"),
        ("drop logni", "no item 'logni'; did you mean 'login'?"),
        (" ; ", "Type one change"),
        ("drop could;" * 7, "up to 6"),
        ("velocity +0 %", "This is so already"),
    ],
)
def test_what_is_not_understood_is_said_at_the_field(slack_bench: Bench, api: WebApi, text: str, said: str) -> None:
    _, view = opened(slack_bench, api)
    answer = json.loads(slack_bench.submit(view, {what_if.FIELD: text}).body)
    assert said in answer["errors"][what_if.FIELD]


def test_less_velocity_is_answered_in_sprints_and_dates_and_can_be_adopted(slack_bench: Bench, api: WebApi) -> None:
    approve, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "velocity -30 %")
    text = all_text(shown)
    assert "What if: velocity -30 %" in text
    assert "P50" in text
    assert "P85" in text
    assert slack_bench.row(approve).revision == 1
    api.wait("views.update", lambda call: what_if.DONE in all_text(call["view"]))

    adopt = find_button(shown, adjusting.KEEP)
    slack_bench.click(adopt)
    current = api.wait("response_url", lambda call: call.get("replace_original") is True)
    assert "capacity 70 %" in all_text(current["blocks"])
    assert slack_bench.row(approve).revision == 2
    with slack_bench.muster.database.transaction() as session:
        assert [each.action for each in entries(session)].count("sprint_plan.adjusted") == 1

    slack_bench.click(adopt)
    api.wait("response_url", lambda call: "changed after this difference" in call.get("text", ""))


def test_what_only_the_plan_file_can_say_is_not_adopted(slack_bench: Bench, api: WebApi) -> None:
    _, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "drop search; velocity +10 %")
    assert "1 story is no longer in the plan: search" in all_text(shown)
    assert "change the plan file" in all_text(shown)
    with pytest.raises(LookupError):
        find_button(shown, adjusting.KEEP)


def test_asking_again_begins_with_the_last_line(slack_bench: Bench, api: WebApi) -> None:
    _, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "drop  should;drop search")
    slack_bench.click(find_button(shown, what_if.AGAIN))
    again = api.wait("views.open", lambda call: call["view"].get("callback_id") == what_if.CALLBACK, number=2)["view"]
    assert again["blocks"][0]["element"]["initial_value"] == "drop should; drop search"


def test_who_may_not_plan_neither_asks_nor_adopts(slack_bench: Bench, api: WebApi) -> None:
    approve, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "velocity -30 %")
    for user in (OUTSIDER, SECOND):
        slack_bench.click({**approve, "action_id": cards.WHAT_IF}, user=user)
        slack_bench.click(find_button(shown, what_if.AGAIN), user=user)
        slack_bench.click(find_button(shown, adjusting.KEEP), user=user)
        answer = json.loads(slack_bench.submit(view, {what_if.FIELD: "velocity -30 %"}, user=user).body)
        assert "You can't plan" in answer["errors"][what_if.FIELD]
    assert len(api.of("response_url")) == 6
    assert all("You can't plan" in call["text"] for call in api.of("response_url"))
    assert len([call for call in api.of("views.open") if call["view"].get("callback_id") == what_if.CALLBACK]) == 1
    assert slack_bench.row(approve).revision == 1


def test_a_plan_that_was_decided_meanwhile_is_not_asked_about(slack_bench: Bench, api: WebApi) -> None:
    approve, view = opened(slack_bench, api)
    slack_bench.click(approve)
    slack_bench.pushed(approve)
    answer = json.loads(slack_bench.submit(view, {what_if.FIELD: "velocity -30 %"}).body)
    assert "changed meanwhile" in answer["errors"][what_if.FIELD]
    slack_bench.click({**approve, "action_id": cards.WHAT_IF})
    api.wait("response_url", lambda call: "approved this plan already" in call.get("text", ""))
