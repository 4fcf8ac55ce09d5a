"""Tables: Slack's own block, and the same in fixed width for servers that do not show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.elements import Block, section
from bot.blocks.text import SECTION, cut, escape, fitting

ROWS = 100
CELL = 120
UNBROKEN = {ord(" "): "\N{NO-BREAK SPACE}", ord("-"): "\N{NON-BREAKING HYPHEN}", ord("–"): "\N{NON-BREAKING HYPHEN}"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, whether it holds numbers, and how wide it may get in fixed width."""

    title: str
    right: bool = False
    width: int = 24


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, rich: bool, budget: int = 4_000) -> list[Block]:
    """The rows that fit, as blocks. Rows are unescaped text. `budget` bounds the text of the whole table."""
    if not rows:
        return []
    return [_block(columns, rows, budget)] if rich else _fixed(columns, rows, min(budget, SECTION - 100))


def _block(columns: Sequence[Column], rows: Sequence[Sequence[str]], budget: int) -> Block:
    heading = [_cell(column.title) for column in columns]
    body, used = [], 0
    for row in rows[: ROWS - 1]:
        used += sum(min(len(text), CELL) for text in row)
        if used > budget:
            break
        body.append([_cell(text) for text in row])
    return {
        "type": "table",
        "column_settings": [
            {"align": "right" if column.right else "left", "is_wrapped": not column.right} for column in columns
        ],
        "rows": [heading, *body],
    }


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": cut(text, CELL) or "–"}


def shown_rows(blocks: Sequence[Block]) -> int:
    """How many rows without the heading a table took."""
    first = blocks[0] if blocks else {}
    if first.get("type") == "table":
        return len(first["rows"]) - 1
    return max(0, str(first.get("text", {}).get("text", "")).count("\n")) if first else 0


def _fixed(columns: Sequence[Column], rows: Sequence[Sequence[str]], budget: int) -> list[Block]:
    texts = [[cut(text or "–", column.width) for column, text in zip(columns, row, strict=True)] for row in rows]
    heads = [column.title for column in columns]
    widths = [max(len(row[n]) for row in [heads, *texts]) for n in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(cells, widths, columns, strict=True)
        ]
        # One code span a line, with spaces that do not break: the one form that every server shows in fixed width.
        text = "  ".join(padded).replace("`", "'").translate(UNBROKEN)
        return f"`{escape(text)}`"

    taken, _ = fitting((line(row) for row in texts), budget - len(line(heads)) - 1)
    return [section("\n".join([line(heads), *taken]))]
