"""What still counts among plans of equal lateness and completion: the last sprint, then moves against the plan
that people know."""

from ortools.sat.python import cp_model

from planners.sprints.optimise.model import build
from planners.sprints.optimise.state import Plan

EFFORT = 2.0
"""Deterministic seconds."""


def tidy(plan: Plan, *, seconds: float, seed: int) -> None:
    """Improves a complete plan in place in its last goals, holding the others."""
    pieces, now = plan.pieces, plan.sprints
    free = [piece for piece in range(len(pieces)) if not pieces.fixed[piece]]
    if not free:
        return
    model = build(plan, free, trade=plan.score.lateness > 0)
    model.cp.add(model.completion <= sum(pieces.weight[piece] * now[piece] for piece in free))
    if model.met:
        model.cp.add(model.lateness <= plan.score.lateness - model.lateness_held)
    over = []
    for sprint in range(1, plan.score.last_sprint):
        literal = model.cp.new_bool_var("")
        over.append(literal)
        for piece in free:
            done = model.by(piece, sprint)
            if isinstance(done, int):
                if not done:
                    model.cp.add(literal == 0)
            else:
                model.cp.add_implication(literal, done)
    model.cp.minimize(model.moves - cp_model.LinearExpr.sum(over) * (1 + len(free)))
    model.hint()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.cp) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        plan.move(model.read(solver.value))
