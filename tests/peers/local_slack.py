"""local-slack for tests: a small workspace with a lead, a developer and somebody who may do nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.demo.local_slack import Channel, LocalSlack, Person, SlackApp, Workspace, local_slack
from bot.demo.slack_driver import Submitted

__all__ = [
    "DEV",
    "GENERAL",
    "LEAD",
    "OUTSIDER",
    "TEAM",
    "Channel",
    "LocalSlack",
    "Person",
    "SlackApp",
    "Submitted",
    "Workspace",
    "local_slack",
    "running_workspace",
    "small_workspace",
]

LEAD = Person("U0LEAD", "lea", "Lea Marsh", "lea@example.com", "Europe/London")
DEV = Person("U0DEV", "dev", "Devi Rao", "devi@example.com", "Asia/Kolkata")
OUTSIDER = Person("U0OUT", "otto", "Otto Berg", "otto@example.com", "Europe/Oslo")
TEAM = Channel("C0TEAM", "team", (LEAD.id, DEV.id))
GENERAL = Channel("C0GENERAL", "general", (LEAD.id, DEV.id, OUTSIDER.id), with_app=False)


def small_workspace(request_url: str | None = None) -> Workspace:
    """Three people, two channels; the app is in one of them, over HTTP at `request_url` or in Socket Mode."""
    return Workspace([LEAD, DEV, OUTSIDER], [TEAM, GENERAL], SlackApp(request_url=request_url))


@contextmanager
def running_workspace(request_url: str | None = None) -> Iterator[LocalSlack]:
    """A running `small_workspace`."""
    with local_slack(small_workspace(request_url)) as slack:
        yield slack
