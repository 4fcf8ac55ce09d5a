"""The one port to a board. Every operation may be called again after a crash without doing harm.

The exceptions are guarded by the flow: `create` is asked again only after :meth:`Board.look_up` said that the keys are
not there, `link` after it said that the link is not, `create_sprint` after :meth:`Board.sprints` said so. Calls take at
most :attr:`Board.chunk` issues.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from planners.plan.models import HistoricSprint
from planners.sprints.model import PinnedSprint
from planners.sprints.pushing import HeldIssue, HeldSprint, WantedIssue, WantedSprint


class BoardError(Exception):
    """Something about a board that is expected to happen."""


class BoardUnavailable(BoardError):
    """The board could not be reached or is busy; the same call may work later.

    `retry_after` are the seconds that the board asked for. `unknown` is True when the call may have been carried out
    although no answer came.
    """

    def __init__(self, what: str, *, retry_after: float | None = None, unknown: bool = True) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after = retry_after
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `todo` says what to do about it; it is empty when all is well."""

    name: str
    text: str
    todo: str = ""

    @property
    def well(self) -> bool:
        """True when there is nothing to do."""
        return not self.todo


class BoardMisconfigured(BoardError):
    """The board can't take a backlog until a person did something; each problem says what."""

    def __init__(self, problems: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{problem.text}: {problem.todo}" for problem in problems))
        self.problems = tuple(problems)


class BoardRefused(BoardError):
    """The board did not take one thing, and would not take it a second time either."""

    def __init__(self, issue: str, reason: str) -> None:
        super().__init__(f"{issue}: {reason}")
        self.issue = issue
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """What a person calls the board, and where it is; `url` is None when it has no page."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Some of the issues that carry the venture's mark. `next` asks for more; None at the end."""

    issues: tuple[HeldIssue, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class NewIssue:
    """An issue to be created below an issue that is there (`parent`), or below none."""

    wanted: WantedIssue
    parent: HeldIssue | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """What became of a call to create. `refused` maps keys to reasons; the other issues are there."""

    issues: tuple[HeldIssue, ...]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pins:
    """Items that planning must leave where they are.

    `sprints` names those in active and closed sprints by the number that the sprint has when sprint 1 begins on the
    given day. `before` are keys in sprints that began earlier.
    """

    sprints: tuple[PinnedSprint, ...] = ()
    before: tuple[str, ...] = ()


class Board(Protocol):
    """A board of one venture.

    Every method raises :class:`BoardUnavailable`, :class:`BoardMisconfigured` or, for what it was told to change,
    :class:`BoardRefused`; nothing else that is expected to happen.
    """

    @property
    def target(self) -> str:
        """Lasting name of the board: what was pushed is remembered under it."""
        ...

    @property
    def chunk(self) -> int:
        """How many issues one call may take."""
        ...

    @property
    def settle_seconds(self) -> float:
        """How long what was created may stay invisible to :meth:`look_up`; 0 when it is seen at once."""
        ...

    def describe(self) -> BoardInfo:
        """Its name and address."""
        ...

    def issue_url(self, issue_key: str) -> str | None:
        """The page of an issue, None when there is none."""
        ...

    def check(self) -> list[Finding]:
        """Everything that a push needs, checked one by one. Unavailability is a finding here."""
        ...

    def find(self, keys: Collection[str], cursor: str | None = None) -> HeldPage:
        """The issues that carry the venture's mark, page by page.

        `keys` are all that Muster knows of: some boards show only a digest of an issue's key. Two issues may come with
        one key, when a person copied one.
        """
        ...

    def look_up(self, keys: Sequence[str], known: Mapping[str, str]) -> dict[str, HeldIssue]:
        """Those of the keys that are on the board. `known` maps keys to issue ids, and is read past any index."""
        ...

    def sprints(self) -> tuple[HeldSprint, ...]:
        """The sprints of the board."""
        ...

    def create_sprint(self, wanted: WantedSprint) -> HeldSprint:
        """Create a sprint that :meth:`sprints`, asked just before, does not have."""
        ...

    def change_sprint(self, sprint_id: str, wanted: WantedSprint) -> HeldSprint:
        """Give a future sprint its name, goal and dates."""
        ...

    def create(self, issues: Sequence[NewIssue]) -> Created:
        """Create issues in one call."""
        ...

    def update(self, there: HeldIssue, wanted: NewIssue) -> None:
        """Give an issue its words anew; a mark of removal is taken off."""
        ...

    def mark_removed(self, there: HeldIssue) -> None:
        """Mark an issue as no longer in the plan."""
        ...

    def link(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Say that one issue blocks another."""
        ...

    def unlink(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Take away that one issue blocks another; nothing happens when it does not."""
        ...

    def move_to_sprint(self, sprint_id: str, issues: Sequence[HeldIssue]) -> None:
        """Put issues into a sprint, in this order."""
        ...

    def move_to_backlog(self, issues: Sequence[HeldIssue]) -> None:
        """Take issues out of their future sprints."""
        ...

    def ranking(self) -> tuple[str, ...]:
        """Ids of the issues that carry the venture's mark, highest first; the newest, at the end, may be missing."""
        ...

    def rank(self, anchor: HeldIssue, issues: Sequence[HeldIssue]) -> None:
        """Let issues stand right behind another one, in this order."""
        ...

    def velocity_history(self, limit: int = 12) -> tuple[HistoricSprint, ...]:
        """The last closed sprints, oldest first, with committed and completed points."""
        ...

    def pinned(self, keys: Collection[str], first_day: dt.date, sprint_days: int) -> Pins:
        """What of these items is in active and closed sprints; sprints of a plan are `sprint_days` long."""
        ...
