"""The block checker: passes what Slack takes, and names the path of what it refuses."""

from typing import Any

import pytest

from tests.peers.blocks import check_blocks, check_view

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def select(count: int, **more: Any) -> Json:
    options = [{"text": plain(f"o{n}"), "value": str(n)} for n in range(count)]
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def table(rows: int, columns: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


CELL = {"type": "raw_text", "text": "x"}
TASK = {"type": "task_card", "task_id": "1", "title": "a", "status": "pending"}
GOOD = [
    {"type": "header", "text": plain("Sprint 1")},
    section("*12* points"),
    {"type": "divider"},
    actions(button(), select(100)),
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}]},
    table(100, 20),
    {"type": "data_table", "caption": "Sprints", "rows": [[CELL], [{"type": "raw_number", "value": 3}]]},
    {
        "type": "plan",
        "title": "Push",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "a", "status": "pending"}],
    },
]


def test_what_slack_takes_passes() -> None:
    check_blocks(GOOD)


@pytest.mark.parametrize(
    ("block", "path"),
    [
        (section("x" * 3_001), r"blocks\[0\]\.text\.text"),
        (section(""), r"blocks\[0\]\.text\.text"),
        ({"type": "section", "fields": [plain("x")] * 11}, r"blocks\[0\]\.fields"),
        ({"type": "header", "text": plain("x" * 151)}, r"blocks\[0\]\.text\.text"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, r"blocks\[0\]\.text\.type"),
        ({"type": "sektion"}, r"blocks\[0\]\.type"),
        (actions(*[button(action_id=str(n)) for n in range(26)]), r"blocks\[0\]\.elements"),
        (actions(button(), button()), r"elements\[1\]\.action_id"),
        (actions(button(text=plain("x" * 76))), r"elements\[0\]\.text\.text"),
        (actions(button(value="x" * 2_001)), r"elements\[0\]\.value"),
        (actions(button(style="green")), r"elements\[0\]\.style"),
        (actions(select(101)), r"elements\[0\]\.options"),
        (actions(select(2, initial_option={"text": plain("o9"), "value": "9"})), r"initial_option"),
        (actions({**select(6), "type": "overflow"}), r"elements\[0\]\.options"),
        (actions({"type": "plain_text_input", "action_id": "t"}), r"elements\[0\]\.type"),
        ({"type": "context", "elements": [plain("x")] * 11}, r"blocks\[0\]\.elements"),
        ({"type": "image", "image_url": "http://x"}, r"blocks\[0\]\.alt_text"),
        (table(101, 1), r"blocks\[0\]\.rows"),
        ({"type": "table", "rows": [[CELL, CELL], [CELL]]}, r"rows\[1\]"),
        ({"type": "data_table", "caption": "x", "rows": [[CELL]]}, r"blocks\[0\]\.rows"),
        ({"type": "task_card", "task_id": "1", "title": "a", "status": "done"}, r"blocks\[0\]: status"),
        ({"type": "section", "text": plain("x"), "block_id": "x" * 256}, r"blocks\[0\]\.block_id"),
        ({"type": "alert", "text": plain("x"), "level": "loud"}, r"blocks\[0\]: level"),
    ],
)
def test_what_slack_refuses_is_named(block: Json, path: str) -> None:
    with pytest.raises(AssertionError, match=path):
        check_blocks([block])


def test_limits_of_the_whole_message() -> None:
    with pytest.raises(AssertionError, match="51 blocks"):
        check_blocks([{"type": "divider"}] * 51)
    check_blocks([{"type": "divider"}] * 51, "home")
    with pytest.raises(AssertionError, match="characters of text"):
        check_blocks([section("x" * 3_000)] * 5)
    with pytest.raises(AssertionError, match="more than one table"):
        check_blocks([table(1, 1)] * 2)
    with pytest.raises(AssertionError, match="used twice"):
        check_blocks([{**section("x"), "block_id": "b"}] * 2)
    with pytest.raises(AssertionError, match="messages only"):
        check_blocks([{"type": "markdown", "text": "x"}], "modal")


def test_a_modal_and_its_limits() -> None:
    element = {"type": "plain_text_input", "action_id": "t"}
    field: Json = {"type": "input", "block_id": "n", "label": plain("Name"), "element": element}
    view: Json = {"type": "modal", "title": plain("Plan"), "submit": plain("Go"), "blocks": [field]}
    check_view(view)
    for change, path in (
        ({"title": plain("x" * 25)}, "title"),
        ({"private_metadata": "x" * 3_001}, "private_metadata"),
        ({"callback_id": "x" * 256}, "callback_id"),
        ({"blocks": [{**field, "label": {"type": "mrkdwn", "text": "x"}}]}, "label"),
    ):
        with pytest.raises(AssertionError, match=path):
            check_view({**view, **change})
    del view["submit"]
    with pytest.raises(AssertionError, match="submit"):
        check_view(view)
