"""What if? One line to type, what it would change, and the way to keep it where that can be."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.elements import Block, actions, button, context, divider, field, header, modal, section, text_input
from bot.blocks.forms import ANSWER
from bot.blocks.sprints import change_line
from bot.blocks.text import bullets, safe
from planners.sprints.answers import WhatIf

CALLBACK = "sprint_plan.what_if_form"
ADOPT = "sprint_plan.adopt"
TITLE = "What if?"
FIELD = "change"
LIMIT = 300
SEPARATOR = ";"
SHOWN = 12
EXAMPLES = (
    "`lose Ana from sprint 3`",
    "`add 1 backend to core from sprint 2`",
    "`fill Tester from sprint 4`",
    "`velocity -20 %`",
    "`drop could` or `drop login, maps`",
    "`milestone pilot +2 weeks` or `milestone pilot 2027-04-30`",
    "`start 2027-02-01`",
)


def form(metadata: str, *, text: str = "", answer: Sequence[Block] = ()) -> Block:
    """The line to type, below what the one before would change."""
    blocks = [
        *answer,
        field(
            "What if …",
            FIELD,
            text_input(ANSWER, initial=text, placeholder="velocity -20 %", limit=LIMIT),
            hint=f"One change, or several with {SEPARATOR} between them. Nothing is kept by asking.",
            optional=False,
        ),
        context("For example: " + " · ".join(EXAMPLES)),
    ]
    return modal(TITLE, blocks, callback=CALLBACK, submit="Show what changes", close="Close", metadata=metadata)


def answer(found: WhatIf, proposal_id: str) -> list[Block]:
    """What would change; with a `proposal_id` it can be kept."""
    moves = [change_line(change) for change in found.difference.items]
    blocks = [
        section(f"*What if: {safe('; '.join(found.changes), LIMIT)}*"),
        section(bullets([safe(sentence, 400) for sentence in found.sentences], 2_400, shown=12)),
    ]
    if moves:
        blocks.append(section(f"*Items*\n{bullets(moves, 2_400, shown=SHOWN)}"))
    if found.difference.empty:
        return [*blocks, divider()]
    if proposal_id:
        blocks.append(actions([button("Adopt", ADOPT, proposal_id, style="primary")]))
    else:
        blocks.append(context("To keep this, change the plan file and plan again: *Adjust* has no option for it."))
    return [*blocks, divider()]


def refusal(text: str) -> list[Block]:
    """Why there is no answer; `text` is escaped."""
    return [section(text), divider()]


def message(blocks: Sequence[Block]) -> list[Block]:
    """The answer for a conversation, when the modal was closed."""
    return [header(TITLE), *blocks][:50]
