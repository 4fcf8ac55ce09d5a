"""Short answers: help, refusals, and what to do about them."""

from __future__ import annotations

from bot.blocks.elements import Block, actions, button, section
from bot.blocks.text import bullets, person, safe

REOPEN = "sprint_plan.reopen"

HELP = (
    "*`/sprint-plan`* turns a technical plan into sprints and says how sure it is.\n"
    "• `/sprint-plan` opens the form: a venture's stored plan, a file, or pasted text.\n"
    "• `/sprint-plan atlas` fills the form in for the venture *atlas*.\n"
    "• `/sprint-plan help` shows this.\n"
    "You get a preview that only you see. Share it, adjust it, or approve it: approving puts the backlog on the board."
)
THREAD = "Please use `/sprint-plan` in the channel itself: in a thread there is no room for a preview."
OUTDATED = "This preview was outdated: the plan changed since. Here is the current one."
SHOWN = "The preview is in your direct messages with me."
GONE = "This sprint plan is no longer there. `/sprint-plan` makes a new one."
BOARD_MOVED = (
    "The board has moved on since this was planned, so this plan can't be explained any more. Plan or adjust it again."
)
EXPIRED = "Slack gave the form too little time to open. Please type the command once more."
SLACK_AWAY = "Slack did not answer in time, so this may not have worked. Please try again in a moment."
UNCHECKED = (
    "I could not check with Slack whether you are in a user group that may do this, so I did nothing. "
    "Please try again in a minute; if it stays, an admin can run `muster doctor`."
)


def refusal(action: str, venture: str) -> str:
    """For a person who may not: what, and who can change it."""
    if action == "look":
        return f"This plan of *{safe(venture, 80)}* is not shared yet; ask its lead to share it."
    what = {"plan": "plan sprints for", "approve": "approve sprint plans of", "decide": "decide for"}[action]
    return (
        f"You can't {what} *{safe(venture, 80)}* yet. Its lead or an admin can allow it: "
        f"`muster venture allow {safe(venture, 80)} {action} YOUR_ID`."
    )


def no_new_venture(venture: str) -> str:
    """For a person who may not start a venture."""
    return (
        f"The plan is for the venture *{safe(venture, 80)}*, which Muster does not know. Only an admin may start one; "
        "please ask one of them, or check the name in the plan."
    )


def no_channel(venture: str) -> str:
    """For sharing a plan that belongs to no channel."""
    return (
        "This plan was made in a direct message, so there is no channel to share it in. "
        f"Type `/sprint-plan {safe(venture, 80)}` in the channel."
    )


def already(status: str, by: str | None, board: str) -> str:
    """For a click that came after somebody else's decision."""
    who = person(by)
    return {
        "approved": f"{who} approved this plan already; it is on its way to {safe(board, 80)}.",
        "pushed": f"{who} approved this plan already, and it is on {safe(board, 80)}.",
        "failed": f"{who} approved this plan already; the push did not finish. Press *Try again* on its message.",
        "discarded": f"{who} discarded this plan already. `/sprint-plan` makes a new one.",
    }.get(status, "This plan was changed a moment ago. Please look at it again.")


def not_in_channel(channel: str) -> str:
    """Where the bot can't post."""
    return (
        f"I'm not in <#{channel}>, so I can't show anything there. Type `/invite @Muster` in it. "
        "The preview is in your direct messages with me."
    )


def cannot_share(channel: str) -> str:
    """Where a shared plan can't be posted."""
    return f"I'm not in <#{channel}>, so I can't share the plan there. Type `/invite @Muster` in it, then share again."


def defect(reference: str) -> str:
    """Something went wrong on our side."""
    return (
        f"Something went wrong on our side, sorry. Nothing was lost. If it happens again, tell an admin: {reference}."
    )


def problems_card(form_id: str, lines: list[str]) -> list[Block]:
    """Problems of a plan whose form was closed, with a way back into it."""
    listed = bullets([safe(line, 300) for line in lines], 2_600, shown=20, more="more problems")
    return [
        section(f"*The plan needs a change before it can be planned.*\n{listed}"),
        actions([button("Open the form again", REOPEN, form_id)]),
    ]
