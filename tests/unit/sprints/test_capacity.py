"""What a team can take on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.forecasts import Forecast
from planners.plan.models import HistoricSprint, Person
from planners.sprints.calendar import sprint_dates
from planners.sprints.capacity import TeamCapacity, sure_pace, team_capacity
from tests.support.plan_documents import MONDAY, options

HISTORY = [18, 22, 20, 25, 19, 21, 17, 23, 20]


def capacity_of(
    *people: dict[str, Any], history: list[dict[str, Any]] | None = None, sprints: int = 3, **more: Any
) -> TeamCapacity:
    country = more.pop("country", None)
    chosen = options(**more)
    return team_capacity(
        "core",
        [Person.model_validate({"name": f"P{n}", **each}) for n, each in enumerate(people)],
        [HistoricSprint.model_validate(each) for each in history or ()],
        country,
        chosen,
        [sprint_dates(MONDAY, chosen.sprint_weeks, n) for n in range(1, sprints + 1)],
    )


def closed(**more: Any) -> list[dict[str, Any]]:
    return [{"completed_points": points, **more} for points in HISTORY]


# 10 days x 8 hours x 0.75 x 0.2 = 12 points for one person in two weeks; amounts are hundredths of a point.
@pytest.mark.parametrize(
    ("people", "more", "expected"),
    [
        ([{}], {}, 1200),
        ([{}, {}], {}, 2400),
        ([{"share": "0.5"}], {}, 600),
        ([{"hours_per_day": 4}], {}, 600),
        ([{}], {"sprint_weeks": 1}, 600),
        ([{}], {"capacity_factor": "0.5"}, 600),
        ([{"absences": [{"start": MONDAY, "end": MONDAY + dt.timedelta(days=6)}]}], {}, 600),
        ([{"starts": "2026-03-16"}], {}, 0),
    ],
)
def test_without_history_it_comes_from_hours(people: list[dict[str, Any]], more: dict[str, Any], expected: int) -> None:
    assert capacity_of(*people, **more).capacity[0] == expected


def test_the_buffer_is_taken_off() -> None:
    assert capacity_of({}, buffer="0.20").commitment == (960, 960, 960)


def test_a_sprint_with_holidays_gives_less() -> None:
    found = capacity_of({}, country="DE")  # sprint 3 holds Good Friday and Easter Monday
    assert found.capacity == (1200, 1200, 960)
    assert found.lost_days == (0, 0, 2)


def test_history_counts_at_the_leads_confidence() -> None:
    found = [capacity_of({}, history=closed(), confidence=each).capacity[0] for each in ("0.5", "0.7", "0.9")]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(2000, abs=300)
    assert found[2] < found[0]


def test_six_sprints_even_out_but_not_all_of_it() -> None:
    velocity = Forecast.of(range(1, 41), basis="test")
    assert velocity.quantile(0.15) + 3 < sure_pace(velocity, 0.85) < velocity.quantile(0.5) - 3
    assert sure_pace(Forecast.of([20.0], basis="test"), 0.85) == pytest.approx(20)
    assert sure_pace(velocity, 0.5) == pytest.approx(20.5, abs=0.5)


def test_history_is_scaled_by_the_days_of_each_sprint() -> None:
    away = {"absences": [{"start": "2026-03-16", "end": "2026-03-27"}]}
    found = capacity_of({}, away, history=closed())
    assert found.capacity[1] == pytest.approx(found.capacity[0] / 2, abs=1)
    assert found.availability == pytest.approx((1.0, 0.5, 1.0))


def test_someone_who_starts_later_adds_to_what_the_team_did_before() -> None:
    found = capacity_of({}, {"starts": "2026-03-16"}, history=closed())
    assert found.availability == pytest.approx((1.0, 2.0, 2.0))


def test_a_smaller_team_than_in_the_closed_sprints_does_less() -> None:
    now = capacity_of({}, history=closed(people=2))
    then = capacity_of({}, {}, history=closed(people=2))
    assert now.capacity[0] == pytest.approx(then.capacity[0] / 2, abs=1)
    assert "scaled by 50 %" in now.basis
    assert "scaled" not in then.basis


def test_shorter_sprints_than_the_closed_ones_give_less() -> None:
    one = capacity_of({}, history=closed(working_days=9), sprint_weeks=1)
    two = capacity_of({}, history=closed(working_days=9), sprint_weeks=2)
    assert one.capacity[0] == pytest.approx(two.capacity[0] / 2, abs=1)


def test_history_without_people_loses_the_countrys_holidays_only() -> None:
    found = capacity_of(history=closed(), country="DE")
    assert found.capacity[2] == pytest.approx(found.capacity[0] * 0.8, abs=1)
    assert [member.commitment for member in found.members] == [found.commitment]


def test_neither_people_nor_history_is_nothing() -> None:
    found = capacity_of()
    assert (found.known, found.capacity, found.members) == (False, (0, 0, 0), ())


@given(
    st.lists(st.tuples(st.integers(1, 24), st.integers(1, 100)), min_size=1, max_size=7),
    st.booleans(),
    st.sampled_from(["0.10", "0.13", "0.15", "0.20"]),
)
def test_what_the_members_get_adds_up_to_the_commitment(
    people: list[tuple[int, int]], with_history: bool, buffer: str
) -> None:
    found = capacity_of(
        *({"hours_per_day": hours, "share": f"{share / 100}"} for hours, share in people),
        history=closed() if with_history else None,
        buffer=buffer,
    )
    for sprint in range(3):
        assert sum(member.commitment[sprint] for member in found.members) == found.commitment[sprint]
        assert 0 <= found.commitment[sprint] <= found.capacity[sprint]
