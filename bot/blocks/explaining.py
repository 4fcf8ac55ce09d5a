"""Why an item is where it is, and what holds up the plan as a whole: two modals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks.cards import CardState
from bot.blocks.details import TITLE, Bookmark
from bot.blocks.elements import Block, context, divider, modal, section
from bot.blocks.text import bullets, count, number, percent, safe
from planners.sprints.answers import Bottleneck, ItemExplanation, PlanExplanation, Shift

BACK = "sprint_plan.why_back"
PLAN_TITLE = "What holds it up"
ROOM = 2_700
TOLD_IN_WORDS = 7
SECTIONS = 12


def working(title: str = TITLE) -> Block:
    """Shown while an answer is looked for."""
    return modal(title, [section("Looking into it… a large plan takes a few seconds.")])


def item_answer(found: ItemExplanation, back: Bookmark) -> Block:
    """Why one item is where it is, with the way back to the page it was asked on."""
    blocks = [
        section(f"*Why is it there?*\n`{safe(found.key, 100)}` {safe(found.title, 200)} · {safe(found.team, 60)}"),
        section(bullets([safe(sentence, 700) for sentence in found.sentences], ROOM)),
    ]
    # The words name the first few of what would move.
    if len(found.moves) > TOLD_IN_WORDS:
        lines = [_shift(move) for move in found.moves]
        blocks.append(section(f"*What would move* ({count(len(lines), 'item')})\n{bullets(lines, ROOM, shown=25)}"))
    return _with_way_back(blocks, back)


def no_answer(text: str, back: Bookmark) -> Block:
    """Why there is none; `text` is escaped."""
    return _with_way_back([section(text)], back)


def plan_answer(found: PlanExplanation, state: CardState) -> Block:
    """The critical chain, what is tightest in each sprint, and what the milestones have to spare."""
    # The first sentence is the chain, which stands below item by item.
    sentences = found.sentences[1:] if found.critical_chain else found.sentences
    blocks = [section(bullets([safe(sentence, 700) for sentence in sentences], ROOM) or "Nothing holds it up.")]
    if found.critical_chain:
        lines = [
            f"Sprint {link.sprint}: `{safe(link.key, 60)}` {safe(link.title, 80)}, {safe(link.text, 160)}"
            for link in found.critical_chain
        ]
        blocks += _listed("The chain that decides the end", lines)
    blocks += _listed("Tightest in each sprint", list(_tightest(found.bottlenecks)))
    blocks.append(context("Points used of those that the people with these skills have in that sprint."))
    return modal(PLAN_TITLE, blocks, metadata=state.value)


def _with_way_back(blocks: Sequence[Block], back: Bookmark) -> Block:
    return modal(TITLE, blocks, callback=BACK, submit="Back", metadata=back.metadata)


def _shift(move: Shift) -> str:
    before, after = ("no sprint" if sprint is None else f"sprint {sprint}" for sprint in (move.before, move.after))
    return f"`{safe(move.key, 60)}` {safe(move.title, 80)}: {before} → {after}"


def _tightest(bottlenecks: Sequence[Bottleneck]) -> Iterator[str]:
    """One line a sprint, teams in their order."""
    by_sprint: dict[int, list[str]] = {}
    for each in bottlenecks:
        what = f"{safe(each.team, 40)} {safe(', '.join(each.skills), 60) or 'as a whole'}"
        share = f" ({percent(round(each.used / each.capacity, 2))})" if each.capacity else ""
        told = f"{what} {number(each.used)} of {number(each.capacity)}{share}"
        by_sprint.setdefault(each.sprint, []).append(told)
    for sprint, told_of in sorted(by_sprint.items()):
        yield f"Sprint {sprint}: {'; '.join(told_of[:6])}" + (f" +{len(told_of) - 6}" if len(told_of) > 6 else "")


def _listed(title: str, lines: Sequence[str]) -> list[Block]:
    """Lines below a heading, in as many sections as a modal bears."""
    blocks: list[Block] = [divider()] if lines else []
    left = [f"• {line}" for line in lines]
    head = f"*{title}*\n"
    for _ in range(SECTIONS):
        if not left:
            return blocks
        taken = [left.pop(0)]
        while left and sum(map(len, taken)) + len(taken) + len(left[0]) < ROOM:
            taken.append(left.pop(0))
        blocks.append(section(head + "\n".join(taken)))
        head = ""
    return [*blocks, context(f"…and {len(left)} more")] if left else blocks
