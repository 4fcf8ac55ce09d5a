"""Fast good plans: list scheduling by value per effort, with priorities repaired from what came late."""

from collections.abc import Callable
from random import Random

from planners.sprints.listing import place
from planners.sprints.optimise.lateness import leading_to
from planners.sprints.pieces import Pieces
from planners.sprints.problem import Score


def densities(pieces: Pieces, effort: list[float]) -> list[float]:
    """For each piece the best value per effort of itself with some of what it opens the way for.

    Horn's rule (1972) for one machine and precedence trees, used as a heuristic on what is neither.
    """
    best = [0.0] * len(pieces)
    value = [0.0] * len(pieces)
    spent = [0.0] * len(pieces)
    for piece in reversed(pieces.order):
        total, cost = float(pieces.weight[piece]), max(effort[piece], 1e-9)
        for density, later in sorted(((best[later], later) for later, _ in pieces.after[piece]), reverse=True):
            if density * cost > total:
                total += value[later]
                cost += spent[later]
        value[piece], spent[piece], best[piece] = total, cost, total / cost
    return best


def scarce_effort(pieces: Pieces) -> list[float]:
    """What each piece takes of its crew's skills, the ones in most demand for their capacity counting most."""
    share = [[1.0 / max(1, sum(row.capacity)) for row in packing.rows] for packing in pieces.packings]
    load = [[0.0] * len(rows) for rows in share]
    for piece, crew in enumerate(pieces.crew):
        for row, units in pieces.rows[piece]:
            load[crew][row] += units * share[crew][row]
    return [
        100 * sum(units * share[crew][row] * load[crew][row] ** 3 for row, units in pieces.rows[piece])
        for piece, crew in enumerate(pieces.crew)
    ]


def repaired(pieces: Pieces, seed: int, go_on: Callable[[], bool], passes: int) -> list[int]:
    """The best plan of repeated list scheduling: what leads to a late target is raised, what has slack lowered.

    At least one pass is made, and at most ``passes`` while ``go_on`` says so.
    """
    random = Random(seed)  # noqa: S311 - a plan is no secret
    base = densities(pieces, scarce_effort(pieces))
    scale = sorted(base)[len(base) * 9 // 10] if base else 1.0
    leads = [leading_to(pieces, target.pieces) for target in pieces.deadlines]
    push = [0.0] * len(leads)
    best: tuple[Score, list[int]] | None = None
    while True:
        boost = [0.0] * len(pieces)
        for pushed, chain in zip(push, leads, strict=True):
            for piece in chain:
                boost[piece] = max(boost[piece], pushed)
        sprints = place(pieces, [(-(base[piece] + boost[piece] * scale), piece) for piece in range(len(pieces))])
        score = pieces.score(sprints)
        if best is None or score < best[0]:
            best = score, sprints
        passes -= 1
        if passes <= 0 or not go_on():
            return best[1]
        for n, target in enumerate(pieces.deadlines):
            late = max((sprints[piece] for piece in target.pieces), default=0) - target.due
            if late > 0:
                push[n] = push[n] * (1.1 + 0.4 * random.random()) + 0.1 * random.random()
            else:
                push[n] *= 0.9 + 0.1 * random.random() if late == 0 else 0.7 + 0.3 * random.random()
