"""The least lateness that any plan can have, and a plan for the pieces that lead to targets that attains it.

Everything that leads to no target is set aside first: it can only be in the way. What is left is small enough for
a core-guided search to prove.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from planners.sprints.optimise.model import build
from planners.sprints.optimise.state import Plan
from planners.sprints.pieces import Pieces


@dataclass(frozen=True, slots=True)
class LeastLateness:
    """``bound`` is proven; ``sprints`` places the pieces that lead to targets, as good as was found."""

    bound: int
    sprints: dict[int, int]


def leading_to(pieces: Pieces, ends: tuple[int, ...]) -> list[int]:
    """The given pieces and all that they wait for."""
    found = dict.fromkeys(ends)
    pending = list(found)
    while pending:
        for earlier, _ in pieces.before[pending.pop()]:
            if earlier not in found:
                found[earlier] = None
                pending.append(earlier)
    return list(found)


def least_lateness(pieces: Pieces, sprints: list[int], *, seconds: float, seed: int) -> LeastLateness | None:
    """Minimises lateness alone, from a complete plan; None where nothing is found in time."""
    leads = {piece for target in pieces.deadlines for piece in leading_to(pieces, target.pieces) if target.weight}
    free = sorted(piece for piece in leads if not pieces.fixed[piece])
    alone = Plan(pieces, sprints)
    alone.set_aside(piece for piece in range(len(pieces)) if piece not in leads and not pieces.fixed[piece])
    model = build(alone, free, trade=True)
    model.cp.minimize(model.lateness)
    model.hint()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.subsolvers.append("core")
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    placed = model.read(solver.value)
    return LeastLateness(model.lateness_held + round(solver.best_objective_bound), as_late_as_possible(pieces, placed))


def as_late_as_possible(pieces: Pieces, placed: Mapping[int, int]) -> dict[int, int]:
    """The same pieces moved towards the end as far as their room goes without making any target later.

    Early room is what everything else competes for; a piece worth doing early can still move up.
    """
    room = [list(sprints) for sprints in pieces.room]
    until = dict.fromkeys(placed, pieces.horizon)
    for target in pieces.deadlines:
        reached = max([target.due, *(placed.get(piece, pieces.fixed[piece]) for piece in target.pieces)])
        for piece in target.pieces:
            if piece in until:
                until[piece] = min(until[piece], reached)
    for piece, sprint in placed.items():
        room[pieces.crew[piece]][sprint] -= pieces.need[piece]
    late = dict(placed)
    for piece in reversed(pieces.order):
        if piece in late:
            left, guard = room[pieces.crew[piece]], pieces.packings[pieces.crew[piece]].guard
            need = pieces.need[piece]
            sprint = min([until[piece], *(late[later] - lag for later, lag in pieces.after[piece] if later in late)])
            left[late[piece]] += need
            while sprint in pieces.forbidden[piece] or (left[sprint] - need) & guard != guard:
                sprint -= 1
            left[sprint] -= need
            late[piece] = sprint
    return late
