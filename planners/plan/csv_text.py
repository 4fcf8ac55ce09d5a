"""CSV into rows with lines, whatever the separator; columns may stand several times, as in Jira's exports."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from planners.plan.tree import MAX_VALUES, cut, refuse, unusable

_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: where it begins, and the filled cells of each column (column names in lower case)."""

    line: int
    cells: dict[str, list[str]]

    def first(self, *columns: str) -> str:
        """The first filled cell among these columns, or nothing."""
        return next((values[0] for column in columns if (values := self.cells.get(column))), "")

    def all(self, *columns: str) -> list[str]:
        """All filled cells of these columns."""
        return [value for column in columns for value in self.cells.get(column, ())]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV text: its columns as they are written, and its rows that hold anything."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def has(self, *columns: str) -> bool:
        """Is one of these columns there (in any case)?"""
        return not {column.lower() for column in self.columns}.isdisjoint(columns)


def read_table(text: str, source: str = "") -> Table:
    """Read a CSV text whose first line names the columns. Raises PlanProblems when it is not one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    line, values = 1, 0
    try:
        for record in reader:
            if not columns:
                columns = tuple(name.strip() for name in record)
            elif cells := _cells(columns, record, line, source):
                values += sum(map(len, cells.values()))
                rows.append(Row(line, cells))
            if values > MAX_VALUES:
                raise refuse(f"holds more than {MAX_VALUES:,} values", line=line, source=source)
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse(f"can't be read as CSV: {cut(str(error), 200)}", line=line, source=source) from None
    return Table(columns, tuple(rows))


def _separator(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=header.count)


def _cells(columns: tuple[str, ...], record: list[str], line: int, source: str) -> dict[str, list[str]]:
    if len(record) > len(columns) and any(record[len(columns) :]):
        message = f"has {len(record)} cells, but there are {len(columns)} columns; quote texts that hold the separator"
        raise refuse(message, line=line, source=source)
    cells: dict[str, list[str]] = {}
    for column, value in zip(columns, record, strict=False):
        if not value.strip():
            continue
        if wrong := unusable(value):
            raise refuse(wrong, path=column, line=line, source=source)
        cells.setdefault(column.lower(), []).append(value.strip())
    return cells
