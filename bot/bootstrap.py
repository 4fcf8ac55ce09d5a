"""The one place where the parts are joined. The command line builds the core alone, without Slack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.boards.boards import Boards
from bot.adapters.boards.port import Board
from bot.settings import Settings
from storage.clock import Clock, SystemClock
from storage.database import Database, create_engine, migrate
from storage.tables import Venture

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient

    from bot.flows.engine import DurableEngine
    from bot.flows.push import PushFlow, PushReporter
    from bot.schedule import Schedule
    from bot.services import Services

UNSTARTED_EVERY = dt.timedelta(seconds=15)
CLEAN_EVERY = dt.timedelta(hours=6)
EVENTS_KEPT = dt.timedelta(days=2)
FORMS_KEPT = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Core:
    """Database, clock and boards: what every command needs."""

    settings: Settings
    clock: Clock
    database: Database
    boards: Boards

    def board_for(self, venture: Venture) -> Board:
        """The board of a venture."""
        return self.boards.of(venture)


@dataclass(frozen=True, slots=True)
class Muster:
    """The running whole."""

    core: Core
    engine: DurableEngine
    app: App
    services: Services
    push: PushFlow
    schedule: Schedule

    @property
    def settings(self) -> Settings:
        """The settings it was built from."""
        return self.core.settings

    @property
    def database(self) -> Database:
        """Its database."""
        return self.core.database

    def start(self) -> None:
        """Recover what a crash left, and begin to work."""
        self.engine.start()
        self.push.start_unstarted()
        self.schedule.start()

    def stop(self, drain_seconds: int = 5) -> None:
        """Finish what runs within `drain_seconds`; the rest goes on at the next start."""
        self.schedule.stop()
        self.engine.stop(drain_seconds)


def build_core(settings: Settings, *, clock: Clock | None = None) -> Core:
    """Open the database, bring its tables up to date, and know the boards. Nothing of Slack is imported."""
    database = Database(create_engine(settings.database_url.get_secret_value()))
    migrate(database)
    boards = Boards(
        database,
        jira_url=settings.jira_url,
        jira_email=settings.jira_email,
        jira_token=settings.jira_token.get_secret_value() if settings.jira_token else None,
    )
    return Core(settings, clock or SystemClock(), database, boards)


def build_push(core: Core, engine: DurableEngine, reporter: PushReporter | None = None) -> PushFlow:
    """The push, registered with an engine that has not started."""
    from bot.flows.push import PushFlow

    return PushFlow(engine, core.database, core.clock, core.boards, reporter)


def build(settings: Settings, *, clock: Clock | None = None, client: WebClient | None = None) -> Muster:
    """Join everything. `client` takes the place of the patient Slack client. Call it once in a process."""
    from bot.adapters.workspace.client import is_slack_itself, patient_client, prompt_client, tokenless_client
    from bot.adapters.workspace.files import Files
    from bot.adapters.workspace.groups import UserGroups
    from bot.adapters.workspace.messages import Messages
    from bot.app import build_app
    from bot.flows.adjusting import AdjustFlow
    from bot.flows.cards import Cards
    from bot.flows.conflicts import Conflicts
    from bot.flows.engine import DurableEngine
    from bot.flows.explaining import ExplainFlow
    from bot.flows.form_choices import FormDefaults
    from bot.flows.home import HomeFlow
    from bot.flows.plan import PlanFlows
    from bot.flows.plan_work import Planning
    from bot.flows.showing import Showing
    from bot.flows.what_if import WhatIfFlow
    from bot.services import Services
    from bot.services.adjusting import Adjusting
    from bot.services.authority import Authorities
    from bot.services.details import Details
    from bot.services.explaining import Explaining
    from bot.services.forms import Forms
    from bot.services.push_messages import PushMessages
    from bot.services.sprint_plans import SprintPlans
    from bot.services.telling import Telling
    from bot.services.what_if import WhatIfs
    from planners.plan.models import MAX_BYTES

    core = build_core(settings, clock=clock)
    database, now, boards = core.database, core.clock, core.boards
    rich = is_slack_itself(settings.slack_api_url)
    patient = client or patient_client(settings)
    prompt = prompt_client(settings)
    messages = Messages(patient, rich=rich)
    groups = UserGroups(prompt, now)
    authorities = Authorities(settings, database, groups)
    telling = Telling(Messages(prompt, rich=rich))
    cards = Cards(database, boards, rich=rich, conflicts=Conflicts(database, boards))

    engine = DurableEngine(database)
    push = build_push(core, engine, PushMessages(database, now, messages, cards))
    planning = Planning(database, now, Files(patient, largest=MAX_BYTES), boards, seconds=settings.planning_seconds)
    showing = Showing(engine, database, messages, cards)
    defaults = FormDefaults(database, now, boards, boards.scrum_boards, authorities)
    plan_flows = PlanFlows(engine, database, messages, planning, defaults, showing, authorities)
    plans = SprintPlans(database, now, authorities, boards, cards, showing, push)
    asking = WhatIfFlow(engine, database, messages, boards, seconds=settings.planning_seconds)
    services = Services(
        forms=Forms(database, now, plan_flows, telling, authorities),
        plans=plans,
        adjusting=Adjusting(database, now, plans, AdjustFlow(engine, database, messages, planning), telling),
        what_ifs=WhatIfs(database, now, plans, asking, telling),
        details=Details(database, cards, plans, telling),
        explaining=Explaining(database, plans, ExplainFlow(engine, database, messages, boards, cards), telling),
        home=HomeFlow(engine, database, messages, groups, settings.admins),
        telling=telling,
    )
    app = build_app(settings, tokenless_client(settings), services, database, now)
    return Muster(core, engine, app, services, push, _schedule(core, push))


def _schedule(core: Core, push: PushFlow) -> Schedule:
    from bot.schedule import Schedule, Tick

    return Schedule(
        [
            Tick("pushes.unstarted", UNSTARTED_EVERY, _quietly(push.start_unstarted)),
            Tick("operations.clean", CLEAN_EVERY, lambda: _clean(core)),
        ]
    )


def _quietly(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        work()

    return run


def _clean(core: Core) -> None:
    """Forget event ids that can't come again, and forms that nobody will send."""
    from storage.forms import forget_forms
    from storage.operations import forget_events

    now = core.clock.now()
    with core.database.transaction() as session:
        forget_events(session, now - EVENTS_KEPT)
        forget_forms(session, now - FORMS_KEPT)
