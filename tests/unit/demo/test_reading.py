"""What the demo's check prints is what a person would read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.reading import buttons_of, inputs_of, lines_of, plain

NAMES = {"U1": "Frieda Hansen", "C1": "harbourline"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("*Shared* by <@U1> in <#C1>", "Shared by @Frieda Hansen in #harbourline"),
        ("<@U9|otto> and <#C9>", "@otto and #C9"),
        ("<https://example.com/a|MUS-1>, <https://example.com/b>", "MUS-1, https://example.com/b"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),  # a user's own signs come escaped and are no reference
        ("`muster run`", "muster run"),
    ],
)
def test_marks_and_references_are_read(text: str, read: str) -> None:
    assert plain(text, NAMES) == read


def test_a_message_is_read_from_top_to_bottom() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Plan"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "one\ntwo"}, "fields": [{"text": "three"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "image", "image_url": "x"}, {"type": "mrkdwn", "text": "four"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"text": "Share"}}, {"type": "static_select"}]},
    ]
    assert lines_of(blocks, NAMES) == ["Plan", "one", "two", "three", "four"]
    assert buttons_of(blocks) == ["Share"]


def test_inputs_are_read_with_what_is_filled_in() -> None:
    def block(label: str, **element: object) -> dict[str, object]:
        return {"type": "input", "label": {"text": label}, "element": element}

    view = {
        "blocks": [
            block("Length", initial_option={"text": {"text": "2 weeks"}, "value": "2"}),
            block("Start", initial_date="2027-01-11"),
            block("Buffer", initial_value="15"),
            block("File"),
        ]
    }
    assert inputs_of(view, NAMES) == ["Length: 2 weeks", "Start: 2027-01-11", "Buffer: 15", "File: (empty)"]
