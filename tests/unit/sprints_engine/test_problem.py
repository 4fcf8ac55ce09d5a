"""Problems that contradict themselves are refused, by name."""

from dataclasses import replace

import pytest

from planners.sprints.problem import (
    AllocationProblem,
    BadQuantityError,
    Crew,
    CyclicDependencyError,
    DuplicateKeyError,
    Member,
    ProblemError,
    Target,
    UnknownKeyError,
    WorkItem,
)

ANN = Member("ann", frozenset({"api"}), (5, 5))
CREW = Crew("core", (ANN,))
ITEM = WorkItem("a", "core", 3, (("api", 2),))


@pytest.mark.parametrize(
    ("problem", "error", "keys"),
    [
        # something is named that is not there
        ({"items": (replace(ITEM, crew="web"),)}, UnknownKeyError, ("a", "web")),
        ({"items": (replace(ITEM, predecessors=(("b", 0),)),)}, UnknownKeyError, ("a", "b")),
        ({"targets": (Target("beta", ("a", "z"), 1),)}, UnknownKeyError, ("beta", "z")),
        # two of a kind
        ({"items": (ITEM, ITEM)}, DuplicateKeyError, ("a",)),
        ({"crews": (CREW, CREW)}, DuplicateKeyError, ("core",)),
        ({"crews": (Crew("core", (ANN, ANN)),)}, DuplicateKeyError, ("ann",)),
        # numbers that can't be
        ({"crews": (Crew("core", (ANN,), (5,)),)}, BadQuantityError, ("core", "core")),
        ({"crews": (Crew("core", (replace(ANN, capacity=(5, -1)),)),)}, BadQuantityError, ("core", "ann")),
        ({"items": (replace(ITEM, size=1),)}, BadQuantityError, ("a",)),
        ({"items": (replace(ITEM, fixed=3),)}, BadQuantityError, ("a",)),
        ({"items": (replace(ITEM, earliest=0),)}, BadQuantityError, ("a",)),
        ({"targets": (Target("beta", ("a",), 1, -1),)}, BadQuantityError, ("beta",)),
        ({"horizon": 0}, BadQuantityError, ()),
    ],
)
def test_a_contradiction_is_refused_with_its_keys(
    problem: dict[str, object], error: type[ProblemError], keys: tuple[str, ...]
) -> None:
    parts: dict[str, object] = {"horizon": 2, "crews": (CREW,), "items": (ITEM,), **problem}
    with pytest.raises(error) as caught:
        AllocationProblem(**parts)  # type: ignore[arg-type]
    assert caught.value.keys == keys


def test_a_cycle_is_named_as_a_cycle() -> None:
    items = (
        WorkItem("before", "core", 1),
        WorkItem("a", "core", 1, predecessors=(("before", 0), ("c", 0))),
        WorkItem("b", "core", 1, predecessors=(("a", 0),)),
        WorkItem("c", "core", 1, predecessors=(("b", 1),)),
        WorkItem("after", "core", 1, predecessors=(("c", 0),)),
    )
    with pytest.raises(CyclicDependencyError) as caught:
        AllocationProblem(2, (CREW,), items)
    cycle = caught.value.keys
    assert set(cycle) == {"a", "b", "c"}
    waits = {item.key: {key for key, _ in item.predecessors} for item in items}
    assert all(cycle[n - 1] in waits[key] for n, key in enumerate(cycle))
    assert str(caught.value).endswith(" -> ".join((*cycle, cycle[0])))
