"""Random allocation problems for property tests: small, with everything that can be awkward."""

from hypothesis import strategies as st

from planners.sprints.problem import AllocationProblem, Crew, Member, Target, WorkItem

SKILLS = ("api", "ui", "qa", "data")


@st.composite
def problems(draw: st.DrawFn, max_items: int = 12, facts: bool = True) -> AllocationProblem:
    """A problem of up to ``max_items`` items; feasible or not. ``facts`` allows fixed items."""
    horizon = draw(st.integers(1, 6))
    capacity = st.lists(st.integers(0, 8), min_size=horizon, max_size=horizon).map(tuple)
    crews = tuple(
        Crew(
            f"crew{n}",
            tuple(
                Member(f"m{n}{m}", draw(st.frozensets(st.sampled_from(SKILLS), max_size=3)), draw(capacity))
                for m in range(draw(st.integers(0, 4)))
            ),
            draw(st.none() | capacity),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    count = draw(st.integers(0, max_items))
    items = tuple(_item(draw, n, crews, horizon, facts) for n in range(count))
    targets = tuple(
        Target(
            f"t{n}",
            tuple(draw(st.lists(st.sampled_from([item.key for item in items]), min_size=1, max_size=4, unique=True))),
            draw(st.integers(1, horizon)),
            draw(st.integers(0, 4)),
        )
        for n in range(draw(st.integers(0, 2)) if items else 0)
    )
    return AllocationProblem(horizon, crews, items, targets)


def _item(draw: st.DrawFn, n: int, crews: tuple[Crew, ...], horizon: int, facts: bool) -> WorkItem:
    demand = draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(0, 6), max_size=2))
    before = draw(st.lists(st.integers(0, n - 1), max_size=2, unique=True)) if n else []
    return WorkItem(
        key=f"i{n:02}",
        crew=draw(st.sampled_from(crews)).key,
        size=sum(demand.values()) + draw(st.integers(0, 4)),
        demand=tuple(demand.items()),
        predecessors=tuple((f"i{m:02}", draw(st.integers(0, 2))) for m in before),
        earliest=draw(st.integers(1, horizon)) if draw(st.booleans()) else 1,
        weight=draw(st.integers(0, 9)),
        priority=draw(st.integers(0, 2)),
        fixed=draw(st.integers(1, horizon)) if facts and draw(st.integers(0, 7)) == 0 else None,
        forbidden=draw(st.frozensets(st.integers(1, horizon), max_size=1)),
        must=draw(st.booleans()),
    )
