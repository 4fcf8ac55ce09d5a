"""The `/sprint-plan` modal: loading, the form with its problems, and what comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.blocks.elements import (
    OPTIONS,
    Block,
    context,
    date_input,
    file_input,
    modal,
    section,
    select,
    text_input,
)
from bot.blocks.elements import (
    field as input_field,
)
from bot.blocks.text import bullets, cut, escape, safe

CALLBACK = "sprint_plan.form"
ANSWER = "answer"
TITLE = "Plan sprints"
FILE_TYPES = ("yaml", "yml", "json", "md", "markdown", "csv", "txt", "text")
ALL_TEAMS = "*"
TEXT_LIMIT = 3_000
PROJECT_LIMIT = 20
OWN_BOARD = "-"
JIRA_BOARDS_SHOWN = OPTIONS - 1


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one answer. Several may stand at one field."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What the selects offer, as (value, label): ventures with a stored plan, teams, the venture's board.

    For a venture without a Jira project, `jira_boards` are those of Jira and `ask_project` offers to name a project;
    `project_hint` says why a name is asked for.
    """

    ventures: Sequence[tuple[str, str]] = ()
    teams: Sequence[tuple[str, str]] = ()
    boards: Sequence[tuple[str, str]] = ()
    jira_boards: Sequence[tuple[str, str]] = ()
    ask_project: bool = False
    project_hint: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """A form to be shown: its id in the database, the answers so far, and what is wrong with them."""

    form_id: str
    answers: Mapping[str, Any]
    choices: FormChoices = field(default_factory=FormChoices)
    problems: Sequence[FieldProblem] = ()
    notes: Sequence[str] = ()


def loading(title: str = TITLE) -> Block:
    """Shown within the three seconds that Slack gives; the durable work replaces it."""
    return modal(title, [section("One moment, the form is being filled in…")])


def planning(title: str = TITLE) -> Block:
    """Shown while a plan is computed."""
    text = "Planning… this takes a few seconds. You can close this window: the preview comes to the channel either way."
    return modal(title, [section(text)])


def closing(text: str, title: str = TITLE) -> Block:
    """The last view of a modal. `text` is escaped."""
    return modal(title, [section(text)])


def form(view: FormView) -> Block:
    """The form. Problems stand below the field that they belong to."""
    blocks: list[Block] = []
    general = [problem for problem in view.problems if problem.field not in _FIELDS]
    if view.problems:
        blocks.append(section("*Some things need a change.* Each is named at its field; your answers are kept."))
    blocks += _problems(general)
    blocks += [context(escape(note)) for note in view.notes]
    for name, build in _FIELDS.items():
        block = build(view)
        if block is None:
            continue
        blocks.append(block)
        blocks += _problems([problem for problem in view.problems if problem.field == name])
    return modal(TITLE, blocks, callback=CALLBACK, submit="Preview", close="Cancel", metadata=view.form_id)


def _problems(problems: Sequence[FieldProblem]) -> list[Block]:
    if not problems:
        return []
    lines = [safe(problem.text, 300) for problem in problems]
    return [section(f"*Please change*\n{bullets(lines, 2_600, shown=20, more='more problems')}")]


def _venture(view: FormView) -> Block | None:
    if not view.choices.ventures:
        return None
    element = select(
        ANSWER, view.choices.ventures, chosen=view.answers.get("venture"), placeholder="Choose a stored plan"
    )
    return input_field("Stored plan of a venture", "venture", element, hint="Or attach or paste a plan below.")


def _file(view: FormView) -> Block:
    kept = view.answers.get("file")
    hint = "YAML, JSON, Markdown or Jira's CSV, up to 10 MB and 10,000 items."
    if isinstance(kept, Mapping):
        hint = f"'{cut(str(kept.get('name', 'file')), 80)}' is kept; attach another one to replace it."
    return input_field("Plan as a file", "file", file_input(ANSWER, FILE_TYPES), hint=hint)


def _text(view: FormView) -> Block:
    element = text_input(ANSWER, initial=view.answers.get("text"), multiline=True, limit=TEXT_LIMIT)
    return input_field("Plan as text", "text", element, hint="Up to 3,000 characters; a longer plan as a file.")


def _team(view: FormView) -> Block:
    choices = [(ALL_TEAMS, "All teams"), *view.choices.teams]
    chosen = view.answers.get("team") or ALL_TEAMS
    return input_field("Team", "team", select(ANSWER, choices, chosen=chosen, placeholder="All teams"))


def _board(view: FormView) -> Block | None:
    if not view.choices.boards:
        return None
    chosen = view.answers.get("board") or view.choices.boards[0][0]
    return input_field(
        "Board", "board", select(ANSWER, view.choices.boards, chosen=chosen, placeholder=view.choices.boards[0][1])
    )


def _jira_board(view: FormView) -> Block | None:
    if not view.choices.jira_boards:
        return None
    choices = [(OWN_BOARD, "Muster's own board"), *view.choices.jira_boards[:JIRA_BOARDS_SHOWN]]
    chosen = view.answers.get("jira_board") or OWN_BOARD
    element = select(ANSWER, choices, chosen=chosen, placeholder=choices[0][1])
    return input_field("Jira board", "jira_board", element, hint="Where the backlog goes once it is approved.")


def _project(view: FormView) -> Block | None:
    if not view.choices.ask_project:
        return None
    element = text_input(ANSWER, initial=view.answers.get("project"), limit=PROJECT_LIMIT)
    hint = "Its key, such as ATL. Left empty, the backlog goes to Muster's own board."
    return input_field("Jira project", "project", element, hint=view.choices.project_hint or hint)


def _start(view: FormView) -> Block:
    element = date_input(ANSWER, initial=view.answers.get("start"))
    hint = "Empty: the day that the plan or its last push names, else next Monday."
    return input_field("First day of sprint 1", "start", element, hint=hint)


def _weeks(view: FormView) -> Block:
    choices = [("1", "1 week"), ("2", "2 weeks"), ("3", "3 weeks"), ("4", "4 weeks")]
    chosen = str(view.answers.get("weeks") or "2")
    return input_field("Sprint length", "weeks", select(ANSWER, choices, chosen=chosen, placeholder="2 weeks"))


def _buffer(view: FormView) -> Block:
    element = text_input(ANSWER, initial=str(view.answers.get("buffer") or "15"), limit=6)
    return input_field("Commitment buffer in %", "buffer", element, hint="10 to 20; 15 when empty.")


def _confidence(view: FormView) -> Block:
    element = text_input(ANSWER, initial=str(view.answers.get("confidence") or "85"), limit=6)
    hint = "50 to 95; 85 when empty. Higher means fewer points a sprint."
    return input_field("Confidence in %", "confidence", element, hint=hint)


_FIELDS = {
    "venture": _venture,
    "file": _file,
    "text": _text,
    "team": _team,
    "board": _board,
    "jira_board": _jira_board,
    "project": _project,
    "start": _start,
    "weeks": _weeks,
    "buffer": _buffer,
    "confidence": _confidence,
}
