"""Durable delivery: one call to Slack or a board, tried again while the other side is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from bot.adapters.boards.port import BoardError, BoardUnavailable
from bot.adapters.workspace.errors import SlackRefused, SlackUnavailable
from bot.flows.engine import DurableEngine

log = structlog.get_logger(__name__)

Answer = dict[str, Any]
TRIES = 6
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


def deliver(engine: DurableEngine, name: str, work: Callable[[], Answer | None]) -> Answer:
    """Run `work` as a step until it is through.

    The answer's `status` is what `work` said, else ``done``; ``refused`` with Slack's `code`; or ``gave_up`` after
    several tries, which are logged.
    """
    tries = 0
    while True:
        answer: Answer = engine.step(name, lambda: _once(name, work))
        if answer["status"] != "wait":
            return answer
        tries += 1
        if tries >= TRIES:
            log.warning("delivery.gave_up", step=name, why=answer["why"])
            return {"status": "gave_up", "why": answer["why"]}
        engine.pause(answer["seconds"] or min(LONGEST_WAIT, FIRST_WAIT * 2**tries))


def attempt(work: Callable[[], object]) -> bool:
    """Inside a step: whether Slack did it. A refusal is an answer; everything else is raised to the step."""
    try:
        work()
    except SlackRefused as error:
        log.info("delivery.refused", code=error.code)
        return False
    return True


def _once(name: str, work: Callable[[], Answer | None]) -> Answer:
    try:
        return {"status": "done"} | (work() or {})
    except SlackRefused as error:
        log.info("delivery.refused", step=name, code=error.code)
        return {"status": "refused", "code": error.code, "not_there": error.not_there, "view_gone": error.view_gone}
    except SlackUnavailable as error:
        return {"status": "wait", "why": str(error), "seconds": error.retry_after}
    except BoardUnavailable as error:
        return {"status": "wait", "why": error.what, "seconds": error.retry_after}
    except BoardError as error:
        return {"status": "board", "why": str(error)}
