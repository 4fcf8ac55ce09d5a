"""The demo's people and channels, and its venture with the realistic plan."""

from __future__ import annotations

from pathlib import Path

from bot.bootstrap import build_core
from bot.demo.local_slack import Channel, Person, SlackApp, Workspace
from bot.demo.node import PeerMissing
from bot.settings import Settings
from planners.plan.loading import Source, load_document
from storage.plans import store_document
from storage.tables import AuthorityAction
from storage.ventures import add_venture, allow, new_venture

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "realistic"
VENTURE = "harbourline"

LEAD = Person("U0FRIEDA", "frieda", "Frieda Hansen", "frieda@example.com", "Europe/Berlin")
BACKEND = Person("U0TOMASZ", "tomasz", "Tomasz Zielinski", "tomasz@example.com", "Europe/Berlin")
APPS = Person("U0AYLIN", "aylin", "Aylin Demir", "aylin@example.com", "Europe/Berlin")
APPROVER = Person("U0JOANA", "joana", "Joana Prates", "joana@example.com", "Europe/Lisbon")
OUTSIDER = Person("U0VIKTOR", "viktor", "Viktor Ames", "viktor@example.com", "Europe/London")
PEOPLE = (LEAD, BACKEND, APPS, APPROVER, OUTSIDER)
EVERYBODY = tuple(person.id for person in PEOPLE)

TEAM = Channel("C0HARBOUR", VENTURE, EVERYBODY, topic="Berths for small harbours. /sprint-plan harbourline")
GENERAL = Channel("C0GENERAL", "general", EVERYBODY, topic="Everybody, without Muster", with_app=False)

NAMES = {person.id: person.real_name for person in PEOPLE} | {channel.id: channel.name for channel in (TEAM, GENERAL)}


def workspace() -> Workspace:
    """Five people, two channels, and Muster in Socket Mode."""
    return Workspace(PEOPLE, (TEAM, GENERAL), SlackApp(bot_name="Muster"))


def load_venture(settings: Settings) -> None:
    """Make the database, and store the venture with the realistic plan in it.

    The lead may plan, approve and decide; the approver may approve; nobody else may anything.

    Raises:
        PeerMissing: the examples are not there, as in an installation without the checkout.
    """
    if not EXAMPLE.is_dir():
        raise PeerMissing(f"the demo runs from a checkout of Muster: there is no {EXAMPLE}")
    core = build_core(settings)
    now = core.clock.now()
    parts = [_part("resources", "yaml"), _part("timeline", "yaml"), _part("history", "csv")]
    document = load_document((EXAMPLE / "plan.yaml").read_bytes(), name="plan.yaml", extra=parts)
    with core.database.transaction() as session:
        add_venture(session, new_venture(VENTURE, document.plan.title, by=LEAD.id, at=now))
        allow(session, VENTURE, AuthorityAction.APPROVE, [APPROVER.id])
        store_document(session, VENTURE, document, source="plan.yaml", by=LEAD.id, at=now)
    core.database.engine.dispose()


def _part(kind: str, ending: str) -> Source:
    path = EXAMPLE / f"{kind}.{ending}"
    return Source(path.name, path.read_bytes(), "auto")
