"""Days: where sprints end, who works when."""

from __future__ import annotations

import datetime as dt

import pytest

from planners.plan.models import Person
from planners.sprints.calendar import (
    SprintDates,
    UnknownCountry,
    holidays_between,
    next_monday,
    public_holidays,
    sprint_dates,
    sprints_ended_by,
    working_days,
)

MONDAY = dt.date(2026, 3, 2)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


@pytest.mark.parametrize(
    ("start", "weeks", "number", "end"),
    [
        (MONDAY, 1, 1, day(3, 6)),  # a sprint that starts on a Monday ends on a Friday
        (MONDAY, 2, 3, day(4, 10)),  # sprints follow each other without a gap of weekdays
        (day(3, 4), 2, 1, day(3, 17)),  # one that starts on a Wednesday ends on a Tuesday
        (day(3, 7), 1, 1, day(3, 13)),  # a start on a Saturday is taken as it is
    ],
)
def test_a_sprint_ends_on_the_last_weekday_before_the_next(
    start: dt.date, weeks: int, number: int, end: dt.date
) -> None:
    found = sprint_dates(start, weeks, number)
    assert found == SprintDates(number, start + dt.timedelta(weeks=weeks * (number - 1)), end)


def test_sprints_ended_by_agrees_with_the_sprints_own_dates_on_every_day() -> None:
    for weeks in (1, 2, 3, 4):
        for start in (MONDAY, day(3, 4), day(3, 7)):
            for offset in range(-10, 130):
                date = start + dt.timedelta(days=offset)
                ended = sum(sprint_dates(start, weeks, n).end <= date for n in range(1, 140))
                assert sprints_ended_by(date, start, weeks) == ended, (weeks, start, date)


def test_next_monday_is_never_today() -> None:
    assert [next_monday(day(3, n)) for n in (1, 2, 3, 8)] == [day(3, 2), day(3, 9), day(3, 9), day(3, 9)]


def test_holidays_of_a_subdivision_come_on_top_of_the_countrys() -> None:
    assert dt.date(2026, 1, 6) in public_holidays("DE-BY", 2026)
    assert dt.date(2026, 1, 6) not in public_holidays("DE", 2026)


def test_an_unknown_country_and_an_unknown_subdivision_are_told_apart() -> None:
    with pytest.raises(UnknownCountry, match=r"no public holidays are known for 'XX'$"):
        public_holidays("XX", 2026)
    with pytest.raises(UnknownCountry, match=r"known in DE: .*BY"):
        public_holidays("DE-QQ", 2026)


def test_only_holidays_on_weekdays_count_as_lost() -> None:
    found = holidays_between(["DE"], day(10, 1), day(10, 31))
    assert found == {"DE": {}}, "3 October 2026 is a Saturday"


# Easter 2026: Good Friday is 3 April, Easter Monday 6 April.
@pytest.mark.parametrize(
    ("more", "first", "last", "expected"),
    [
        ({}, day(3, 2), day(3, 15), 10),  # two weeks
        ({"country": "DE"}, day(3, 30), day(4, 10), 8),  # less Good Friday and Easter Monday
        ({}, day(4, 3), day(4, 3), 1),  # no country, no holidays
        ({"starts": day(3, 4)}, day(3, 2), day(3, 6), 3),  # the first day counts
        ({"ends": day(3, 4)}, day(3, 2), day(3, 6), 3),  # and so does the last
        ({"starts": day(4, 1)}, day(3, 2), day(3, 6), 0),
        ({"absences": [{"start": day(3, 4), "end": day(3, 4)}]}, day(3, 2), day(3, 6), 4),  # one day, both ends
        ({"absences": [{"start": day(3, 5), "end": day(3, 9)}]}, day(3, 2), day(3, 13), 7),  # over a weekend
        (  # a day off on a holiday, and two absences that overlap, count once
            {
                "country": "DE",
                "absences": [{"start": day(4, 1), "end": day(4, 3)}, {"start": day(4, 2), "end": day(4, 7)}],
            },
            day(3, 30),
            day(4, 10),
            5,
        ),
    ],
)
def test_working_days(more: dict[str, object], first: dt.date, last: dt.date, expected: int) -> None:
    assert working_days(Person.model_validate({"name": "Ann", **more}), None, first, last) == expected


def test_the_teams_country_counts_where_the_person_names_none() -> None:
    person = Person(name="Ann")
    assert working_days(person, "DE", day(3, 30), day(4, 10)) == 8
    assert working_days(person.model_copy(update={"country": "US"}), "DE", day(3, 30), day(4, 10)) == 10
