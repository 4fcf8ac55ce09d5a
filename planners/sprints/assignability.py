"""Can the work of a sprint be shared out among people who have the skills?

By Hall's condition (in its capacitated form, Gale 1957) it can exactly where, for every set of skills, the
demand for them is within the capacity of those who hold any of them. Most of these sets say nothing new: it
is enough to look at sets that are closed (all the skills whose holders are among the set's holders) and
connected through their holders.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from planners.sprints.problem import Crew, TooManySkillsError

ANYBODY = ""
"""The skill that every member has: work that names none."""

ROW_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A set of skills with ``capacity[s - 1]``, the units that those who hold any of them have in sprint s.

    ``members`` are their keys. The row of the crew's own limit has ``limit`` set.
    """

    skills: frozenset[str]
    members: tuple[str, ...]
    capacity: tuple[int, ...]
    limit: bool = False

    def need(self, demand: Mapping[str, int]) -> int:
        """Units of this demand that fall on the row."""
        return sum(units for skill, units in demand.items() if skill in self.skills)


def skill_rows(crew: Crew, skills: Iterable[str], horizon: int) -> tuple[SkillRow, ...]:
    """The conditions that decide exactly whether work in these skills can be assigned within the crew.

    ``skills`` may hold :data:`ANYBODY`. Raises :class:`TooManySkillsError` past :data:`ROW_LIMIT` conditions.
    """
    holders = {
        skill: sum(1 << n for n, member in enumerate(crew.members) if skill == ANYBODY or skill in member.skills)
        for skill in sorted(set(skills))
    }
    rows = [
        _row(crew, {skill for skill, held in holders.items() if held and held & ~group == 0}, group, horizon)
        for group in _connected(crew.key, [held for held in holders.values() if held])
    ]
    nobody = {skill for skill, held in holders.items() if not held}
    if nobody:
        rows.append(_row(crew, nobody, 0, horizon))
    if crew.limit is not None:
        everybody = tuple(member.key for member in crew.members)
        rows.append(SkillRow(frozenset(holders), everybody, crew.limit, limit=True))
    return tuple(rows)


def _connected(crew: str, holders: list[int]) -> list[int]:
    """All unions of holder sets that hang together, as bit masks of members, in a fixed order."""
    found = dict.fromkeys(holders)
    pending = list(found)
    while pending:
        group = pending.pop()
        for held in holders:
            wider = group | held
            if group & held and wider != group and wider not in found:
                if len(found) >= ROW_LIMIT:
                    raise TooManySkillsError(f"crew {crew!r}: its members' skills overlap in too many ways", (crew,))
                found[wider] = None
                pending.append(wider)
    return sorted(found, key=lambda group: (group.bit_count(), group))


def _row(crew: Crew, skills: set[str], group: int, horizon: int) -> SkillRow:
    members = [member for n, member in enumerate(crew.members) if group >> n & 1]
    capacity = tuple(sum(member.capacity[sprint] for member in members) for sprint in range(horizon))
    return SkillRow(frozenset(skills), tuple(member.key for member in members), capacity)


class Packing:
    """The rows of a crew as one big integer a sprint, so that one subtraction answers whether an item fits.

    Each row is a field of ``width`` bits whose top bit is a guard: it stays set exactly while the need is
    within what is left.
    """

    __slots__ = ("guard", "rows", "width")

    def __init__(self, rows: tuple[SkillRow, ...], largest: int) -> None:
        """``largest`` is the largest need that will be asked for in any one row."""
        self.rows = rows
        top = max([largest, *(max(row.capacity) for row in rows)], default=0)
        self.width = top.bit_length() + 2
        self.guard = sum(1 << (self.width * (n + 1) - 1) for n in range(len(rows)))

    def pack(self, units: Iterable[int]) -> int:
        """One number a row, in the order of ``rows``, as an integer."""
        packed = 0
        for n, value in enumerate(units):
            packed |= value << (self.width * n)
        return packed

    def unpack(self, packed: int) -> tuple[int, ...]:
        """The inverse of :meth:`pack`, whether the guards are set or not."""
        mask = (1 << (self.width - 1)) - 1
        return tuple(packed >> (self.width * n) & mask for n in range(len(self.rows)))

    def need(self, demand: Mapping[str, int]) -> int:
        """What a demand takes from each row, packed."""
        return self.pack(row.need(demand) for row in self.rows)

    def left(self, sprint: int, taken: Iterable[int] = ()) -> int:
        """The capacity of a sprint less what is taken already (never below nothing), packed, guards set."""
        used = tuple(taken) or (0,) * len(self.rows)
        capacity = (max(0, row.capacity[sprint - 1] - gone) for row, gone in zip(self.rows, used, strict=True))
        return self.pack(capacity) | self.guard
