"""Markdown into an outline of headings, paragraphs and lists with lines; what stands inside a line is left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BLANKS = re.compile(r"[ \t]+")
_TICK = re.compile(r"^\[[ xX]\][ \t]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """``## text``: level 2."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph, or a whole quote, table or code block as it stands in the source."""

    text: str
    line: int
    paragraph: bool = True


@dataclass(slots=True)
class ListItem:
    """An entry of a list: its own text on one line (a tick box is taken off) and the entries below it."""

    text: str
    line: int
    below: list[ListItem] = field(default_factory=list)


Block = Heading | Line | ListItem


def outline(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text in order; the entries of a list follow each other like paragraphs."""
    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        yield from _blocks(tokens[at:end], lines)
        at = end


def _end(tokens: Sequence[Token], at: int) -> int:
    """Where the block that begins at `at` ends."""
    if tokens[at].nesting != 1:
        return at + 1
    level = tokens[at].level
    return next(
        (n + 1 for n in range(at + 1, len(tokens)) if tokens[n].nesting == -1 and tokens[n].level == level),
        len(tokens),
    )


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Block]:
    first = tokens[0]
    start, end = first.map or (0, 0)
    match first.type:
        case "heading_open":
            yield Heading(int(first.tag[1:]), _one_line(tokens[1].content.rstrip("# \t")), start + 1)
        case "paragraph_open":
            for number, text in enumerate(tokens[1].content.split("\n")):
                yield Line(text.strip(), start + 1 + number)
        case "bullet_list_open" | "ordered_list_open":
            yield from _entries(tokens)
        case "hr":
            return
        case _:
            yield Line("\n".join(lines[start:end]).rstrip(), start + 1, paragraph=False)


def _entries(tokens: Sequence[Token]) -> list[ListItem]:
    """The entries of the list that these tokens are."""
    top: list[ListItem] = []
    open_items: list[ListItem] = []
    for token in tokens:
        if token.type == "list_item_open":
            item = ListItem("", (token.map or (0, 0))[0] + 1)
            (open_items[-1].below if open_items else top).append(item)
            open_items.append(item)
        elif token.type == "list_item_close":
            open_items.pop()
        elif token.content and open_items:
            item = open_items[-1]
            text = _TICK.sub("", _one_line(token.content)) if not item.text else _one_line(token.content)
            item.text = f"{item.text} {text}".strip()
    return top


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text.replace("\n", " ")).strip()
