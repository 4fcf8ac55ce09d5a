"""List scheduling: each item in turn, as early as it fits. What a person does by hand."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem


def list_schedule(problem: AllocationProblem) -> Allocation:
    """Places items by priority, then in the order written, each as soon as what it waits for is placed."""
    pieces = Pieces(problem)
    return pieces.allocation(place(pieces, pieces.rank))


def place(pieces: Pieces, ranks: Sequence[Any], latest: Mapping[int, int] | None = None) -> list[int]:
    """The sprint of each piece when, of those whose predecessors are placed, the lowest rank goes next.

    A serial schedule-generation scheme (Kolisch 1996). A piece that fits nowhere gets ``pieces.never``. Pieces in
    ``latest`` have their room kept in that sprint until their turn comes, and only move earlier; what they wait for
    must be in it too.
    """
    never = pieces.never
    fixed, earliest, crew_of, need_of = pieces.fixed, pieces.earliest, pieces.crew, pieces.need
    forbidden, after, impossible = pieces.forbidden, pieces.after, pieces.impossible
    room = [list(sprints) for sprints in pieces.room]
    kept = latest or {}
    for piece, sprint in kept.items():
        room[crew_of[piece]][sprint] -= need_of[piece]
    guards = [packing.guard for packing in pieces.packings]
    waiting = [len(waits) for waits in pieces.before]
    start = list(earliest)
    sprints = [0] * len(pieces)
    ready = [(ranks[piece], piece) for piece, count in enumerate(waiting) if not count]
    heapify(ready)
    while ready:
        piece = heappop(ready)[1]
        sprint = fixed[piece]
        if not sprint:
            sprint = never if impossible[piece] else start[piece]
            need = need_of[piece]
            crew = crew_of[piece]
            left, guard, banned = room[crew], guards[crew], forbidden[piece]
            last = never
            if piece in kept:
                last = kept[piece]
                left[last] += need
            while sprint < last and (sprint in banned or (left[sprint] - need) & guard != guard):
                sprint += 1
            if sprint < never:
                left[sprint] -= need
            else:
                sprint = never
        sprints[piece] = sprint
        for later, lag in after[piece]:
            start[later] = max(start[later], sprint + lag)
            waiting[later] -= 1
            if not waiting[later]:
                heappush(ready, (ranks[later], later))
    return sprints
