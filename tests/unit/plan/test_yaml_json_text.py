"""YAML and JSON are read into the same tree, with lines; hostile texts are refused."""

from __future__ import annotations

import time

import pytest

from planners.plan.json_text import read_json
from planners.plan.problems import PlanProblems
from planners.plan.tree import Items, Parsed, Section
from planners.plan.yaml_text import read_yaml


def refusal(read: object, text: str) -> str:
    with pytest.raises(PlanProblems) as raised:
        read(text)  # type: ignore[operator]
    return str(raised.value)


def section(parsed: Parsed) -> Section:
    assert isinstance(parsed.value, Section)
    return parsed.value


def test_scalars_stay_as_they_are_written() -> None:
    texts = section(read_yaml("a: 012\nb: no\nc: 12:30:00\nd: 1_0\ne: ~\nf:\ng: 'null'\nh: 2027-01-11\n"))
    assert dict(texts) == {
        "a": "012",  # YAML 1.1 reads ten
        "b": "no",  # and false
        "c": "12:30:00",  # and 45,000
        "d": "1_0",
        "e": None,
        "f": None,
        "g": "null",
        "h": "2027-01-11",
    }


def test_json_is_read_into_the_same_tree() -> None:
    in_json = section(read_json('{"a": 1.50, "b": [true, null,\n "x"], "c": {}}'))
    assert in_json == section(read_yaml("a: 1.50\nb: [true, ~, x]\nc: {}"))
    assert isinstance(in_json["b"], Items)
    assert in_json["b"].lines == [1, 1, 2]


def test_entries_know_their_lines() -> None:
    root = section(read_yaml("a: 1\nb:\n  - x\n  -\n    c: 2\n"))
    items = root["b"]
    assert isinstance(items, Items)
    assert (root.lines, items.lines) == ({"a": 1, "b": 2}, [3, 5])


@pytest.mark.parametrize(
    ("read", "text"),
    [(read_yaml, "a:\n  b: 1\n  c: 2\n  b: 3\n"), (read_json, '{"a":\n {"b": 1,\n "c": 2,\n "b": 3}}')],
)
def test_a_name_that_is_there_twice_keeps_its_first_value_and_is_a_problem(read: object, text: str) -> None:
    parsed: Parsed = read(text)  # type: ignore[operator]
    assert section(parsed)["a"] == {"b": "1", "c": "2"}
    assert [str(each) for each in parsed.problems] == ["line 4: a.b: is there twice, on line 2 and on line 4"]


def test_an_alias_is_the_value_it_stands_for() -> None:
    assert section(read_yaml("a: &x [1, 2]\nb: *x\n"))["b"] == ["1", "2"]


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.perf_counter()
    assert "holds more than 400,000 values (aliases counted in full)" in refusal(read_yaml, "\n".join(lines))
    assert time.perf_counter() - started < 1


def test_an_alias_within_what_it_stands_for_is_refused() -> None:
    assert "stands for nothing, or for what it is part of" in refusal(read_yaml, "&a [*a]")


def test_aliases_can_not_hide_how_deep_a_text_is() -> None:
    lines = ["- &a0 [x]", *(f"- &a{n} [*a{n - 1}]" for n in range(1, 40))]
    assert "nested more than 30 levels deep" in refusal(read_yaml, "\n".join(lines))


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (read_yaml, "a: b: c", "a text that holds ': ' needs quotes"),
        (read_yaml, "a:\n\tb: c", "YAML indents with spaces, not tabs"),
        (read_yaml, "a: [1, 2", "line 2: can't be read as YAML: did not find expected ',' or ']'"),
        (read_yaml, "a: 1\n---\nb: 2", "line 2: holds a second YAML document"),
        (read_yaml, "? [a]\n: b", "a list or mapping can't be a key"),
        (read_yaml, "a: *nothing", "the alias '*nothing' stands for nothing"),
        (read_yaml, "a: \x07", "can't be read as YAML"),
        (read_yaml, "[" * 2000, "nested more than 30 levels deep"),
        (read_json, "[" * 2000, "nested more than 30 levels deep"),
        (read_json, '{"a": 1,}', "line 1: can't be read as JSON: a name in double quotes is missing"),
        (read_json, '{"a" 1}', "a colon is missing after the name"),
        (read_json, "[1 2]", "',' or ']' is missing"),
        (read_json, "{'a': 1}", "a name in double quotes is missing"),
        (read_json, '{"a":\n NaN}', "line 2: can't be read as JSON: a value is missing"),
        (read_json, '{"a": ', "the end is missing"),
        (read_json, '{"a": "x', "unterminated string"),
        (read_json, "{} {}", "text after the end of the value"),
    ],
)
def test_what_can_not_be_read_is_said_with_its_line(read: object, text: str, expected: str) -> None:
    assert expected in refusal(read, text)


def test_a_tag_is_a_problem_and_makes_nothing() -> None:
    parsed = read_yaml("a: !!python/object/apply:os.system ['true']\n")
    assert [each.path for each in parsed.problems] == ["a"]
    assert "tags are not used here" in parsed.problems[0].message


@pytest.mark.parametrize("text", ['{"a": "x\\u0000"}', '{"a": "\\ud800"}'])
def test_signs_that_no_database_holds_are_problems(text: str) -> None:
    assert "holds the control character U+" in str(read_json(text).problems[0])
