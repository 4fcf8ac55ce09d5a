"""Slack's blocks and elements, each cut to its limit. Mrkdwn text comes escaped from the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks.text import SECTION, cut

Block = dict[str, Any]

OPTIONS = 100
OPTION_VALUE = 150
BUTTON_VALUE = 2_000


def plain(text: str, limit: int = SECTION) -> Block:
    """Plain text."""
    return {"type": "plain_text", "text": cut(text, limit) or " "}


def mrkdwn(text: str) -> Block:
    """Marked-up text. A last resort cut: builders keep below the limit on their own."""
    return {"type": "mrkdwn", "text": text[:SECTION] or " "}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(" ".join(text.split()), 150)}


def section(text: str, *, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """A paragraph, with one element beside it."""
    return _named({"type": "section", "text": mrkdwn(text)} | ({"accessory": accessory} if accessory else {}), block_id)


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    """A row of buttons."""
    return _named({"type": "actions", "elements": list(elements)[:25]}, block_id)


def button(
    text: str,
    action: str,
    value: str,
    *,
    style: str | None = None,
    confirm: Block | None = None,
) -> Block:
    """A button. `value` goes back to the server with the click, at most 2,000 characters."""
    if len(value) > BUTTON_VALUE:
        raise ValueError("a button's value has at most 2,000 characters")
    element: Block = {"type": "button", "text": plain(text, 75), "action_id": action, "value": value}
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def link_button(text: str, url: str, action: str) -> Block:
    """A button that opens a page."""
    return {"type": "button", "text": plain(text, 75), "action_id": action, "url": url[:3_000]}


def confirm(title: str, text: str, yes: str, no: str = "Not yet") -> Block:
    """The question that is asked before a click counts."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str) -> Block:
    """One choice of a select."""
    if len(value) > OPTION_VALUE:
        raise ValueError(f"an option's value has at most 150 characters: {value[:40]}…")
    return {"text": plain(text, 75), "value": value}


def select(action: str, choices: Sequence[tuple[str, str]], *, chosen: str | None = None, placeholder: str) -> Block:
    """A select over (value, label) pairs, at most 100 of them."""
    options = [option(label, value) for value, label in choices[:OPTIONS]]
    element: Block = {
        "type": "static_select",
        "action_id": action,
        "options": options,
        "placeholder": plain(placeholder, 150),
    }
    initial = next((each for each in options if each["value"] == chosen), None)
    if initial is None:
        return element
    # Some clients show the placeholder although there is a choice: let it say the same.
    return element | {"initial_option": initial, "placeholder": plain(initial["text"]["text"], 150)}


def text_input(
    action: str,
    *,
    initial: str | None = None,
    placeholder: str | None = None,
    multiline: bool = False,
    limit: int = SECTION,
) -> Block:
    """A field to type in."""
    element: Block = {"type": "plain_text_input", "action_id": action, "multiline": multiline, "max_length": limit}
    if initial:
        element["initial_value"] = initial[:limit]
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def date_input(action: str, *, initial: str | None = None) -> Block:
    """A date to pick."""
    return {"type": "datepicker", "action_id": action} | ({"initial_date": initial} if initial else {})


def file_input(action: str, filetypes: Sequence[str]) -> Block:
    """One file to attach."""
    return {"type": "file_input", "action_id": action, "filetypes": list(filetypes), "max_files": 1}


def field(label: str, block_id: str, element: Block, *, hint: str = "", optional: bool = True) -> Block:
    """An input of a modal with its label. Errors of a submission are shown at its `block_id`."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2_000),
        "element": element,
        "optional": optional,
    }
    return block | ({"hint": plain(hint, 2_000)} if hint else {})


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str | None = None,
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
    notify: bool = False,
) -> Block:
    """A modal; one without `submit` has only a way out."""
    view: Block = {
        "type": "modal",
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": list(blocks)[:100],
    }
    if callback:
        view["callback_id"] = callback
    if submit:
        view["submit"] = plain(submit, 24)
    if metadata:
        if len(metadata) > 3_000:
            raise ValueError("private_metadata has at most 3,000 characters")
        view["private_metadata"] = metadata
    if notify:
        view["notify_on_close"] = True
    return view


def rich_text(text: str) -> Block:
    """A paragraph of unformatted text as rich text."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}],
    }


def _named(block: Mapping[str, Any], block_id: str | None) -> Block:
    return {**block, "block_id": block_id} if block_id else dict(block)
