"""What if?: asked in one line, answered in the modal, adopted where the options can say it."""

from __future__ import annotations

import json

import pytest

from bot.blocks import cards, what_if
from storage.audit import entries
from tests.integration.slack.bench import OUTSIDER, SECOND, Bench, all_text, find_button
from tests.integration.slack.web_api import Json, Refusal, WebApi
from tests.peers.blocks import check_blocks, check_view


def opened(slack_bench: Bench, api: WebApi) -> tuple[Json, Json]:
    """A preview's Approve button, and the modal that What if? opens."""
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.WHAT_IF))
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == what_if.CALLBACK)["view"]
    check_view(view)
    return find_button(preview["blocks"], cards.APPROVE), view


def answered(slack_bench: Bench, api: WebApi, view: Json, text: str) -> Json:
    """The modal with the answer."""
    before = len(api.of("views.update"))
    answer = json.loads(slack_bench.submit(view, {what_if.FIELD: text}).body)
    assert answer["response_action"] == "update", answer
    shown = api.wait("views.update", number=before + 1)["view"]
    check_view(shown)
    return dict(shown)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("veloctiy -20 %", "did you mean 'velocity'?"),
        ("drop logni", "no item 'logni'; did you mean 'login'?"),
        (" ; ", "Type one change"),
        ("drop could;" * 7, "up to 6"),
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

    slack_bench.view_click(shown, find_button(shown["blocks"], what_if.ADOPT))
    api.wait("views.update", lambda call: "The plan is changed" in all_text(call["view"]))
    current = api.wait("chat.postEphemeral", number=2)
    check_blocks(current["blocks"])
    assert "capacity 70 %" in all_text(current["blocks"])
    assert slack_bench.row(approve).revision == 2
    with slack_bench.muster.database.transaction() as session:
        assert [each.action for each in entries(session)].count("sprint_plan.adjusted") == 1

    slack_bench.view_click(shown, find_button(shown["blocks"], what_if.ADOPT))
    api.wait("views.update", lambda call: "changed after this difference" in all_text(call["view"]))


def test_what_only_the_plan_file_can_say_is_not_adopted(slack_bench: Bench, api: WebApi) -> None:
    _, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "drop search; velocity +10 %")
    assert "1 story is no longer in the plan: search" in all_text(shown)
    assert "change the plan file" in all_text(shown)
    with pytest.raises(LookupError):
        find_button(shown["blocks"], what_if.ADOPT)


def test_the_line_stays_for_the_next_question(slack_bench: Bench, api: WebApi) -> None:
    _, view = opened(slack_bench, api)
    shown = answered(slack_bench, api, view, "drop should")
    line = next(block for block in shown["blocks"] if block.get("block_id") == what_if.FIELD)
    assert line["element"]["initial_value"] == "drop should"
    again = answered(slack_bench, api, {**shown, "id": "V1"}, "drop could")
    assert "Nothing changes." in all_text(again)


def test_a_closed_modal_gets_its_answer_in_the_conversation(slack_bench: Bench, api: WebApi) -> None:
    _, view = opened(slack_bench, api)
    api.refuse("views.update", Refusal("not_found"))
    slack_bench.submit(view, {what_if.FIELD: "velocity -30 %"})
    told = api.wait("chat.postEphemeral", number=2)
    check_blocks(told["blocks"])
    assert "What if: velocity -30 %" in all_text(told["blocks"])


def test_who_may_not_plan_neither_asks_nor_adopts(slack_bench: Bench, api: WebApi) -> None:
    approve, view = opened(slack_bench, api)
    for user in (OUTSIDER, SECOND):
        slack_bench.click({**approve, "action_id": cards.WHAT_IF}, user=user)
        answer = json.loads(slack_bench.submit(view, {what_if.FIELD: "velocity -30 %"}, user=user).body)
        assert "You can't plan" in answer["errors"][what_if.FIELD]
    assert len([call for call in api.of("views.open") if call["view"].get("callback_id") == what_if.CALLBACK]) == 1
    shown = answered(slack_bench, api, view, "velocity -30 %")
    slack_bench.view_click(shown, find_button(shown["blocks"], what_if.ADOPT), user=OUTSIDER)
    api.wait("views.update", lambda call: "You can't plan" in all_text(call["view"]))
    assert slack_bench.row(approve).revision == 1


def test_a_plan_that_was_decided_meanwhile_is_not_asked_about(slack_bench: Bench, api: WebApi) -> None:
    approve, view = opened(slack_bench, api)
    slack_bench.click(approve)
    slack_bench.pushed(approve)
    answer = json.loads(slack_bench.submit(view, {what_if.FIELD: "velocity -30 %"}).body)
    assert "changed meanwhile" in answer["errors"][what_if.FIELD]
    slack_bench.click({**approve, "action_id": cards.WHAT_IF})
    api.wait("response_url", lambda call: "approved this plan already" in call.get("text", ""))
