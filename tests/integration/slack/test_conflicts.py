"""A plan that can't keep every demand says which contradict each other, and what can be done about it."""

from __future__ import annotations

from bot.blocks import cards, what_if
from tests.integration.slack.bench import OUTSIDER, PLAN, Bench, all_text, find_button
from tests.integration.slack.web_api import Json, WebApi
from tests.peers.blocks import check_blocks, check_view

STUCK = f"""{PLAN}
resources:
  people:
    - {{name: Ana Ruiz, skills: [api]}}
timeline:
  start: 2027-01-11
  milestones:
    - {{key: beta, title: Beta, due: 2027-01-22, items: [search]}}
"""


def stuck(slack_bench: Bench, api: WebApi) -> Json:
    """The preview of a plan whose milestone comes before its work can be done."""
    shown = len(api.of("chat.postEphemeral"))
    answer = slack_bench.submit(slack_bench.form(), {"text": STUCK, "venture": None, "start": "2027-01-11"})
    assert "errors" not in answer.body, answer.body
    preview = api.wait("chat.postEphemeral", number=shown + 1)
    check_blocks(preview["blocks"])
    return preview


def ways(preview: Json) -> Json:
    """The select with the ways out."""
    return find_button(preview["blocks"], cards.TRY)


def test_the_preview_names_the_contradiction_and_ranks_the_ways_out(slack_bench: Bench, api: WebApi) -> None:
    text = all_text(stuck(slack_bench, api)["blocks"])
    assert "*No plan meets every milestone.*" in text
    assert "'Beta' on 22 January 2027 can't be met" in text
    assert "cheapest first" in text
    assert "1. Move milestone 'Beta' by" in text


def test_a_way_out_is_tried_as_a_what_if(slack_bench: Bench, api: WebApi) -> None:
    select = ways(stuck(slack_bench, api))
    option = next(each for each in select["options"] if "|milestone beta +" in each["value"])
    click = {"type": "static_select", "action_id": cards.TRY, "selected_option": option}
    slack_bench.click(click)
    view = api.wait("views.open", lambda call: call["view"].get("callback_id") == what_if.CALLBACK)["view"]
    check_view(view)
    line = option["value"].partition("|")[2]
    assert view["blocks"][0]["element"]["initial_value"] == line
    slack_bench.submit(view, {})
    answer = api.wait("chat.postEphemeral", lambda call: "What if: milestone beta" in all_text(call["blocks"]))
    assert "change the plan file" in all_text(answer["blocks"])


def test_who_may_not_plan_tries_nothing(slack_bench: Bench, api: WebApi) -> None:
    option = ways(stuck(slack_bench, api))["options"][0]
    slack_bench.click({"type": "static_select", "action_id": cards.TRY, "selected_option": option}, user=OUTSIDER)
    assert "You can't plan" in api.wait("response_url")["text"]
    assert not [call for call in api.of("views.open") if call["view"].get("callback_id") == what_if.CALLBACK]
