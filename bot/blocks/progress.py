"""The message that follows a push, edited in place until it ends with links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.blocks.cards import RETRY
from bot.blocks.elements import Block, actions, button, context, rich_text, section
from bot.blocks.text import bullets, count, cut, escape, person, safe

# The phases of a push in their order, as a person reads them.
PHASES = {
    "reading": "Look at what the board holds",
    "writing": "Sprints",
    "creating": "Create issues",
    "updating": "Update issues",
    "linking": "Link what waits for what",
    "moving": "Put issues into their sprints",
    "removing": "Mark what left the plan",
    "ranking": "Put sprints in the plan's order",
}
COUNTS = {
    "created": "created",
    "updated": "updated",
    "moved": "moved into their sprints",
    "ranked": "put in order",
    "linked": "links",
    "unlinked": "links taken off",
    "removed": "marked as no longer in the plan",
    "sprints_created": "sprints created",
    "sprints_changed": "sprints changed",
    "unchanged": "unchanged",
}
BAR = 20


@dataclass(frozen=True, slots=True)
class PushView:
    """A push as its message shows it. `status` is running, done, partial or failed; `links` are (label, url)."""

    title: str
    board: str
    approved_by: str
    status: str
    phase: str = ""
    done: int = 0
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[str] = ()
    kept: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    failure: str = ""
    todo: Sequence[str] = ()
    plan_value: str = ""


def push_card(view: PushView, *, rich: bool = True) -> list[Block]:
    """The message in any state."""
    head = section(f"*{_headline(view)}*\nApproved by {person(view.approved_by)}.")
    if view.status == "running":
        return [head, *_progress(view, rich=rich)]
    blocks = [head]
    if view.counts:
        told = ", ".join(f"{view.counts[name]:,} {word}" for name, word in COUNTS.items() if view.counts.get(name))
        blocks.append(section(told or "Nothing had to change."))
    if view.failure:
        blocks.append(section(f"*What happened*\n{safe(view.failure, 900)}"))
    if view.todo:
        blocks.append(section("*What to do*\n" + bullets([safe(line, 300) for line in view.todo], 1_800, shown=8)))
    if view.refused:
        lines = [safe(line, 220) for line in view.refused]
        blocks.append(section("*Not taken by the board*\n" + bullets(lines, 1_800, shown=8)))
    if view.kept:
        lines = [safe(line, 220) for line in view.kept]
        blocks.append(section("*Left as it is*\n" + bullets(lines, 1_500, shown=6)))
    if view.links:
        lines = [f"<{_url(url)}|{safe(label, 80)}>" if url else safe(label, 80) for label, url in view.links]
        blocks.append(section("*On the board*\n" + bullets(lines, 2_400, shown=14)))
    if view.status in ("failed", "partial") and view.plan_value:
        blocks.append(actions([button("Try again", RETRY, view.plan_value, style="primary")]))
        blocks.append(context("Trying again goes on where it stopped. Nothing is created twice."))
    return blocks


def push_text(view: PushView) -> str:
    """The text beside the blocks."""
    if view.status == "running" and view.total:
        return f"{_headline(view)}: {view.done} of {view.total}"
    return _headline(view)


def _headline(view: PushView) -> str:
    title, board = safe(view.title, 120), safe(view.board, 80)
    return {
        "done": f"{title} is on {board}",
        "partial": f"{title} is on {board}, but some of it was not taken",
        "failed": f"{title} did not reach {board} completely",
    }.get(view.status, f"{title} is on its way to {board}")


def _progress(view: PushView, *, rich: bool) -> list[Block]:
    if rich:
        return [{"type": "plan", "title": cut(push_text(view), 150), "tasks": _tasks(view)}]
    share = view.done / view.total if view.total else 0.0
    filled = round(share * BAR)
    bar = "█" * filled + "░" * (BAR - filled)
    step = PHASES.get(view.phase, view.phase) or "Waiting to start"
    told = f"{view.done} of {count(view.total, 'step')}" if view.total else "counting"
    return [section(f"`{bar}` {told}"), context(escape(step))]


def _tasks(view: PushView) -> list[Block]:
    names = list(PHASES)
    current = names.index(view.phase) if view.phase in names else -1
    cards = []
    for place, (name, title) in enumerate(PHASES.items()):
        status = "complete" if place < current else "in_progress" if place == current else "pending"
        task: Block = {"type": "task_card", "task_id": name, "title": title, "status": status}
        if place == current and view.total:
            task["details"] = rich_text(f"{view.done} of {view.total} steps of the whole push")
        cards.append(task)
    return cards


def _url(url: str) -> str:
    return url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C").replace("&", "&amp;")
