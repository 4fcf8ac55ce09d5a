"""What a board should hold against what it holds: the operations that a push does. Pure.

A board is compared, never overwritten: an issue is updated only when the plan's words about it changed since they
were pushed (`content`), so what people edit on the board stays. Nothing is deleted but links that Muster made and that
the plan no longer has. What is in an active sprint, and what was finished in a closed one, stays where it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from planners.plan.models import ItemStatus, Priority
from planners.sprints.model import PlannedItem, SprintPlan

SPRINT_NAME_LIMIT = 30
GOAL_LIMIT = 1000


class IssueKind(StrEnum):
    """What an issue is; its type on a board is discovered from this."""

    EPIC = "epic"
    STORY = "story"
    TASK = "task"


class SprintState(StrEnum):
    """Where a sprint on a board stands."""

    FUTURE = "future"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class WantedIssue:
    """One issue as the plan wants it. `parent` and `blocked_by` are Muster's keys; `content` digests the words."""

    key: str
    kind: IssueKind
    title: str
    description: str = ""
    acceptance_criteria: tuple[str, ...] = ()
    points: Decimal | None = None
    priority: Priority = Priority.SHOULD
    labels: tuple[str, ...] = ()
    parent: str | None = None
    blocked_by: tuple[str, ...] = ()
    sprint: int | None = None
    content: str = field(init=False)

    def __post_init__(self) -> None:
        points = None if self.points is None else format(self.points.normalize(), "f")
        words = [
            self.kind.value,
            self.title,
            self.description,
            list(self.acceptance_criteria),
            points,
            self.priority.value,
            sorted(self.labels),
            self.parent,
        ]
        text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
        object.__setattr__(self, "content", hashlib.sha256(text.encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class WantedSprint:
    """One sprint as the plan wants it; `end` is its last day."""

    number: int
    name: str
    goal: str
    start: dt.date
    end: dt.date

    @property
    def content(self) -> str:
        """Digest of its name, goal and dates."""
        text = json.dumps([self.name, self.goal, self.start.isoformat(), self.end.isoformat()], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a board should hold for one venture.

    Issues stand in the order of their creation: parents before children, stories in planned order. `known` are all
    keys of the document, also of items that are done or that this plan leaves out: they are not gone. `dependencies`
    are all (blocker, blocked) of the document, also those on such items: their links stay.
    """

    venture: str
    sprints: tuple[WantedSprint, ...]
    issues: tuple[WantedIssue, ...]
    known: frozenset[str]
    dependencies: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class HeldIssue:
    """One issue as a board holds it. `content` is empty when the board does not say what was pushed.

    `sprint_id` and `sprint_state` name the sprint it is in now, else the closed one it was in last. `blockers` are
    issue ids, `own_blockers` those whose link Muster made. `finished` says that its work is done; `removed`, that it
    carries the mark of a removed item.
    """

    key: str
    issue_id: str
    issue_key: str
    content: str = ""
    sprint_id: str | None = None
    sprint_state: SprintState | None = None
    blockers: frozenset[str] = frozenset()
    own_blockers: frozenset[str] = frozenset()
    removed: bool = False
    finished: bool = False

    @property
    def fixed(self) -> bool:
        """True where it must stay in its sprint: that is active, or closed with the work done.

        Work that was not done in a closed sprint is back in the backlog, where a board shows it too.
        """
        return self.sprint_state is SprintState.ACTIVE or (self.sprint_state is SprintState.CLOSED and self.finished)

    @property
    def current_sprint(self) -> str | None:
        """The sprint it is in, None in the backlog."""
        return None if self.sprint_state is SprintState.CLOSED and not self.finished else self.sprint_id


@dataclass(frozen=True, slots=True)
class HeldSprint:
    """One sprint as a board holds it. `number` and `content` are what was pushed, None and empty for one of others."""

    sprint_id: str
    name: str
    state: SprintState
    goal: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    number: int | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that was left as it is, and why, in a sentence for a person."""

    key: str
    issue_key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The operations of a push, in the order in which they are done.

    `sprints` maps numbers to the ids of sprints that are there. `unlinks` and `links` are (blocker, blocked), `moves`
    are (sprint number, keys in planned order); links and moves also name issues that are still to be created.
    """

    sprints: Mapping[int, str]
    new_sprints: tuple[WantedSprint, ...]
    changed_sprints: tuple[tuple[str, WantedSprint], ...]
    create: tuple[WantedIssue, ...]
    update: tuple[tuple[HeldIssue, WantedIssue], ...]
    unlinks: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    moves: tuple[tuple[int, tuple[str, ...]], ...]
    to_backlog: tuple[HeldIssue, ...]
    remove: tuple[HeldIssue, ...]
    kept: tuple[Kept, ...]
    unchanged: int

    @property
    def size(self) -> int:
        """How many operations there are, one for each sprint, issue, link and move."""
        moved = sum(len(keys) for _, keys in self.moves)
        parts = (self.new_sprints, self.changed_sprints, self.create, self.update, self.unlinks, self.links)
        return sum(map(len, parts)) + moved + len(self.to_backlog) + len(self.remove)


def wanted_of(plan: SprintPlan, known: Iterable[str] = (), dependencies: Iterable[tuple[str, str]] = ()) -> Wanted:
    """What the board should hold for a plan.

    `known` are the keys and `dependencies` the pairs of the whole document; see :class:`Wanted`.
    """
    order = {key: place for place, key in enumerate(key for sprint in plan.sprints for key in sprint.items)}
    open_items = [item for item in plan.items if item.status is not ItemStatus.DONE]
    open_items.sort(key=lambda item: order.get(item.key, len(order)))
    open_keys = {item.key for item in open_items}
    epics = {epic.key for epic in plan.epics}
    issues = [
        WantedIssue(epic.key, IssueKind.EPIC, epic.title, epic.description, priority=epic.priority, labels=epic.labels)
        for epic in plan.epics
    ]
    issues += [_story(item, epics, open_keys) for item in open_items]
    issues += [
        WantedIssue(task.key, IssueKind.TASK, task.title, task.description, priority=item.priority, parent=item.key)
        for item in open_items
        for task in item.tasks
    ]
    keys = [issue.key for issue in issues]
    if len(set(keys)) < len(keys):
        raise ValueError("a key stands for two items of the plan")
    return Wanted(
        venture=plan.venture,
        sprints=tuple(
            WantedSprint(s.number, _cut(s.name, SPRINT_NAME_LIMIT), _cut(s.goal, GOAL_LIMIT), s.start, s.end)
            for s in plan.sprints
        ),
        issues=tuple(issues),
        known=frozenset(keys).union(known, (item.key for item in plan.items)),
        dependencies=frozenset(dependencies).union((b, item.key) for item in plan.items for b in item.depends_on),
    )


def _cut(text: str, limit: int) -> str:
    """One line within what every board takes, so that a sprint is found again by the name it was given."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _story(item: PlannedItem, epics: set[str], open_keys: set[str]) -> WantedIssue:
    return WantedIssue(
        key=item.key,
        kind=IssueKind.STORY,
        title=item.title,
        description=item.description,
        acceptance_criteria=item.acceptance_criteria,
        points=None if item.points_assumed else item.points,
        priority=item.priority,
        labels=item.labels,
        parent=item.epic if item.epic in epics else None,
        blocked_by=tuple(key for key in dict.fromkeys(item.depends_on) if key in open_keys and key != item.key),
        sprint=item.sprint,
    )


def difference(wanted: Wanted, held: Mapping[str, HeldIssue], sprints: Iterable[HeldSprint]) -> Difference:
    """The operations that make a board hold what is wanted. `held` is by Muster's key."""
    on_board = {sprint.sprint_id: sprint for sprint in sprints}
    matched = match_sprints(wanted.sprints, on_board.values())
    ids = {number: sprint.sprint_id for number, sprint in matched.items()}
    changed = [(matched[s.number], s) for s in wanted.sprints if s.number in matched]
    present = [(held[issue.key], issue) for issue in wanted.issues if issue.key in held]
    update = tuple((there, issue) for there, issue in present if there.content != issue.content or there.removed)
    moves, to_backlog, kept = _moves(wanted, held, matched, on_board)
    gone = [issue for key, issue in sorted(held.items()) if key not in wanted.known and not issue.finished]
    to_backlog += [issue for issue in gone if issue.sprint_state is SprintState.FUTURE]
    kept += [
        Kept(issue.key, issue.issue_key, f"is no longer in the plan, and stays in {_named(issue, on_board)}")
        for issue in gone
        if issue.fixed
    ]
    links, unlinks = tuple(_missing_links(wanted, held)), tuple(_dropped_links(wanted, held))
    remove = tuple(issue for issue in gone if not issue.removed)
    touched = {there.key for there, _ in update} | {issue.key for issue in to_backlog}
    touched |= {key for _, keys in moves for key in keys} | {blocked for _, blocked in links + unlinks}
    return Difference(
        sprints=ids,
        new_sprints=tuple(s for s in wanted.sprints if s.number not in matched),
        changed_sprints=tuple((there.sprint_id, s) for there, s in changed if _sprint_differs(there, s)),
        create=tuple(issue for issue in wanted.issues if issue.key not in held),
        update=update,
        unlinks=unlinks,
        links=links,
        moves=tuple(moves),
        to_backlog=tuple(to_backlog),
        remove=remove,
        kept=tuple(kept),
        unchanged=sum(1 for there, _ in present if there.key not in touched),
    )


def match_sprints(wanted: Iterable[WantedSprint], held: Iterable[HeldSprint]) -> dict[int, HeldSprint]:
    """Which sprint of a board is which of the plan.

    First the ones that begin on the same day and were pushed by Muster or carry the same name; then, of what is left,
    those of the same pushed number that have not begun: their dates moved.
    """
    rest = {sprint.sprint_id: sprint for sprint in held}
    result: dict[int, HeldSprint] = {}
    numbers = {sprint.number: sprint for sprint in wanted}
    for want in numbers.values():
        same_day = [s for s in rest.values() if _same_day(s, want) and (s.name == want.name or s.number is not None)]
        if same_day:
            result[want.number] = max(same_day, key=lambda s: (s.name == want.name, s.number == want.number))
            del rest[result[want.number].sprint_id]
    for number in numbers.keys() - result.keys():
        same_number = [s for s in rest.values() if s.number == number and s.state is SprintState.FUTURE]
        if same_number:
            result[number] = same_number[0]
            del rest[same_number[0].sprint_id]
    return result


def _same_day(there: HeldSprint, want: WantedSprint) -> bool:
    """A sprint that a person dated may show the day before or after, in another time zone."""
    if there.start is None:
        return False
    return abs((there.start - want.start).days) <= (1 if there.number is None else 0)


def _sprint_differs(there: HeldSprint, want: WantedSprint) -> bool:
    """Whether a sprint that has not begun needs other words or dates. What people changed themselves stays."""
    if there.state is not SprintState.FUTURE or there.content == want.content:
        return False
    return bool(there.content) or (there.name, there.goal, there.start, there.end) != (
        want.name,
        want.goal,
        want.start,
        want.end,
    )


def _moves(
    wanted: Wanted, held: Mapping[str, HeldIssue], matched: Mapping[int, HeldSprint], on_board: Mapping[str, HeldSprint]
) -> tuple[list[tuple[int, tuple[str, ...]]], list[HeldIssue], list[Kept]]:
    moves: dict[int, list[str]] = {sprint.number: [] for sprint in wanted.sprints}
    to_backlog: list[HeldIssue] = []
    kept: list[Kept] = []
    for issue in wanted.issues:
        if issue.kind is not IssueKind.STORY:
            continue
        there = held.get(issue.key)
        target = matched.get(issue.sprint) if issue.sprint is not None else None
        if there is not None and there.fixed:
            if target is None or target.sprint_id != there.sprint_id:
                place = "the backlog" if issue.sprint is None else f"sprint {issue.sprint}"
                kept.append(Kept(issue.key, there.issue_key, f"stays in {_named(there, on_board)}, not {place}"))
        elif issue.sprint is None:
            if there is not None and there.sprint_state is SprintState.FUTURE:
                to_backlog.append(there)
        elif target is not None and target.state is SprintState.CLOSED:
            name = there.issue_key if there is not None else issue.key
            kept.append(Kept(issue.key, name, f"is planned for {target.name}, which is closed; it is in the backlog"))
        elif there is None or target is None or there.current_sprint != target.sprint_id:
            moves[issue.sprint].append(issue.key)
    return [(number, tuple(keys)) for number, keys in moves.items() if keys], to_backlog, kept


def _named(issue: HeldIssue, on_board: Mapping[str, HeldSprint]) -> str:
    sprint = on_board.get(issue.sprint_id or "")
    state = issue.sprint_state.value if issue.sprint_state else "unknown"
    return f"the {state} sprint {sprint.name}" if sprint else f"an {state} sprint"


def _missing_links(wanted: Wanted, held: Mapping[str, HeldIssue]) -> Iterable[tuple[str, str]]:
    for issue in wanted.issues:
        there = held.get(issue.key)
        for blocker in issue.blocked_by:
            other = held.get(blocker)
            if there is None or other is None or other.issue_id not in there.blockers:
                yield blocker, issue.key


def _dropped_links(wanted: Wanted, held: Mapping[str, HeldIssue]) -> Iterable[tuple[str, str]]:
    keys = {there.issue_id: key for key, there in held.items()}
    for issue in wanted.issues:
        there = held.get(issue.key)
        for issue_id in sorted(there.own_blockers & there.blockers) if there is not None else ():
            blocker = keys.get(issue_id)
            if blocker is not None and (blocker, issue.key) not in wanted.dependencies:
                yield blocker, issue.key


def item_label(venture: str, key: str) -> str:
    """The label that names one item on a board: for people, and to look it up. Labels hold no spaces."""
    return f"muster-{hashlib.sha256(f'{venture}/{key}'.encode()).hexdigest()[:16]}"


def venture_label(venture: str) -> str:
    """The label of every issue of a venture."""
    return f"muster-{venture}"


REMOVED_LABEL = "muster-removed"

__all__ = [
    "REMOVED_LABEL",
    "Difference",
    "HeldIssue",
    "HeldSprint",
    "IssueKind",
    "Kept",
    "SprintState",
    "Wanted",
    "WantedIssue",
    "WantedSprint",
    "difference",
    "item_label",
    "match_sprints",
    "venture_label",
    "wanted_of",
]
