"""What pydantic found, in plain sentences that quote the value and say what was expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process, utils

from planners.plan.models import COUNTRY_PATTERN, PlanDocument
from planners.plan.problems import Problem
from planners.plan.tree import MAX_PROBLEMS, Section, Step, cut, locate, quote

_NEAR = 65
_KEY_RULE = "letters and digits, with . _ / - inside, no spaces"
_ENUMS = {"priority": "a priority", "status": "a status", "format": "a known format"}


def explain(error: ValidationError, root: Section) -> list[Problem]:
    """One problem for each error of `error`, placed in the tree that was validated."""
    details = error.errors(include_url=False)
    return [_problem(detail, root, hint=number < 5 * MAX_PROBLEMS) for number, detail in enumerate(details)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'points'?`` when a known name is near, else nothing."""
    near = nearest(name, known)
    return f"; did you mean {quote(near)}?" if near else ""


def nearest(name: str, known: Iterable[str], *, least: int = _NEAR) -> str | None:
    """The known name that is most like `name`, if any is like it at all."""
    found = process.extractOne(
        name[:100], tuple(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=least
    )
    return str(found[0]) if found else None


def _problem(detail: Any, root: Section, *, hint: bool) -> Problem:
    steps: tuple[Step, ...] = tuple(detail["loc"])
    kind: str = detail["type"]
    if steps and steps[-1] == "[key]":
        steps = steps[:-1]
    place = locate(root, steps)
    message = _unknown(steps, hint=hint) if kind == "extra_forbidden" else _message(kind, steps, detail)
    return Problem(place.path, message, place.line, place.source)


def _message(kind: str, steps: tuple[Step, ...], detail: Any) -> str:
    if kind == "missing":
        return "is missing"
    value = detail["input"]
    said = quote(value) if isinstance(value, str) else _shape(value)
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    if kind in ("enum", "literal_error"):
        expected = str(detail["ctx"]["expected"]).replace("'", "")
        return f"{said} is not {_ENUMS.get(name, 'one of the known words')}; use {expected}"
    return _SENTENCES.get(kind, _other)(said, value, detail)


def _unknown(steps: tuple[Step, ...], *, hint: bool) -> str:
    if not hint:  # Far more than are shown: looking for near names would take longer than all the rest.
        return "is not a known name here"
    name = str(steps[-1])
    known = known_names(steps[:-1])
    return "is not a known name here" + (did_you_mean(name, known) or f"; known are {', '.join(known)}")


def known_names(steps: Iterable[Step]) -> tuple[str, ...]:
    """The names that the model at this place of a plan document knows."""
    model: type[BaseModel] = PlanDocument
    for step in steps:
        if isinstance(step, str) and step in model.model_fields:
            inner = _model_in(model.model_fields[step].annotation)
            if inner is None:
                return ()
            model = inner
    return tuple(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)


def _shape(value: object) -> str:
    if isinstance(value, dict):
        return f"a group of values ({cut(', '.join(map(str, list(value)[:4])), 40)})" if value else "an empty group"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "nothing" if value is None else quote(str(value))


def _pattern(said: str, _value: object, detail: Any) -> str:
    if detail["ctx"]["pattern"] == COUNTRY_PATTERN:
        return f"{said} is not a country code; write DE, or DE-BY for a part of it"
    return f"{said} is not a key ({_KEY_RULE})"


def _limit(word: str, bound: str) -> Callable[[str, object, Any], str]:
    return lambda said, _value, detail: f"{said} is too {word}; {bound} {detail['ctx'][_BOUND[bound]]}"


_BOUND = {"at least": "ge", "at most": "le", "it must be more than": "gt"}


def _length(_said: str, value: object, detail: Any) -> str:
    return f"has {len(str(value)):,} characters; at most {detail['ctx']['max_length']} are taken"


def _decimals(said: str, _value: object, detail: Any) -> str:
    return f"{said} has too many decimals; at most {detail['ctx']['decimal_places']} are taken"


def _date(said: str, value: object, _detail: Any) -> str:
    if isinstance(value, str) and _is_written_as_date(value):
        return f"{said} is not a day of the calendar"
    return f"{said} is not a date; write it as 2027-01-31"


def _is_written_as_date(value: str) -> bool:
    parts = value.strip().split("-")
    try:
        return [len(part) for part in parts] == [4, 2, 2] and not _is_day(*map(int, parts))
    except ValueError:
        return False


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _is_not(expected: str) -> Callable[[str, object, Any], str]:
    return lambda said, _value, _detail: f"{said} is not {expected}"


def _other(said: str, _value: object, detail: Any) -> str:
    message = str(detail["msg"])
    return cut(f"{said}: {message[:1].lower()}{message[1:]}", 200)


_number = _is_not("a number")
_whole = _is_not("a whole number")
_list = _is_not("a list; begin each entry with '- ', or write [a, b]")
_digits = _is_not("a number of a usable length")
_group = _is_not("a group of names and values")
_SENTENCES: dict[str, Callable[[str, object, Any], str]] = {
    "decimal_parsing": _number,
    "decimal_type": _number,
    "finite_number": _number,
    "int_parsing": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "int_parsing_size": _whole,
    "bool_parsing": _is_not("true or false"),
    "bool_type": _is_not("true or false"),
    "string_type": _is_not("a text"),
    "tuple_type": _list,
    "dict_type": _group,
    "model_type": _group,
    "model_attributes_type": _group,
    "string_pattern_mismatch": _pattern,
    "string_too_short": lambda *_: "is empty",
    "string_too_long": _length,
    "decimal_max_places": _decimals,
    "decimal_max_digits": _digits,
    "decimal_whole_digits": _digits,
    "greater_than_equal": _limit("small", "at least"),
    "less_than_equal": _limit("big", "at most"),
    "greater_than": _limit("small", "it must be more than"),
    "value_error": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "date_parsing": _date,
    "date_type": _date,
}
