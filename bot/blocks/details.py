"""The details of a sprint plan: one sprint's items a page, and why each sits where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.cards import CardState
from bot.blocks.elements import (
    OPTION_VALUE,
    OPTIONS,
    Block,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    section,
    select,
)
from bot.blocks.forms import ANSWER
from bot.blocks.sprints import item_line, items_by_key, load_text
from bot.blocks.text import count, number, percent, period, safe
from planners.sprints.model import PlannedItem, PlannedSprint, SprintPlan

GO = "sprint_plan.page"
PICK = "sprint_plan.pick_sprint"
WHY = "sprint_plan.why"
ITEM = "item"
TITLE = "Sprint plan"
PAGE = 12
UNPLACED = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is: a sprint's number (0 for what did not fit) and a page, from 0."""

    sprint: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What the modal carries: which plan, by its card's value, and the place in it."""

    value: str
    place: Place

    @property
    def metadata(self) -> str:
        """As text."""
        return f"{self.value}|{self.place.sprint}:{self.place.page}"

    @classmethod
    def parse(cls, metadata: str) -> Bookmark:
        """Read it again. Raises ValueError for what no modal of ours carries."""
        value, _, place = metadata.partition("|")
        sprint, _, page = place.partition(":")
        return cls(value, Place(int(sprint), int(page)))


def details(plan: SprintPlan, state: CardState, place: Place) -> Block:
    """The modal at one place; places that are not there become the nearest that is."""
    sprint, items = _chosen(plan, place.sprint)
    number_ = sprint.number if sprint else UNPLACED
    pages = max(1, -(-len(items) // PAGE))
    page = min(max(place.page, 0), pages - 1)
    blocks = _choice(plan, number_)
    blocks += _sprint_head(sprint) if sprint else [section("*Did not fit*")]
    shown = items[page * PAGE : (page + 1) * PAGE]
    blocks += [section(item_line(item, why=True)) for item in shown]
    if not items:
        blocks.append(section("Nothing is planned here."))
    blocks.append(context(f"Page {page + 1} of {pages} · {count(len(items), 'item')} · a ? behind points: assumed"))
    turns = _turns(number_, page, pages)
    if turns:
        blocks.append(actions(turns))
    choices = _to_ask_about(plan, shown)
    metadata = Bookmark(state.value, Place(number_, page)).metadata
    if not choices:
        return modal(TITLE, [*blocks, *_everything(plan)], metadata=metadata)
    element = select(ANSWER, choices, placeholder="Choose an item")
    blocks.append(field("Why is an item where it is?", ITEM, element, optional=False))
    return modal(TITLE, [*blocks, *_everything(plan)], callback=WHY, submit="Why?", close="Close", metadata=metadata)


def _to_ask_about(plan: SprintPlan, shown: Sequence[PlannedItem]) -> list[tuple[str, str]]:
    """Every item where a select holds them all, by sprint; else those of the page."""
    items = shown
    if len(plan.items) <= OPTIONS:
        items = sorted(plan.items, key=lambda item: (item.sprint is None, item.sprint or 0))
    return [(item.key, f"{item.title} ({item.key})") for item in items if len(item.key) <= OPTION_VALUE]


def _chosen(plan: SprintPlan, number_: int) -> tuple[PlannedSprint | None, list[PlannedItem]]:
    by_key = items_by_key(plan)
    if number_ == UNPLACED and plan.unplaced:
        return None, list(plan.unplaced)
    if not plan.sprints:
        return None, list(plan.unplaced)
    sprint = min(plan.sprints, key=lambda each: abs(each.number - number_))
    return sprint, [by_key[key] for key in sprint.items]


def _choice(plan: SprintPlan, number_: int) -> list[Block]:
    """A select over the sprints around the current one: Slack takes 100 options."""
    first = max(0, min(number_ - OPTIONS // 2, len(plan.sprints) - OPTIONS + 2))
    shown = plan.sprints[first : first + OPTIONS - 1]
    choices = [(str(s.number), f"{s.name}: {period(s.start, s.end)}") for s in shown]
    if plan.unplaced:
        choices.append((str(UNPLACED), f"Did not fit: {count(len(plan.unplaced), 'item')}"))
    if len(choices) < 2:
        return []
    return [actions([select(PICK, choices, chosen=str(number_), placeholder="Go to a sprint")])]


def _sprint_head(sprint: PlannedSprint) -> list[Block]:
    text = f"*{safe(sprint.name, 100)}* · {period(sprint.start, sprint.end)} · {load_text(sprint)} points"
    if sprint.goal:
        text += f"\n_{safe(sprint.goal, 400)}_"
    teams = [
        f"{safe(team.team, 40)}: {number(team.load)} of {number(team.commitment)} (capacity {number(team.capacity)})"
        for team in sprint.teams[:10]
    ]
    return [section(text), *([context(*teams)] if teams else []), divider()]


def _turns(number_: int, page: int, pages: int) -> list[Block]:
    turns = []
    if page > 0:
        turns.append(button("Page before", f"{GO}.before", f"{number_}:{page - 1}"))
    if page + 1 < pages:
        turns.append(button("Next page", f"{GO}.next", f"{number_}:{page + 1}"))
    return turns


def _everything(plan: SprintPlan) -> list[Block]:
    """Every warning and assumption, as far as a modal holds them: what the card may have cut."""
    blocks: list[Block] = [divider()]
    for title, lines in (
        ("Warnings", [safe(warning.text, 400) for warning in plan.warnings]),
        ("Assumptions", [f"{safe(each.name, 60)}: {safe(each.text, 400)}" for each in plan.assumptions]),
    ):
        for start in range(0, min(len(lines), 48), 6):
            head = f"*{title}*\n" if start == 0 else ""
            blocks.append(section(head + "\n".join(f"• {line}" for line in lines[start : start + 6])))
        if len(lines) > 48:
            blocks.append(context(f"{len(lines) - 48} more {title.lower()} are not shown."))
    confidence = percent(plan.options.confidence)
    return [*blocks, context(f"Capacity is what a team completes with {confidence} confidence.")]
