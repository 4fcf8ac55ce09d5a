"""Durable delivery: one call to Slack or a board, tried again while the other side is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import structlog

from bot.adapters.boards.port import BoardError, BoardUnavailable
from bot.adapters.workspace.errors import SlackRefused, SlackUnavailable
from bot.blocks.notices import defect
from bot.flows.engine import DurableEngine
from bot.logs import report_defect

log = structlog.get_logger(__name__)

Answer = dict[str, Any]
TRIES = 6
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


def deliver(engine: DurableEngine, name: str, work: Callable[[], Answer | None]) -> Answer:
    """Run `work` as a step until it is through.

    The answer's `status` is what `work` said, else ``done``; ``refused`` with Slack's `code`; ``board`` when a board
    said no; ``gave_up`` after several tries; or ``defect``. All but the first come with `why`, a sentence.
    """
    tries = 0
    while True:
        answer: Answer = engine.step(name, lambda: _once(name, work))
        if answer["status"] != "wait":
            return answer
        tries += 1
        if tries >= TRIES:
            log.warning("delivery.gave_up", step=name, why=answer["why"])
            return {"status": "gave_up", "why": "Slack or the board does not answer. Please try again later."}
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
        return {"status": "refused", "why": str(error), "code": error.code}
    except SlackUnavailable as error:
        return {"status": "wait", "why": str(error), "seconds": error.retry_after}
    except BoardUnavailable as error:
        return {"status": "wait", "why": error.what, "seconds": error.retry_after}
    except BoardError as error:
        return {"status": "board", "why": str(error)}
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
        return {"status": "wait", "why": f"database: {type(error).__name__}", "seconds": None}
    except Exception as error:  # noqa: BLE001  the defect is reported
        # A flow must end with an answer, or the person waits for ever; the log has the whole of it.
        return {"status": "defect", "why": defect(report_defect(error, step=name))}
