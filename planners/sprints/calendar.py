"""Days: sprint dates, public holidays and the days on which somebody works.

A sprint runs for whole weeks from its first day; its last day is the last weekday before the next sprint starts, so
a sprint that starts on a Monday ends on a Friday. Working days are Monday to Friday without the public holidays of a
country (``DE``) or of one of its subdivisions (``DE-BY``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from planners.plan.models import Person

_SATURDAY = 5


class UnknownCountry(ValueError):
    """No public holidays are known for this code. `code` is what was asked for."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SprintDates:
    """First and last day of one sprint, both included."""

    number: int
    start: dt.date
    end: dt.date


def sprint_dates(start: dt.date, weeks: int, number: int) -> SprintDates:
    """Days of sprint `number` (from 1) when sprint 1 starts on `start` and each takes `weeks` weeks."""
    first = start + dt.timedelta(weeks=weeks * (number - 1))
    last = first + dt.timedelta(weeks=weeks, days=-1)
    while last.weekday() >= _SATURDAY and last > first:
        last -= dt.timedelta(days=1)
    return SprintDates(number, first, last)


def sprints_ended_by(day: dt.date, start: dt.date, weeks: int) -> int:
    """How many sprints are over at the end of `day`; 0 when not even the first is."""
    whole = max(0, (day - start).days // (7 * weeks))
    return whole + 1 if sprint_dates(start, weeks, whole + 1).end <= day else whole


def next_monday(today: dt.date) -> dt.date:
    """The first Monday after `today`."""
    return today + dt.timedelta(days=7 - today.weekday())


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int) -> Mapping[dt.date, str]:
    """Public holidays of a country or subdivision in a year, with their names.

    Raises :class:`UnknownCountry` when nothing is known of the country or of its subdivision.
    """
    import holidays

    country, _, subdivision = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, observed=True)
    except NotImplementedError:
        known = sorted(holidays.list_supported_countries().get(country, ()))
        message = f"no public holidays are known for {code!r}"
        if known:
            message += f"; known in {country}: {', '.join(known)}"
        raise UnknownCountry(code, message) from None
    return {day: str(name) for day, name in sorted(found.items())}


@lru_cache(maxsize=8192)
def country_working_days(code: str | None, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Monday to Friday from `first` to `last`, both included, without public holidays; in order."""
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(
        day
        for day in days
        if day.weekday() < _SATURDAY and (code is None or day not in public_holidays(code, day.year))
    )


def holidays_between(codes: Iterable[str], first: dt.date, last: dt.date) -> dict[str, dict[dt.date, str]]:
    """By code, the public holidays on weekdays from `first` to `last` that keep somebody from working."""
    return {
        code: {
            day: name
            for year in range(first.year, last.year + 1)
            for day, name in public_holidays(code, year).items()
            if first <= day <= last and day.weekday() < _SATURDAY
        }
        for code in sorted(set(codes))
    }


def working_days(person: Person, default_country: str | None, first: dt.date, last: dt.date) -> int:
    """Days that `person` works from `first` to `last`: in the team, not absent, not a weekend or holiday.

    `default_country` counts where the person names none.
    """
    first = max(first, person.starts or first)
    last = min(last, person.ends or last)
    if first > last:
        return 0
    days = country_working_days(person.country or default_country, first, last)
    away = [(a.start, a.end) for a in person.absences if a.start <= last and a.end >= first]
    if not away:
        return len(days)
    return sum(not any(start <= day <= end for start, end in away) for day in days)
