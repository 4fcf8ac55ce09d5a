"""Drives `/sprint-plan` from the command to the board, as the demo's people would, and tells what they see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.blocks import cards, forms
from bot.demo.process import wait_until
from bot.demo.reading import buttons_of, inputs_of, lines_of, plain
from bot.demo.running import Demo
from bot.demo.workspace import APPROVER, LEAD, NAMES, OUTSIDER, TEAM, VENTURE
from storage.boards import board_sprints, issues
from storage.database import Database, create_engine

Json = dict[str, Any]
Board = tuple[tuple[Any, ...], ...]

COMMAND = "/sprint-plan"
SHOWN = 16
ANSWER_SECONDS = 20.0
PLAN_SECONDS = 60.0
PUSH_SECONDS = 90.0


class CheckFailed(Exception):
    """Something did not go as it should; the text says what."""


def check(demo: Demo, say: Callable[[str], None]) -> None:
    """Plan, share, refuse an outsider, approve, push; then once more, which must change nothing.

    Raises:
        CheckFailed: a person did not see what they should, or the board holds something else.
    """
    walk = _Walk(demo, say)
    preview = walk.plan()
    shared = walk.share(preview)
    walk.refuse_outsider(shared)
    walk.approve(shared)
    walk.finish(re.compile(r"\d+ created"))
    first = walk.board()
    if not first:
        raise CheckFailed("the push ended, but the board is empty")
    say(f"   The board now holds {len(first)} issues and sprints.")

    again = walk.plan(shown=5)
    walk.approve(again, by_lead=True)
    walk.finish(re.compile(r"\d+ unchanged$"), shown=3)
    if walk.board() != first:
        raise CheckFailed("the second push changed the board")
    say("   The board is as it was, row by row.")


class _Walk:
    """One walk through the workspace. Each method is a thing that somebody does, and what is seen then."""

    def __init__(self, demo: Demo, say: Callable[[str], None]) -> None:
        self._slack = demo.slack
        self._demo = demo
        self._say = say
        self._steps = 0
        self._told: set[str] = set()

    def plan(self, *, shown: int = SHOWN) -> Json:
        """Type the command, send the form as it stands; the preview's message."""
        self._step(f"{LEAD.real_name} types {COMMAND} {VENTURE} in #{TEAM.name}. A form opens:")
        seen = self._seen()
        self._slack.command(LEAD.id, TEAM.id, COMMAND, VENTURE)
        with self._expecting("the form"):
            form = self._slack.wait_for_modal(forms.CALLBACK, seconds=ANSWER_SECONDS)
        self._show(inputs_of(form, NAMES))
        self._step(f"{LEAD.real_name} presses {form['submit']['text']}. The preview, for {LEAD.real_name} alone:")
        answer = self._slack.submit_view(LEAD.id, {})
        if answer.errors:
            raise CheckFailed(f"the form came back: {dict(answer.errors)}")
        preview = self._new(seen, lambda message: bool(message.get("blocks")), "the preview", PLAN_SECONDS)
        if preview.get("ephemeral_to") != LEAD.id:
            raise CheckFailed("the preview is not for the lead alone")
        self._show(lines_of(preview["blocks"], NAMES), shown)
        self._say(f"   Buttons: {', '.join(buttons_of(preview['blocks']))}")
        return preview

    def share(self, preview: Json) -> Json:
        """Share the preview; the shared message, once its picture is in the thread."""
        self._step(f"{LEAD.real_name} presses Share. Everybody in #{TEAM.name} sees the plan now.")
        seen = self._seen()
        self._slack.interact(LEAD.id, TEAM.id, preview["ts"], cards.SHARE)
        shared = self._new(seen, lambda m: bool(m.get("blocks")) and not m.get("ephemeral_to"), "the shared plan")
        picture = self._new(seen, lambda message: bool(message.get("files")), "the burn-up picture", PLAN_SECONDS)
        self._say(f"   In its thread: the picture {picture['files'][0]['name']}")
        return shared

    def refuse_outsider(self, shared: Json) -> None:
        """Somebody without authority presses the button all the same."""
        self._step(f"{OUTSIDER.real_name}, who may not, presses Approve and push. Muster answers nobody else:")
        seen = self._seen()
        self._slack.interact(OUTSIDER.id, TEAM.id, shared["ts"], cards.APPROVE)
        refusal = self._new(seen, lambda message: message.get("ephemeral_to") == OUTSIDER.id, "the refusal")
        self._show(plain(refusal["text"], NAMES).splitlines())
        if self.board():
            raise CheckFailed("an outsider's click reached the board")

    def approve(self, message: Json, *, by_lead: bool = False) -> None:
        """Approve."""
        person = LEAD if by_lead else APPROVER
        self._step(f"{person.real_name} presses Approve and push.")
        self._told = self._seen()
        self._slack.interact(person.id, TEAM.id, message["ts"], cards.APPROVE)

    def finish(self, expected: re.Pattern[str], *, shown: int = SHOWN) -> None:
        """Follow the message of the push to its end; one of its lines must begin with what is expected."""
        seen: list[str] = []

        def ended() -> Json | None:
            for message in self._slack.messages(TEAM.id):
                if message["ts"] in self._told or message.get("ephemeral_to"):
                    continue
                lines = lines_of(message.get("blocks") or [], NAMES)
                if " is on its way to " in message["text"]:
                    self._progress(lines[-2:], seen)
                elif " is on " in message["text"] or "did not reach" in message["text"]:
                    return message
            return None

        with self._expecting("the end of the push"):
            end = wait_until(ended, seconds=PUSH_SECONDS, what="the push")
        lines = lines_of(end["blocks"], NAMES)
        self._step("The message of the push ends with:")
        self._show(lines, shown)
        if not any(expected.match(line) for line in lines):
            raise CheckFailed(f"the push did not end with '{expected.pattern}'")

    def board(self) -> Board:
        """Everything that the embedded board holds."""
        database = Database(create_engine(self._demo.database_url))
        rows: list[tuple[Any, ...]] = []
        try:
            with database.transaction() as session:
                rows += [
                    (sprint.id, sprint.name, sprint.start, sprint.end) for sprint in board_sprints(session, VENTURE)
                ]
                after = 0
                while page := issues(session, VENTURE, after=after):
                    rows += [(row.number, row.muster_key, row.content, row.sprint, row.parent) for row in page]
                    after = page[-1].number
        finally:
            database.engine.dispose()
        return tuple(rows)

    def _progress(self, lines: Sequence[str], seen: list[str]) -> None:
        line = "  ".join(lines)
        if line not in seen:
            seen.append(line)
            self._say(f"   {line}")

    def _seen(self) -> set[str]:
        return {message["ts"] for message in self._slack.messages(TEAM.id)}

    def _new(self, seen: set[str], accept: Callable[[Json], bool], what: str, seconds: float = ANSWER_SECONDS) -> Json:
        with self._expecting(what):
            return self._slack.wait_for_message(
                TEAM.id, lambda message: message["ts"] not in seen and accept(message), seconds=seconds
            )

    @contextmanager
    def _expecting(self, what: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            ended = self._demo.ended()
            why = (
                f"{ended.name} ended:\n{ended.tail()}" if ended else f"{error}; Muster's log is {self._demo.muster.log}"
            )
            raise CheckFailed(f"{what} did not come: {why}") from error

    def _step(self, text: str) -> None:
        self._steps += 1
        self._say(f"{self._steps}. {text}")

    def _show(self, lines: Sequence[str], shown: int = SHOWN) -> None:
        for line in lines[:shown]:
            self._say(f"   | {line.rstrip()}")
        if len(lines) > shown:
            self._say(f"   | … {len(lines) - shown} more lines")
