"""The skill conditions decide exactly what an assignment of people would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.sprints.assignability import ANYBODY, Packing, skill_rows
from planners.sprints.problem import Crew, Member, TooManySkillsError
from tests.support.plan_checker import can_assign

SKILLS = ("api", "ui", "qa", "data", "ops")


@given(
    st.lists(st.tuples(st.frozensets(st.sampled_from(SKILLS)), st.integers(0, 6)), max_size=5),
    st.dictionaries(st.sampled_from((*SKILLS, ANYBODY)), st.integers(0, 8), min_size=1),
)
def test_the_rows_hold_exactly_where_people_can_be_assigned(
    team: list[tuple[frozenset[str], int]], demand: dict[str, int]
) -> None:
    crew = Crew("core", tuple(Member(f"m{n}", skills, (units,)) for n, (skills, units) in enumerate(team)))
    rows = skill_rows(crew, demand, 1)
    named = {skill or "anybody": units for skill, units in demand.items()}
    assert all(row.need(demand) <= row.capacity[0] for row in rows) == can_assign(crew, 1, named)
    packing = Packing(rows, sum(demand.values()))
    fits = (packing.left(1) - packing.need(demand)) & packing.guard == packing.guard
    assert fits == can_assign(crew, 1, named)


def test_two_skills_of_one_person_are_not_counted_twice() -> None:
    crew = Crew("core", (Member("ann", frozenset({"api", "ui"}), (5,)),))
    (row,) = skill_rows(crew, ("api", "ui"), 1)
    assert row.skills == {"api", "ui"}
    assert row.need({"api": 3, "ui": 3}) > row.capacity[0]


def test_the_crews_limit_is_a_row_of_its_own() -> None:
    crew = Crew("core", (Member("ann", frozenset({"api"}), (5,)), Member("bob", frozenset({"ui"}), (5,))), (7,))
    rows = skill_rows(crew, ("api", "ui"), 1)
    assert [(row.capacity, row.limit) for row in rows] == [((5,), False), ((5,), False), ((7,), True)]


def test_a_team_past_exact_checking_is_refused_by_name() -> None:
    skills = [f"s{n}" for n in range(14)]
    members = tuple(Member(f"m{n}", frozenset({skills[n], skills[n - 1]}), (1,)) for n in range(14))
    crew = Crew("core", (*members, *(Member(f"x{n}", frozenset({skills[n], skills[n - 5]}), (1,)) for n in range(14))))
    with pytest.raises(TooManySkillsError) as caught:
        skill_rows(crew, skills, 1)
    assert caught.value.keys == ("core",)


def test_packing_gives_back_what_was_packed() -> None:
    crew = Crew("core", (Member("ann", frozenset({"api"}), (900,)), Member("bob", frozenset({"ui"}), (3,))))
    packing = Packing(skill_rows(crew, ("api", "ui"), 1), 10)
    assert packing.unpack(packing.left(1)) == (900, 3)
    assert packing.unpack(packing.left(1, (1000, 1))) == (0, 2)
