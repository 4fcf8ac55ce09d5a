"""Why? and What holds it up: asked with a button, answered in the modal, also when there is no answer."""

from __future__ import annotations

import json

from bot.blocks import cards, details, explaining, notices
from planners.plan.loading import load_document
from storage.plans import find_sprint_plan, store_document
from tests.integration.slack.bench import LEAD, MEMBER, OUTSIDER, PLAN, SECOND, Bench, all_text, find_button
from tests.integration.slack.web_api import Json, Refusal, WebApi
from tests.peers.blocks import check_view


def opened(slack_bench: Bench, api: WebApi, preview: Json, sprint: int) -> Json:
    """The details at a sprint."""
    slack_bench.click(find_button(preview["blocks"], cards.DETAILS))
    view = api.wait("views.open", lambda call: call["view"]["title"]["text"] == "Sprint plan")["view"]
    pick = {"action_id": details.PICK, "type": "static_select", "selected_option": {"value": str(sprint)}}
    slack_bench.view_click(view, pick)
    return dict(api.wait("views.update", lambda call: f"*Sprint {sprint}*" in all_text(call["view"]))["view"])


def ask(slack_bench: Bench, view: Json, key: str, *, user: str = LEAD) -> Json:
    """Ask why an item is where it is; what Slack is answered."""
    answer: Json = json.loads(slack_bench.submit(view, {details.ITEM: key}, user=user).body)
    return answer


def test_why_names_what_the_item_waits_for_and_leads_back(slack_bench: Bench, api: WebApi) -> None:
    row = slack_bench.preview()
    plan = slack_bench.row(find_button(row["blocks"], cards.APPROVE)).result
    sprint = next(item["sprint"] for item in plan["items"] if item["key"] == "maps")
    view = opened(slack_bench, api, row, sprint)
    check_view(view)
    assert "Looking into it" in all_text(ask(slack_bench, view, "maps")["view"])
    answer = api.wait("views.update", lambda call: "Why is it there?" in all_text(call["view"]))["view"]
    check_view(answer)
    assert "It comes after 'Log in'" in all_text(answer)
    assert "Show &lt;b&gt;maps&lt;/b&gt; &amp; roads" in all_text(answer)

    back = json.loads(slack_bench.submit(answer, {}).body)["view"]
    check_view(back)
    assert f"*Sprint {sprint}*" in all_text(back)
    gone = json.loads(slack_bench.submit(answer, {}, user=OUTSIDER).body)["view"]
    assert "not shared yet" in all_text(gone)


def test_what_holds_it_up_names_chain_and_bottleneck(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    slack_bench.click(find_button(preview["blocks"], cards.WHAT_HOLDS))
    opened_view = api.wait("views.open", lambda call: call["view"]["title"]["text"] == explaining.PLAN_TITLE)
    assert "Looking into it" in all_text(opened_view["view"])
    answer = api.wait("views.update", lambda call: "The chain that decides" in all_text(call["view"]))["view"]
    check_view(answer)
    text = all_text(answer)
    assert text.index("Log in") < text.index("Search")
    assert "Tightest in each sprint" in text
    assert "hangs on" not in text


def test_a_plan_that_is_not_shared_is_explained_to_nobody_else(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    view = opened(slack_bench, api, preview, 1)
    slack_bench.click(find_button(preview["blocks"], cards.WHAT_HOLDS), user=OUTSIDER)
    assert "not shared yet" in api.wait("response_url")["text"]
    assert "not shared yet" in ask(slack_bench, view, "login", user=MEMBER)["errors"][details.ITEM]
    ask(slack_bench, view, "login", user=SECOND)
    api.wait("views.update", lambda call: "Why is it there?" in all_text(call["view"]))
    assert len([call for call in api.of("views.update") if "Why is it there?" in all_text(call["view"])]) == 1


def test_an_item_that_is_no_longer_planned_is_said_to_be(slack_bench: Bench, api: WebApi) -> None:
    view = opened(slack_bench, api, slack_bench.preview(), 1)
    element = next(block["element"] for block in view["blocks"] if block.get("block_id") == details.ITEM)
    element["options"].append({"value": "lgin"})
    ask(slack_bench, view, "lgin")
    answer = api.wait("views.update", lambda call: "no item 'lgin'" in all_text(call["view"]))["view"]
    assert answer["callback_id"] == explaining.BACK


def test_a_plan_whose_open_part_is_another_one_now_is_said_to_be(slack_bench: Bench, api: WebApi) -> None:
    approve = find_button(slack_bench.preview()["blocks"], cards.APPROVE)
    other = load_document(PLAN.replace("title: Search, points: 3", "title: Search, points: 3, status: done"))
    with slack_bench.muster.database.transaction() as session:
        row = find_sprint_plan(session, approve["value"].split(":")[0], lock=True)
        assert row is not None
        at = slack_bench.muster.core.clock.now()
        row.plan_version = store_document(session, "atlas", other, source="x", by=LEAD, at=at).id
        session.add(row)
    slack_bench.click({**approve, "action_id": cards.WHAT_HOLDS})
    api.wait("views.update", lambda call: notices.BOARD_MOVED in all_text(call["view"]))


def test_a_slack_that_is_busy_gets_the_answer_later(slack_bench: Bench, api: WebApi) -> None:
    preview = slack_bench.preview()
    shown = len(api.of("views.update"))
    api.refuse("views.update", Refusal(status=429, headers={"Retry-After": "0"}))
    slack_bench.click(find_button(preview["blocks"], cards.WHAT_HOLDS))
    api.wait("views.update", number=shown + 2)
