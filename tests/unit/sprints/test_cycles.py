"""Circles of dependencies are found once each, and opened."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from planners.sprints.cycles import Cycle, open_cycles


def test_a_circle_ends_where_it_began() -> None:
    kept, cycles = open_cycles({"a": ["b"], "b": ["c"], "c": ["a"]})
    assert cycles == (Cycle(("a", "b", "c")),)
    assert cycles[0].ignored == ("c", "a")
    assert kept == {"a": ("b",), "b": ("c",), "c": ()}


def test_two_circles_through_one_item_are_both_named() -> None:
    _, cycles = open_cycles({"a": ["b", "c"], "b": ["a"], "c": ["a"]})
    assert [cycle.keys for cycle in cycles] == [("a", "b"), ("a", "c")]


def test_an_edge_out_of_the_plan_is_no_circle() -> None:
    assert open_cycles({"a": ["elsewhere"]}) == ({"a": ("elsewhere",)}, ())


@given(st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4)))
def test_what_is_left_has_no_circle(graph: dict[int, list[int]]) -> None:
    named = {f"s{key}": [f"s{other}" for other in others] for key, others in graph.items()}
    kept, cycles = open_cycles(named)
    assert open_cycles(kept) == (kept, ())
    left_out = sum(len(set(named[key])) - len(set(kept[key])) for key in named)
    assert left_out == len({cycle.ignored for cycle in cycles})


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = {f"s{n}": [f"s{n + 1}"] for n in range(10_000)}
    begin = time.perf_counter()
    assert open_cycles(chain)[1] == ()
    assert time.perf_counter() - begin < 2
