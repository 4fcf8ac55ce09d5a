"""Large neighbourhood search: some pieces set free at a time, solved by CP-SAT, kept where the plan gets better."""

from collections import deque
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from random import Random
from typing import Any

from ortools.sat.python import cp_model

from planners.sprints.optimise.model import Model, build
from planners.sprints.optimise.neighbourhoods import Neighbourhoods
from planners.sprints.optimise.state import Plan

EFFORT = 0.2
"""Deterministic seconds (the solver's own measure) for one neighbourhood."""
SMALLEST, LARGEST = 20, 150
UNDER_WAY = 2
REACHES = (3, 6, 6, 12)
"""How many sprints a piece may move at a time, drawn from these."""
MANY = 2500
"""Past so many pieces there are small gains everywhere, and the cheapest neighbourhoods pay off most."""


@dataclass(slots=True)
class _Try:
    kind: str
    model: Model
    solver: cp_model.CpSolver
    answer: Future[tuple[bool, dict[int, int]]]


class NeighbourSearch:
    """Improves a plan in place, step by step.

    Answers are taken in the order in which they were asked for, whichever comes first, so that the same seed goes
    through the same plans; only how far it gets depends on time.
    """

    def __init__(self, plan: Plan, pool: Executor, seed: int, lateness_bound: int = 0) -> None:
        """Targets trade lateness with each other while it is above ``lateness_bound``."""
        self.plan = plan
        self.lateness_bound = lateness_bound
        self.reaches = (3,) if len(plan.pieces) > MANY else REACHES
        self.pool = pool
        self.random = Random(seed)  # noqa: S311 - a plan is no secret
        self.around = Neighbourhoods(plan, self.random)
        self.sizes = dict.fromkeys(self.around.kinds, 80.0)
        self.worth = dict.fromkeys(self.around.kinds, 1.0)
        self.under_way: deque[_Try] = deque()

    def step(self) -> bool:
        """Asks for more, takes one answer; whether the plan got better."""
        while len(self.under_way) < UNDER_WAY:
            self._ask()
        tried = self.under_way.popleft()
        proven, moves = tried.answer.result()
        before = self.plan.score
        gained = self.plan.move(moves)
        self.sizes[tried.kind] = min(LARGEST, max(SMALLEST, self.sizes[tried.kind] * (1.05 if proven else 0.9)))
        rate = 0.0
        if gained:
            same_lateness = self.plan.score.lateness == before.lateness
            gain = before.completion - self.plan.score.completion if same_lateness else 100
            rate = min(100, max(1, gain)) / (0.03 + tried.solver.response_proto.deterministic_time)
        self.worth[tried.kind] = 0.9 * self.worth[tried.kind] + 0.1 * rate
        return gained

    def stop(self) -> None:
        """Ends what is under way, and takes what it has found."""
        for tried in self.under_way:
            if not tried.answer.cancel():
                tried.solver.stop_search()
        for tried in self.under_way:
            if not tried.answer.cancelled():
                self.plan.move(tried.answer.result()[1])
        self.under_way.clear()

    def _ask(self) -> None:
        floor = sum(self.worth.values()) / 20 + 1e-9
        kind = self.random.choices(list(self.worth), [max(floor, worth) for worth in self.worth.values()])[0]
        free = self.around.kinds[kind](int(self.sizes[kind]))
        trade = kind == "target" and self.plan.score.lateness > self.lateness_bound
        model = build(self.plan, free, reach=self.random.choice(self.reaches), trade=trade)
        model.cp.minimize(cost(model))
        model.hint()
        solver = _solver(self.random.randrange(1 << 30))
        self.under_way.append(_Try(kind, model, solver, self.pool.submit(_solve, model, solver)))


def cost(model: Model) -> Any:
    """The goals in one number: in a neighbourhood each outweighs, near enough, all that come after it."""
    total = model.completion
    step = 500
    if any(model.plan.pieces.previous):
        total = total * (1 + len(model.span)) + model.moves
        step *= 1 + len(model.span)
    if not model.plan.complete:
        total = total + model.left_out(musts=False) * step
        step *= 100
    if model.met:
        total = total + model.lateness * step
        step *= 100
    if not model.plan.complete:
        total = total + model.left_out(musts=True) * step
    return total


def _solver(seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.subsolvers.append("max_lp")
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    return solver


def _solve(model: Model, solver: cp_model.CpSolver) -> tuple[bool, dict[int, int]]:
    status = solver.solve(model.cp)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return status == cp_model.OPTIMAL, model.read(solver.value) if found else {}


def settle(plan: Plan) -> None:
    """Moves each piece as early as there is room, in a fixed order; nothing gets worse by it."""
    pieces, now = plan.pieces, plan.sprints
    for piece in pieces.order:
        if pieces.fixed[piece] or pieces.impossible[piece] or pieces.previous[piece] == now[piece]:
            continue
        start = max([pieces.earliest[piece], *(now[earlier] + lag for earlier, lag in pieces.before[piece])])
        plan.place_first(piece, range(start, now[piece]))
