"""The CP-SAT model of moving some of the pieces while the others stay. With all of them free it is exact."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from planners.sprints.optimise.state import Plan

Literal = Any
"""A Boolean variable of the solver, or 0 or 1 where it is decided."""


@dataclass(slots=True)
class Model:
    """A model with its variables: whether a piece is in a sprint, and whether it is done by the end of one."""

    cp: cp_model.CpModel
    plan: Plan
    span: dict[int, tuple[int, int]]
    """First and last sprint of each free piece."""
    in_sprint: dict[int, dict[int, Any]] = field(default_factory=dict)
    done_by: dict[int, dict[int, Any]] = field(default_factory=dict)
    met: list[tuple[Any, int, bool]] = field(default_factory=list)
    """(a target is done by the end of some sprint from its due one on, its weight, whether it is so now)."""
    worst: int = 0
    """The lateness of the targets concerned where none of ``met`` holds."""
    lateness_held: int = 0
    """The lateness of the targets that no free piece belongs to."""

    def by(self, piece: int, sprint: int) -> Literal:
        """Whether a piece is done by the end of a sprint."""
        if piece not in self.span:
            return int(self.plan.sprints[piece] <= sprint)
        low, high = self.span[piece]
        if sprint < low:
            return 0
        return 1 if sprint >= high else self.done_by[piece][sprint]

    @property
    def lateness(self) -> Any:
        """The lateness of the targets that can change, as an expression."""
        return self.worst - cp_model.LinearExpr.weighted_sum(
            [literal for literal, _, _ in self.met], [weight for _, weight, _ in self.met]
        )

    @property
    def completion(self) -> Any:
        """The weighted completion of the free pieces, as an expression; later also means left out."""
        literals: list[Any] = []
        weights: list[int] = []
        constant = 0
        for piece, (_, high) in self.span.items():
            weight = self.plan.pieces.weight[piece]
            if weight:
                constant += weight * high
                done = [literal for literal in self.done_by[piece].values() if not isinstance(literal, int)]
                literals += done
                weights += [-weight] * len(done)
        return cp_model.LinearExpr.weighted_sum(literals, weights) + constant

    def left_out(self, musts: bool) -> Any:
        """How many items (or must-haves) among the free pieces are in no sprint, as an expression."""
        pieces = self.plan.pieces
        counts = pieces.must if musts else pieces.counts
        gone = [at[pieces.never] for piece, at in self.in_sprint.items() if counts[piece] and pieces.never in at]
        return cp_model.LinearExpr.sum(gone)

    @property
    def moves(self) -> Any:
        """How many free pieces are not where the previous plan had them, as an expression."""
        previous = self.plan.pieces.previous
        stays = [at.get(previous[piece], 0) for piece, at in self.in_sprint.items() if previous[piece]]
        return len(stays) - cp_model.LinearExpr.sum(stays)

    def read(self, value: Callable[[Any], int]) -> dict[int, int]:
        """The sprint of each free piece in a solution."""
        return {
            piece: next(sprint for sprint, chosen in at.items() if value(chosen))
            for piece, at in self.in_sprint.items()
        }

    def hint(self) -> None:
        """Starts the solver from the plan."""
        for piece, at in self.in_sprint.items():
            self.cp.add_hint(at[self.plan.sprints[piece]], 1)
        for literal, _, now_met in self.met:
            self.cp.add_hint(literal, int(now_met))


def build(plan: Plan, free: Sequence[int], *, reach: int | None = None, trade: bool = False) -> Model:
    """Variables, dependencies and capacities for moving ``free`` pieces, none of them fixed or impossible.

    ``reach`` bounds how many sprints a piece may move. Unless targets may ``trade``, each stays at least as early
    as it is now (or on time).
    """
    cp = cp_model.CpModel()
    model = Model(cp, plan, _spans(plan, free, reach, trade))
    for piece, (low, high) in model.span.items():
        banned = plan.pieces.forbidden[piece]
        at = {sprint: cp.new_bool_var("") for sprint in range(low, high + 1) if sprint not in banned}
        cp.add_exactly_one(at.values())
        model.in_sprint[piece] = at
        done: dict[int, Literal] = {}
        for sprint in range(low, high):
            before = done.get(sprint - 1, 0)
            if sprint not in at:
                done[sprint] = before
            elif isinstance(before, int):
                done[sprint] = at[sprint]
            elif sprint == high - 1 and high in at:
                done[sprint] = ~at[high]
            else:
                done[sprint] = cp.new_bool_var("")
                cp.add(done[sprint] - before == at[sprint])
        model.done_by[piece] = done
    for piece, (low, high) in model.span.items():
        for earlier, lag in plan.pieces.before[piece]:
            if earlier in model.span:
                for sprint in range(low, high):
                    _implies(cp, model.by(piece, sprint), model.by(earlier, sprint - lag))
    _add_capacity(model)
    _add_targets(model, trade)
    return model


def _spans(plan: Plan, free: Sequence[int], reach: int | None, trade: bool) -> dict[int, tuple[int, int]]:
    """First and last sprint of each free piece, as far as dependencies, targets and reach say."""
    pieces, now = plan.pieces, plan.sprints
    end = pieces.horizon if plan.complete else pieces.never
    position = pieces.position
    ordered = sorted(free, key=position.__getitem__)
    low: dict[int, int] = {}
    high = dict.fromkeys(ordered, end)
    for piece in ordered:
        first = pieces.earliest[piece]
        if reach is not None:
            first = max(first, now[piece] - reach)
            high[piece] = min(end, now[piece] + reach)
        for earlier, lag in pieces.before[piece]:
            first = max(first, low.get(earlier, now[earlier]) + lag)
        low[piece] = min(first, end)
    if not trade:
        for target in pieces.deadlines:
            last = max([target.due, *(now[piece] for piece in target.pieces)]) if target.weight else end
            for piece in target.pieces:
                if piece in high:
                    high[piece] = min(high[piece], last)
    for piece in reversed(ordered):
        last = high[piece]
        for later, lag in pieces.after[piece]:
            until = high.get(later, now[later])
            if until < pieces.never:
                last = min(last, until - lag)
        high[piece] = last
    return {piece: (low[piece], high[piece]) for piece in ordered}


def _implies(cp: cp_model.CpModel, left: Literal, right: Literal) -> None:
    decided = isinstance(left, int), isinstance(right, int)
    if decided == (True, True) and left > right:
        cp.add_bool_or([])
    elif decided == (True, False) and left:
        cp.add(right == 1)
    elif decided == (False, True) and not right:
        cp.add(left == 0)
    elif decided == (False, False):
        cp.add_implication(left, right)


def _add_capacity(model: Model) -> None:
    """Per crew and sprint the rows that could be broken, each once."""
    plan, pieces = model.plan, model.plan.pieces
    load: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
    for piece, at in model.in_sprint.items():
        for sprint, chosen in at.items():
            if sprint < pieces.never:
                load[pieces.crew[piece], sprint].append((piece, chosen))
    for (crew, sprint), chosen_there in load.items():
        room = plan.left[crew][sprint]
        rows: dict[int, tuple[list[Any], list[int]]] = {}
        for piece, chosen in chosen_there:
            if plan.sprints[piece] == sprint:
                room += pieces.need[piece]
            for row, units in pieces.rows[piece]:
                literals, needs = rows.setdefault(row, ([], []))
                literals.append(chosen)
                needs.append(units)
        left = pieces.packings[crew].unpack(room)
        seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        for row in sorted(rows, key=lambda row: left[row]):
            literals, needs = rows[row]
            shape = (tuple(literal.index for literal in literals), tuple(needs))
            if sum(needs) > left[row] and shape not in seen:
                seen.add(shape)
                model.cp.add(cp_model.LinearExpr.weighted_sum(literals, needs) <= left[row])


def _add_targets(model: Model, trade: bool) -> None:
    plan, pieces = model.plan, model.plan.pieces
    end = pieces.horizon if plan.complete else pieces.never
    for target in pieces.deadlines:
        inside = [piece for piece in target.pieces if piece in model.span]
        done = max((plan.sprints[piece] for piece in target.pieces), default=0)
        if not inside or not target.weight:
            model.lateness_held += target.weight * max(0, done - target.due)
            continue
        held = max((plan.sprints[piece] for piece in target.pieces if piece not in model.span), default=0)
        last = end if trade else max(done, target.due)
        first = max(target.due, held)
        model.worst += target.weight * max(0, last - target.due)
        for sprint in range(first, last):
            literal = model.cp.new_bool_var("")
            for piece in inside:
                _implies(model.cp, literal, model.by(piece, sprint))
            model.met.append((literal, target.weight, done <= sprint))
