"""What a person reads in a message or a modal, as lines for a terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]

_REFERENCE = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")


def lines_of(blocks: Sequence[Block], names: Mapping[str, str]) -> list[str]:
    """The lines of a message. `names` gives people and channels by their id."""
    return [line for block in blocks for text in _texts(block) for line in plain(text, names).splitlines()]


def inputs_of(view: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """A modal's inputs, each as its label with what is filled in."""
    return [
        f"{plain(block['label']['text'], names)}: {_filled(block['element'])}"
        for block in view.get("blocks", [])
        if block.get("type") == "input"
    ]


def buttons_of(blocks: Sequence[Block]) -> list[str]:
    """The labels of the buttons below a message."""
    return [
        str(element["text"]["text"])
        for block in blocks
        if block.get("type") == "actions"
        for element in block.get("elements", [])
        if element.get("type") == "button"
    ]


def plain(text: str, names: Mapping[str, str]) -> str:
    """Slack's text without its marks."""

    def named(match: re.Match[str]) -> str:
        kind, target, label = match.groups()
        if kind in ("@", "#"):
            return f"{kind}{names.get(target, label or target)}"
        return label or target

    bare = _REFERENCE.sub(named, text).replace("*", "").replace("`", "")
    return html.unescape(bare)


def _texts(block: Block) -> Iterator[str]:
    kind = block.get("type")
    if kind in ("header", "section") and block.get("text"):
        yield str(block["text"]["text"])
    if kind == "section":
        yield from (str(field["text"]) for field in block.get("fields", []))
    if kind == "context":
        yield from (str(element["text"]) for element in block.get("elements", []) if "text" in element)


def _filled(element: Block) -> str:
    option = element.get("initial_option")
    if option:
        return str(option["text"]["text"])
    return str(element.get("initial_value") or element.get("initial_date") or "(empty)")
