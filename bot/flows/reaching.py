"""Gets something to one person: where they are, and where that can't be, in a direct message that says why."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.adapters.workspace.errors import SlackRefused
from bot.adapters.workspace.messages import Block, Messages
from bot.blocks.notices import not_in_channel

log = structlog.get_logger(__name__)


def reach(
    messages: Messages,
    *,
    channel: str,
    user: str,
    text: str,
    blocks: Sequence[Block],
    response_url: str = "",
    replace: bool = False,
) -> str:
    """Show blocks to one person; the direct conversation when it had to be that, else an empty text.

    With `replace` they take the place of the message that `response_url` belongs to, as long as Slack allows it.
    """
    if replace and say(messages, response_url, text, blocks, replace=True):
        return ""
    if channel.startswith(("C", "G")):
        try:
            messages.ephemeral(channel, user, text, blocks)
        except SlackRefused as error:
            if not error.not_there:
                raise
            say(messages, response_url, not_in_channel(channel))
        else:
            return ""
    direct = messages.direct(user)
    messages.post(direct, text, blocks)
    return direct


def say(
    messages: Messages, response_url: str, text: str, blocks: Sequence[Block] = (), *, replace: bool = False
) -> bool:
    """Answer a click or command, if it can still be answered."""
    if not response_url:
        return False
    try:
        messages.answer(response_url, text, blocks, replace=replace)
    except SlackRefused:
        log.info("answer.too_late")
        return False
    return True
