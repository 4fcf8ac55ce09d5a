"""Which format a text is in, by the ending of its name, else by its looks; and the reader for it."""

from __future__ import annotations

import re
from typing import Literal

from planners.plan.csv_text import read_table
from planners.plan.history_csv import is_history, read_history
from planners.plan.jira_csv import is_jira, read_jira
from planners.plan.json_text import read_json
from planners.plan.markdown_plan import read_markdown
from planners.plan.tree import Parsed, refuse
from planners.plan.yaml_text import read_yaml

Format = Literal["yaml", "json", "markdown", "csv"]

_ENDINGS: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "csv",
    ".tsv": "csv",
}
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_YAML_OPENING = re.compile(
    r"^(format|plan|resources|timeline|history|epics|stories|teams|people|roles|milestones)\s*:\s*(\S*)$", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)


def read(content: str | bytes, name: str) -> Parsed:
    """Read one source into a tree. Raises PlanProblems when it can't be read at all."""
    expected = _ENDINGS.get(_ending(name))
    text = _decode(content, name, expected)
    match expected or recognise(text):
        case "json":
            return read_json(text, name)
        case "csv":
            return _read_csv(text, name)
        case "markdown":
            return read_markdown(text, name)
        case _:
            return read_yaml(text, name)


def _read_csv(text: str, name: str) -> Parsed:
    table = read_table(text, name)
    if is_jira(table):
        return read_jira(table, name)
    if is_history(table):
        return read_history(table, name)
    message = "has neither the columns of a Jira export ('Summary', 'Issue key') nor those of a history ('completed')"
    raise refuse(message, line=1, source=name)


def recognise(text: str) -> Format:
    """The format of a text without a telling name; YAML when nothing speaks for another."""
    start = text.lstrip()[:200_000]
    first = start.split("\n", 1)[0].lower()
    if start[:1] in ("{", "["):
        return "json"
    if any(sign in first for sign in ",;\t") and ("summary" in first or "completed" in first):
        return "csv"
    if _HEADING.search(start) and not _YAML_OPENING.search(start):
        return "markdown"
    return "yaml"


def _ending(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""


def _decode(content: str | bytes, name: str, expected: Format | None) -> str:
    if isinstance(content, str):
        if any("\ud800" <= sign <= "\udfff" for sign in content):
            raise refuse("holds half a character (a lone surrogate)", source=name)
        return content.removeprefix("\ufeff")
    mark = next((encoding for start, encoding in _MARKS.items() if content.startswith(start)), "utf-8")
    # Spreadsheets in western Europe still save CSV in the code page of the machine.
    encodings = (mark, "cp1252") if expected == "csv" else (mark,)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("is not text in UTF-8", source=name)
