"""What if? One line to type, what it would change, and the way to keep it where that can be."""

from __future__ import annotations

from bot.blocks.adjusting import KEEP
from bot.blocks.elements import BUTTON_VALUE, Block, actions, button, context, field, header, modal, section, text_input
from bot.blocks.forms import ANSWER
from bot.blocks.sprints import change_line
from bot.blocks.text import bullets, cut, safe
from planners.sprints.answers import WhatIf

CALLBACK = "sprint_plan.what_if_form"
AGAIN = "sprint_plan.ask_again"
DONE = "The answer is shown to you in the conversation."
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


def form(metadata: str, *, text: str = "") -> Block:
    """The line to type."""
    blocks = [
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


def answer(found: WhatIf, value: str, proposal_id: str) -> list[Block]:
    """What would change, and the way to ask again about the plan of this card's `value`.

    With a `proposal_id` the change can be adopted.
    """
    moves = [change_line(change) for change in found.difference.items]
    line = "; ".join(found.changes)
    blocks = [
        header(cut(f"What if: {line}", 150)),
        section(bullets([safe(sentence, 400) for sentence in found.sentences], 2_400, shown=12)),
    ]
    if moves:
        blocks.append(section(f"*Items*\n{bullets(moves, 2_400, shown=SHOWN)}"))
    again = button("Ask again", AGAIN, f"{value}|{line}"[:BUTTON_VALUE])
    if proposal_id:
        return [
            *blocks,
            actions([button("Adopt", KEEP, proposal_id, style="primary"), again]),
            context("The plan stays as it was until you adopt the change."),
        ]
    return [
        *blocks,
        actions([again]),
        context("To keep this, change the plan file and plan again: *Adjust* has no option for it."),
    ]


def refusal(text: str, value: str, line: str) -> list[Block]:
    """Why there is no answer; `text` is escaped."""
    return [section(text), actions([button("Ask again", AGAIN, f"{value}|{line}"[:BUTTON_VALUE])])]
