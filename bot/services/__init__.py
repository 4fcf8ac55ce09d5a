"""One orchestrator a feature: asks storage, asks planners, starts durable work."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flows.home import HomeFlow
from bot.services.adjusting import Adjusting
from bot.services.details import Details
from bot.services.explaining import Explaining
from bot.services.forms import Forms
from bot.services.sprint_plans import SprintPlans
from bot.services.telling import Telling
from bot.services.what_if import WhatIfs


@dataclass(frozen=True, slots=True)
class Services:
    """What the listeners call."""

    forms: Forms
    plans: SprintPlans
    adjusting: Adjusting
    what_ifs: WhatIfs
    details: Details
    explaining: Explaining
    home: HomeFlow
    telling: Telling


__all__ = ["Services"]
